"""What JD answers to a number of the merchant's that it knows already."""

from odoo.tests import tagged

from .sandbox_outbound_case import DEPARTMENT, PIN, WAREHOUSE, SandboxOutboundCase

OWNER = {"ownerNo": DEPARTMENT, "pin": PIN}
# By kind: the call, the merchant's number and JD's in it, JD's prefix, what else.
KINDS = {
    "XSCK": ("delivery/create/v1", "erpDeliveryNo", "deliveryNo", "ESL", {}),
    "CGRK": (
        "purchase/create/v2",
        "erpPurchaseNo",
        "purchaseNo",
        "EPL",
        {"warehouseInfo": {"warehouseNo": WAREHOUSE}},
    ),
    "THRK": (
        "returntowarehouse/create/v1",
        "erpReturnToWarehouseNo",
        "returnToWarehouseNo",
        "ESR",
        {"warehouseNo": WAREHOUSE},
    ),
    "TGCK": (
        "returntosupplier/create/v1",
        "erpReturnToSupplierNo",
        "returnToSupplierNo",
        "EBS",
        {"warehouseNo": WAREHOUSE, "deliveryMode": 1},
    ),
}


@tagged("post_install", "-at_install")
class TestSandboxRepeats(SandboxOutboundCase):
    def send(self, kind, goods="A", quantity=1, **changes):
        path, own, jds, _prefix, rest = KINDS[kind]
        level = 100 if kind == "TGCK" else "100"
        line = {"erpGoodsNo": goods, "planQuantity": quantity, "goodsLevel": level}
        if kind == "XSCK":
            request = self.make_request(f"OUR-{kind}", cargoInfos=[line])
        else:
            request = OWNER | rest | {own: f"OUR-{kind}", "cargoInfos": [line]}
        answer = self.caller.call(f"/order/{path}", request | changes)
        self.assertEqual(answer["code"], "1000", answer)
        self.assertEqual(answer["data"][own], f"OUR-{kind}")
        return answer["data"][jds]

    def test_a_number_known_already_is_answered_with_the_old_order_of_each_kind(self):
        for kind in KINDS:
            with self.subTest(kind):
                first = self.send(kind)
                self.assertEqual(self.send(kind), first)
                # Also when it would be another order, or none JD could take.
                self.assertEqual(self.send(kind, goods="B", quantity=5), first)
                self.assertEqual(self.send(kind, goods="NONE"), first)
                self.assertEqual(self.send(kind, quantity=1_000_000), first)
                [order] = self.sandbox.get("orders", kind=kind)
                self.assertEqual(order["asked"], 5)
                [line] = order["lines"]
                self.assertEqual((line["erpGoodsNo"], line["planQuantity"]), ("A", 1))

    def test_a_number_known_already_changes_no_stock(self):
        for kind in KINDS:
            self.send(kind)
        before = self.get_stock()
        for kind in KINDS:
            self.send(kind, goods="B", quantity=5)
        self.assertEqual(self.get_stock(), before)

    def test_the_old_order_is_answered_also_when_it_is_done(self):
        for kind in KINDS:
            with self.subTest(kind):
                first = self.send(kind)
                self.sandbox.do("advance", orders=[first], steps=20)
                self.assertEqual(self.send(kind, goods="B"), first)

    def test_jds_numbers_begin_as_documented_for_each_kind(self):
        for kind, (_path, _own, _jds, prefix, _rest) in KINDS.items():
            with self.subTest(kind):
                self.assertRegex(self.send(kind), rf"^{prefix}\d{{17}}$")
        self.assertRegex(self.goods["A"], r"^EMG\d{13}$")

    def test_a_return_from_a_business_has_a_prefix_of_its_own(self):
        b2b = {"bizType": 2, "warehouseOperationRule": {"receiveMode": 1}}
        self.assertRegex(self.send("THRK", **b2b), r"^EBR\d{17}$")
