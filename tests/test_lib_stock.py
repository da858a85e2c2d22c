"""Stock and JD's own counts, as the module's client reads them."""

import json
from datetime import date, datetime, timedelta

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib.api import (
    STOCK_FILTER_LIMIT,
    BatchStatus,
    GoodsLevel,
    Lot,
    PermissionRefused,
    RetryLater,
    StockCount,
    StockType,
)
from ..lib.clock import AHEAD_OF_UTC, utc_now
from .client_case import ClientGoodsCase
from .sandbox_case import DEPARTMENT, WAREHOUSE
from .test_lib_reading import AnsweredCase

ROW = {"goodsNo": "EMG1", "goodsLevel": "100", "stockNum": "3", "usableNum": "2"}


@tagged("post_install", "-at_install")
class TestStockTypes(BaseCase):
    def test_all_of_jds_types_have_a_name(self):
        codes = {value for value in vars(StockType).values() if str(value).isdecimal()}
        self.assertEqual(codes, {str(number) for number in range(1, 24)})

    def test_what_is_on_its_way_or_passes_through_does_not_lie_in_the_warehouse(self):
        outside = {str(number) for number in range(1, 24)}
        outside -= set(StockType.IN_WAREHOUSE)
        self.assertEqual(outside, {"8", "15", "16", "20", "21", "23"})
        self.assertEqual(StockType.IN_WAREHOUSE[0], StockType.SELLABLE)
        self.assertEqual(len(StockType.IN_WAREHOUSE), 17)


@tagged("post_install", "-at_install")
class TestStockRows(AnsweredCase):
    def ask(self, *rows, **options):
        self.set_answer({"totalNum": len(rows), "resultList": list(rows)})
        return self.jd.stock(DEPARTMENT, WAREHOUSE, **options)

    def get_told(self):
        """Return what JD was asked last."""
        [told] = json.loads(self.server.requests[-1][1])
        return told

    def test_a_row_without_a_level_has_that_of_its_status(self):
        expected = {
            **dict.fromkeys(("1", 1), GoodsLevel.GOOD),
            "2": GoodsLevel.DEFECTIVE,
            "3": GoodsLevel.SAMPLE,
        }
        for status, level in expected.items():
            [row] = self.ask(ROW | {"goodsLevel": None, "stockStatus": status})
            self.assertEqual(row.level, level)

    def test_a_level_of_jds_own_wins_over_the_status(self):
        for level in ("210", "6", 6):
            [row] = self.ask(ROW | {"goodsLevel": level, "stockStatus": "1"})
            self.assertEqual(row.level, str(level))

    def test_a_row_that_is_no_stock_as_asked_for_is_odd_and_costs_no_other(self):
        odd_members = [
            *({"goodsLevel": None}, {"goodsLevel": "", "stockStatus": "4"}),
            *({"stockType": "2"}, {"stockType": 4}, {"warehouseNo": "110000102"}),
            *({"stockNum": -1}, {"stockNum": "-1"}, {"usableNum": "-1"}),
        ]
        for odd in odd_members:
            with self.subTest(odd=odd):
                page = self.ask(ROW | odd, ROW | {"goodsNo": "EMG2"})
                [row], [odd_row] = page.rows, page.odd_rows
                self.assertEqual((row.goods_number, page.came), ("EMG2", 2))
                self.assertEqual(json.loads(odd_row.raw), ROW | odd)

    def test_a_row_may_leave_its_type_and_warehouse_out(self):
        page = self.ask(
            ROW,
            ROW | {"stockType": StockType.COUNT_LOCK, "warehouseNo": WAREHOUSE},
            stock_type=StockType.COUNT_LOCK,
        )
        self.assertEqual([row.stock_type for row in page], ["", "6"])
        self.assertEqual(page.odd_rows, ())

    def test_both_of_jds_switches_for_zeros_are_set(self):
        switches = {True: ("0", "2"), False: ("1", "1")}
        for with_zero, expected in switches.items():
            self.ask(with_zero=with_zero)
            told = self.get_told()
            nested = told["warehouseStock"]["returnZeroStock"]
            self.assertEqual((told["returnZeroStock"], nested), expected)

    def test_lots_are_asked_for_by_their_status(self):
        for status in BatchStatus.ALL:
            self.set_answer({"resultList": [ROW, ROW | {"stockType": status}]})
            page = self.jd.stock_by_lot(DEPARTMENT, WAREHOUSE, status=status)
            self.assertEqual((len(page), page.odd_rows), (2, ()))
            told = self.get_told()
            self.assertEqual((told["stockIndexes"], told["stockType"]), ("2", status))
            self.assertEqual(told["batchStock"], {})
        self.set_answer({"resultList": [ROW | {"stockType": "2"}]})
        self.assertEqual(len(self.jd.stock_by_lot(DEPARTMENT, WAREHOUSE).odd_rows), 1)

    def test_the_dates_of_a_lot_may_be_time_stamps(self):
        # 2027-01-30 16:00 UTC is midnight of the next day at JD.
        for stamp in ("1801324800", 1801324800000, "2027-01-31", "2027-01-31 00:00:00"):
            infos = {"lot": "L1", "expireDate": stamp, "receiptDate": stamp}
            self.set_answer({"resultList": [ROW | {"batchInfos": infos}]})
            [row] = self.jd.stock_by_lot(DEPARTMENT, WAREHOUSE)
            day = date(2027, 1, 31)
            self.assertEqual(row.lot, Lot("L1", expires_on=day, received_on=day))


