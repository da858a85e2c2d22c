"""What the tests of the sandbox's outbound orders and messages share."""

from .sandbox_case import DEPARTMENT, PIN, WAREHOUSE, CallerCase, set_member

CREATE = "/order/delivery/create/v1"
QUERY = "/order/delivery/query/v1"
CANCEL = "/order/cancel/v1"


class SandboxOutboundCase(CallerCase):
    """Goods in stock at JD, and outbound orders as its documents describe them."""

    def setUp(self):
        super().setUp()
        names = [{"erpGoodsNo": "A"}, {"erpGoodsNo": "B"}]
        self.goods = self.sandbox.do("goods", department=DEPARTMENT, goods=names)
        self.sandbox.do("stock", warehouse=WAREHOUSE, each=100)

    def make_caller(self, **options):
        return super().make_caller(subscribe=True, **options)

    def make_request(self, number="SO-1", **changes):
        request = {
            "sourceNo": "ISV0020008045424",
            "erpDeliveryNo": number,
            "warehouseNo": WAREHOUSE,
            "orderMark": "0" * 50,
            "pin": PIN,
            "channelInfo": {"salesPlatformSource": "6"},
            "customerInfo": {"ownerNo": DEPARTMENT, "shopNo": "ESP0000000000101"},
            "receiverInfo": {
                "name": "Test Person",
                "mobile": "0812000000",
                "detailAddress": "Demo Road 1",
            },
            "cargoInfos": [
                {"goodsNo": self.goods["A"], "planQuantity": 3, "orderLine": "1"},
                {"erpGoodsNo": "B", "planQuantity": 2, "orderLine": "2"},
            ],
        }
        for path, value in changes.items():
            set_member(request, path.replace("__", "."), value)
        return request

    def create(self, number="SO-1", **changes):
        return self.caller.call(CREATE, self.make_request(number, **changes))

    def make_order(self, number="SO-1", **changes):
        answer = self.create(number, **changes)
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]["deliveryNo"]

    def query(self, number, **flags):
        flags = {"deliveryPackageFlag": 1, "deliveryStatusFlag": 1} | flags
        answer = self.caller.call(QUERY, {"deliveryNo": number, "pin": PIN, **flags})
        self.assertEqual(answer["code"], "1000", answer)
        return answer["data"]

    def cancel(self, number, kind="XSCK"):
        request = {"orderNo": number, "orderType": kind, "pin": PIN}
        answer = self.caller.call(CANCEL, request)
        return answer["data"]["resultType"] if "data" in answer else answer["code"]

    def advance(self, to, number=None):
        self.sandbox.do("advance", orders=number or "all", to=to)

    def get_stock(self, level="100"):
        rows = self.sandbox.get("stock_list", warehouse=WAREHOUSE)
        return {
            row["erpGoodsNo"]: (row["onHand"], row["reserved"])
            for row in rows
            if row["goodsLevel"] == level
        }
