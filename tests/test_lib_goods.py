from odoo.tests import tagged

from ..lib.api import (
    Goods,
    GoodsLevel,
    Lot,
    NewGoods,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    RetryLater,
    StockType,
)
from .client_case import ClientGoodsCase
from .sandbox_case import DEPARTMENT, WAREHOUSE


@tagged("post_install", "-at_install")
class TestGoods(ClientGoodsCase):
    def test_goods_come_with_all_that_jd_knows_of_them(self):
        numbers = self.make_goods(
            {
                "erpGoodsNo": "TEA",
                "goodsName": "茶 Tea",
                "barcode": "885001,885002",
                "shelfLifeDays": 365,
                "serial": True,
            }
        )
        [tea] = self.jd.goods(DEPARTMENT)
        self.assertEqual(
            tea,
            Goods(
                number=numbers["TEA"],
                own_number="TEA",
                name="茶 Tea",
                barcodes=("885001", "885002"),
                enabled=True,
                shelf_life_days=365,
                batch_managed=tea.batch_managed,
                serial_managed=True,
            ),
        )

    def test_goods_are_found_by_any_of_their_numbers(self):
        numbers = self.make_goods(
            {"erpGoodsNo": "ONE", "barcode": "111"},
            {"erpGoodsNo": "TWO", "barcode": "222"},
        )
        for asked in (
            {"numbers": [numbers["TWO"]]},
            {"own_numbers": ["TWO", "NONE"]},
            {"barcodes": ["222", "333"]},
        ):
            with self.subTest(asked=asked):
                [found] = self.jd.goods(DEPARTMENT, **asked)
                self.assertEqual(found.own_number, "TWO")
        self.assertEqual(list(self.jd.goods(DEPARTMENT, own_numbers=["NONE"])), [])

    def test_goods_come_page_by_page(self):
        self.make_goods(count=25)
        pages = [
            self.jd.goods(DEPARTMENT, page=page, page_size=10) for page in (1, 2, 3, 4)
        ]
        self.assertEqual([len(page) for page in pages], [10, 10, 5, 0])
        names = {goods.own_number for page in pages for goods in page}
        self.assertEqual(len(names), 25)

    def test_new_goods_get_a_number_of_jd(self):
        new = NewGoods(
            own_number="CREAM",
            name="Crème",
            barcodes=("777",),
            category="15606",
            shelf_life_days=730,
            inbound_threshold=0.5,
            outbound_threshold=0.25,
            batch_managed=True,
            serial_managed=False,
            gross_weight=0.35,
            length=120,
            width=60,
            height=60,
        )
        number = self.jd.create_goods(DEPARTMENT, new)
        [found] = self.jd.goods(DEPARTMENT, numbers=[number])
        self.assertEqual(
            found,
            Goods(
                number=number,
                own_number="CREAM",
                name="Crème",
                barcodes=("777",),
                enabled=True,
                shelf_life_days=730,
                batch_managed=True,
                serial_managed=False,
            ),
        )

    def test_goods_told_twice_keep_their_number(self):
        new = NewGoods("PEN", "Pen", ("1",), "15606")
        first = self.jd.create_goods(DEPARTMENT, new)
        self.assertEqual(self.jd.create_goods(DEPARTMENT, new), first)
        self.assertEqual(len(self.jd.goods(DEPARTMENT)), 1)

    def test_goods_that_jd_does_not_take_are_refused_in_its_words(self):
        with self.assertRaisesRegex(Refused, "numeric"):
            self.jd.create_goods(DEPARTMENT, NewGoods("PEN", "Pen", ("1",), "pens"))

    def test_goods_that_are_being_added_are_told_again_later(self):
        new = NewGoods("PEN", "Pen", ("1",), "15606")
        self.refuse("saveGoodsInfo", "2005")
        with self.assertRaises(RetryLater):
            self.jd.create_goods(DEPARTMENT, new)

    def test_goods_may_have_been_made_when_no_answer_came(self):
        new = NewGoods("PEN", "Pen", ("1",), "15606")
        self.sandbox.do("fault", kind="timeout_after", call="saveGoodsInfo", count=1)
        with self.assertRaises(OutcomeUnknown):
            self.jd.create_goods(DEPARTMENT, new)
        self.assertTrue(self.jd.goods(DEPARTMENT, own_numbers=["PEN"]))

    def test_a_question_that_finds_nothing_is_no_failure(self):
        self.refuse("queryGoodsInfo", "2007")
        self.assertEqual(list(self.jd.goods(DEPARTMENT)), [])

    def test_goods_of_another_department_are_refused(self):
        foreign = "EBU0000000000201"
        with self.assertRaises(PermissionRefused):
            self.jd.goods(foreign)
        with self.assertRaises(PermissionRefused):
            self.jd.create_goods(foreign, NewGoods("PEN", "Pen", ("1",), "15606"))

    def refuse(self, call, code):
        self.sandbox.do("fault", kind="refuse", call=call, code=code, count=1)