@tagged("post_install", "-at_install")
class TestStockCounts(AnsweredCase):
    def setUp(self):
        super().setUp()
        self.count = {
            "checkOrderNo": "CL1",
            "warehouseNo": WAREHOUSE,
            "createTime": "2026-08-01 10:00:00",
            "details": [
                {
                    "goodsNo": "EMG1",
                    "quantity": "2",
                    "firstLevelReason": "count",
                    "secondLevelReason": "count",
                    "thirdLevelReason": "not found",
                    "batchInfos": {
                        "lot": "L1",
                        "expirationDate": "2027-01-31",
                        "productionDate": "2026-01-31",
                    },
                },
            ],
        }

    def ask(self, *counts, gain=False, **options):
        self.set_answer({"totalNum": len(counts), "resultList": list(counts)})
        return self.jd.stock_counts(
            DEPARTMENT, utc_now(), utc_now(), gain=gain, **options
        )

    def test_what_is_missing_is_below_zero_and_what_was_found_above(self):
        [missing] = self.ask(self.count)
        self.assertEqual(
            missing,
            StockCount(
                number="CL1",
                goods_number="EMG1",
                quantity=-2,
                warehouse_no=WAREHOUSE,
                at=datetime.fromisoformat("2026-08-01 02:00"),
                reason="count, not found",
                lot=Lot("L1", date(2026, 1, 31), date(2027, 1, 31)),
            ),
        )
        [found] = self.ask(self.count, gain=True)
        self.assertEqual(found.quantity, 2)

    def test_jd_is_asked_for_one_of_both_kinds_in_its_own_time(self):
        for gain, kind in ((True, "1"), (False, "2")):
            self.set_answer([])
            period = (datetime.fromisoformat(f"2026-08-0{day}") for day in (1, 2))
            self.jd.stock_counts(DEPARTMENT, *period, gain=gain, page=3)
            [told] = json.loads(self.server.requests[-1][1])
            self.assertEqual(told["orderType"], kind)
            self.assertEqual(told["startTime"], "2026-08-01 08:00:00")
            self.assertEqual(told["endTime"], "2026-08-02 08:00:00")
            self.assertEqual((told["currentPage"], told["pageSize"]), (3, 50))

    def test_a_count_is_of_a_moment_or_of_a_day(self):
        expected = {
            "2026-08-01 10:00:00": datetime.fromisoformat("2026-08-01 02:00"),
            "2019/1/2": datetime.fromisoformat("2019-01-01 16:00"),
            "soon": None,
            None: None,
        }
        for told, at in expected.items():
            [row] = self.ask(self.count | {"createTime": told})
            self.assertEqual(row.at, at)

    def test_counts_are_paged_and_each_has_its_goods(self):
        detail = self.count["details"][0]
        several = self.count | {
            "details": [detail, {"quantity": 1}, detail | {"goodsNo": "EMG3"}]
        }
        none = self.count | {"checkOrderNo": "CL2", "details": []}
        page = self.ask(several, none, page_size=2)
        rows = [(row.number, row.goods_number, row.position) for row in page]
        self.assertEqual(rows, [("CL1", "EMG1", 1), ("CL1", "EMG3", 3)])
        self.assertEqual((page.came, page.total_rows, page.is_last), (2, 2, True))
        self.assertEqual([row.raw for row in page.odd_rows], ['{"quantity": 1}'])

    def test_a_quantity_below_zero_is_odd_as_its_kind_has_the_sign(self):
        for gain in (True, False):
            detail = self.count["details"][0] | {"quantity": -2}
            page = self.ask(self.count | {"details": [detail]}, gain=gain)
            self.assertEqual((len(page), len(page.odd_rows)), (0, 1))

    def test_null_is_an_empty_list(self):
        for nothing in (None, [], {"totalNum": 0}):
            self.set_answer(nothing)
            page = self.jd.stock_counts(DEPARTMENT, utc_now(), utc_now(), gain=True)
            self.assertEqual((page.rows, page.is_last), ((), True))

    def test_a_department_or_pin_without_right_is_told_apart(self):
        for code in ("2001", "2004", "2005"):
            self.server.answer = {"code": code, "message": "no"}
            with self.assertRaises(PermissionRefused):
                self.jd.stock_counts(DEPARTMENT, utc_now(), utc_now(), gain=True)

    def test_the_budget_knows_the_calls_by_jds_names(self):
        names = {
            "stock": "queryStock",
            "stock_by_lot": "queryStock",
            "stock_counts": "queryCheckStock",
        }
        for operation, name in names.items():
            self.assertEqual(lib.get_call_name("jdl", operation), name)


