"""JD's codes in terms of the operations: reasons of refusals, groups of levels."""

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib.api import (
    GoodsLevel,
    NotFound,
    OrderKind,
    OutcomeUnknown,
    RefusalReason,
    Refused,
    Throttled,
)
from ..lib.jdl.codes import error_for
from ..lib.jdl.kinds import (
    get_kind_of_number,
    is_goods_number,
    is_order_number,
    is_supplier_number,
)


def refusal(call, code):
    return error_for(call, code, message="no", request_id="R1")


@tagged("post_install", "-at_install")
class TestCodes(BaseCase):
    def test_a_refusal_says_what_can_be_mended_where_its_code_does(self):
        for call, code, reason in (
            ("addRtsOrder", "2052", RefusalReason.NOT_IN_STOCK),
            ("saveGoodsInfo", "2003", RefusalReason.CONTENT_CHECK),
            ("saveGoodsInfo", "2017", RefusalReason.SHELF_LIFE),
            ("saveGoodsInfo", "2018", RefusalReason.GOODS_NAME),
            ("addSoOrder", "2052", ""),
            ("addRtwOrder", "2003", ""),
            ("saveGoodsInfo", "2016", ""),
        ):
            with self.subTest(call=call, code=code):
                error = refusal(call, code)
                self.assertIs(type(error), Refused)
                self.assertEqual((error.reason, error.code), (reason, code))

    def test_what_is_not_found_needs_no_reason(self):
        error = refusal("querySoOrder", "2342")
        self.assertIs(type(error), NotFound)
        self.assertEqual(error.reason, "")

    def test_a_code_that_does_not_say_no_is_no_refusal(self):
        for call, code in (("addSoOrder", "2218"), ("addSoOrder", "4000")):
            with self.subTest(call=call, code=code):
                self.assertIs(type(refusal(call, code)), OutcomeUnknown)
        error = refusal("addSoOrder", "2002")
        self.assertIs(type(error), Throttled)
        self.assertEqual(error.wait_seconds, 600)

    def test_each_kind_of_order_has_numbers_of_its_own(self):
        beginnings = {
            OrderKind.OUTBOUND: ("ESL",),
            OrderKind.INBOUND: ("EPL",),
            OrderKind.CUSTOMER_RETURN: ("ESR", "EBR"),
            OrderKind.SUPPLIER_RETURN: ("EBS",),
        }
        for kind, own in beginnings.items():
            for beginning in ("ESL", "EPL", "ESR", "EBR", "EBS", "EMG", "EMS", "E"):
                with self.subTest(kind=kind, beginning=beginning):
                    number = f"{beginning}0000000012"
                    self.assertEqual(is_order_number(kind, number), beginning in own)
                    if beginning in own:
                        self.assertEqual(get_kind_of_number(number), kind)
                    for odd in (f"{number}X", f" {number}", beginning, number.lower()):
                        self.assertFalse(is_order_number(kind, odd))

    def test_goods_and_suppliers_have_numbers_of_their_own(self):
        for number, is_goods, is_supplier in (
            ("EMG0001", True, False),
            ("EMS0001", False, True),
            ("EMG", False, False),
            ("EMG1,EMG2", False, False),
            ("EMS1 ", False, False),
            ("ESL1", False, False),
            ("1", False, False),
        ):
            with self.subTest(number=number):
                self.assertIs(is_goods_number(number), is_goods)
                self.assertIs(is_supplier_number(number), is_supplier)

    def test_each_level_belongs_to_one_group(self):
        groups = {
            GoodsLevel.GOOD: ("100", "101", "199"),
            GoodsLevel.SAMPLE: ("300", "399", "3"),
            GoodsLevel.DEFECTIVE: ("200", "299", "400", "6", "1", "10", "1000", "x"),
        }
        for group, levels in groups.items():
            for level in levels:
                with self.subTest(level):
                    self.assertEqual(lib.get_level_group("jdl", level), group)