@tagged("post_install", "-at_install")
class TestStock(ClientGoodsCase):
    def setUp(self):
        super().setUp()
        self.numbers = self.make_goods(
            {"erpGoodsNo": "CUP"},
            {"erpGoodsNo": "TEA", "shelfLifeDays": 365},
            {"erpGoodsNo": "GONE"},
        )
        self.set_stock(
            {"erpGoodsNo": "CUP", "quantity": 12},
            {"erpGoodsNo": "CUP", "quantity": 3, "goodsLevel": GoodsLevel.DEFECTIVE},
            {"erpGoodsNo": "TEA", "quantity": 5, "lot": "L1"},
            {
                "erpGoodsNo": "TEA",
                "quantity": 7,
                "lot": "L2",
                "productDate": "2026-01-31",
                "expireDate": "2099-01-31",
            },
            {"erpGoodsNo": "GONE", "quantity": 0},
        )

    def test_stock_is_told_per_goods_and_level(self):
        page = self.jd.stock(DEPARTMENT, WAREHOUSE)
        self.assertEqual(page.total_rows, 3)
        self.assertEqual(
            {(row.own_goods_number, row.level): row.total for row in page.rows},
            {("CUP", "100"): 12, ("CUP", "200"): 3, ("TEA", "100"): 12},
        )
        row = page.rows[0]
        self.assertEqual(row.goods_number, self.numbers["CUP"])
        self.assertEqual((row.warehouse_no, row.stock_type), (WAREHOUSE, "1"))
        self.assertEqual((row.usable, row.lot), (12, None))

    def test_zero_is_told_when_it_is_asked_for(self):
        page = self.jd.stock(DEPARTMENT, WAREHOUSE, with_zero=True)
        totals = {row.own_goods_number: row.total for row in page.rows}
        self.assertEqual(totals["GONE"], 0)

    def test_stock_comes_page_by_page_and_goods_by_goods(self):
        [row] = self.jd.stock(DEPARTMENT, WAREHOUSE, page=2, page_size=2).rows
        self.assertEqual(row.own_goods_number, "TEA")
        only = self.jd.stock(
            DEPARTMENT, WAREHOUSE, goods_numbers=[self.numbers["CUP"]]
        ).rows
        self.assertEqual({row.own_goods_number for row in only}, {"CUP"})

    def test_stock_set_apart_is_another_question(self):
        page = self.jd.stock(DEPARTMENT, WAREHOUSE, stock_type=StockType.WAREHOUSE_LOCK)
        self.assertEqual((page.rows, page.total_rows), ((), 0))

    def test_lots_are_told_with_their_dates(self):
        rows = self.jd.stock_by_lot(DEPARTMENT, WAREHOUSE).rows
        lots = {row.lot.number: row for row in rows}
        self.assertEqual({number: row.total for number, row in lots.items()}, L1_AND_L2)
        self.assertEqual(lots["L1"].lot, Lot("L1"))
        dated = lots["L2"].lot
        self.assertEqual(dated.produced_on.isoformat(), "2026-01-31")
        self.assertEqual(dated.expires_on.isoformat(), "2099-01-31")

    def test_stock_of_another_department_is_refused(self):
        for ask in (self.jd.stock, self.jd.stock_by_lot):
            with self.assertRaises(PermissionRefused):
                ask("EBU0000000000201", WAREHOUSE)


L1_AND_L2 = {"L1": 5, "L2": 7}