@tagged("post_install", "-at_install")
class TestStockAtJd(ClientGoodsCase):
    """The same against the sandbox, which shares no code with the client."""

    def setUp(self):
        super().setUp()
        self.numbers = self.make_goods(
            {"erpGoodsNo": "CUP"}, {"erpGoodsNo": "TEA", "shelfLifeDays": 365}
        )
        self.tomorrow = (utc_now() + AHEAD_OF_UTC).date() + timedelta(1)
        expires = self.tomorrow.isoformat()
        self.set_stock(
            {"erpGoodsNo": "CUP", "quantity": 12},
            {"erpGoodsNo": "CUP", "quantity": 3, "goodsLevel": "210"},
            {"erpGoodsNo": "CUP", "quantity": 2, "goodsLevel": "6"},
            {"erpGoodsNo": "TEA", "quantity": 5, "lot": "L1", "expireDate": expires},
            {"erpGoodsNo": "TEA", "quantity": 7, "lot": "L2"},
        )

    def do(self, command, **arguments):
        return self.sandbox.do(command, warehouse=WAREHOUSE, **arguments)

    def test_all_types_in_the_warehouse_together_are_what_lies_there(self):
        for kind in StockType.IN_WAREHOUSE[1:5]:
            self.do("change_type", goods="CUP", quantity=2, after=kind)
        transit = {"erpGoodsNo": "CUP", "quantity": 50}
        self.set_stock(transit | {"stockType": StockType.IN_TRANSIT})
        pages = {
            kind: self.jd.stock(DEPARTMENT, WAREHOUSE, stock_type=kind)
            for kind in StockType.IN_WAREHOUSE
        }
        self.assertFalse(any(page.odd_rows for page in pages.values()))
        totals = {}
        for row in (row for page in pages.values() for row in page):
            key = row.own_goods_number, row.level
            totals[key] = totals.get(key, 0) + row.total
        expected = {("CUP", "100"): 12, ("CUP", "210"): 3, ("CUP", "6"): 2}
        self.assertEqual(totals, expected | {("TEA", "100"): 12})
        lots = {
            row.lot.number: row.total
            for status in BatchStatus.ALL
            for row in self.jd.stock_by_lot(DEPARTMENT, WAREHOUSE, status=status)
        }
        self.assertEqual(lots, {"L1": 5, "L2": 7})

    def test_as_many_goods_as_may_be_named_come_in_pages(self):
        numbers = self.make_goods(count=STOCK_FILTER_LIMIT)
        self.do("stock", each=1)
        named = {"goods_numbers": list(numbers.values()), "page_size": 60}
        pages = [
            self.jd.stock(DEPARTMENT, WAREHOUSE, page=page, **named) for page in (1, 2)
        ]
        self.assertEqual([len(page) for page in pages], [60, 40])
        self.assertEqual([page.is_last for page in pages], [False, True])

    def test_a_page_with_fewer_rows_than_are_due_is_no_answer(self):
        self.sandbox.do("fault", kind="contradict", call="queryStock", how="short")
        with self.assertRaises(RetryLater):
            self.jd.stock(DEPARTMENT, WAREHOUSE)

    def test_jds_counts_come_with_their_sign_time_and_lot(self):
        rows = [
            {"erpGoodsNo": "TEA", "quantity": -6},
            {"erpGoodsNo": "CUP", "quantity": 4},
        ]
        numbers = self.do("count_stock", rows=rows, reasons=["miscounted", "twice"])
        now = utc_now()
        period = (now - timedelta(hours=1), now + timedelta(hours=1))
        losses = self.jd.stock_counts(DEPARTMENT, *period, gain=False)
        told = [(row.lot.number, row.quantity, row.position) for row in losses]
        self.assertEqual(told, [("L1", -5, 1), ("L2", -1, 2)])
        self.assertEqual(losses[0].lot.expires_on, self.tomorrow)
        [gain] = self.jd.stock_counts(DEPARTMENT, *period, gain=True)
        self.assertEqual((gain.quantity, gain.lot), (4, None))
        self.assertEqual(gain.goods_number, self.numbers["CUP"])
        self.assertEqual([losses[0].number, gain.number], numbers["counts"])
        self.assertEqual((gain.reason, gain.warehouse_no), (REASON, WAREHOUSE))
        self.assertLess(abs(gain.at - now), timedelta(minutes=1))
        earlier = (now - timedelta(days=2), now - timedelta(days=1))
        nothing = self.jd.stock_counts(DEPARTMENT, *earlier, gain=True)
        self.assertEqual((len(nothing), nothing.is_last), (0, True))


REASON = "miscounted, twice"
