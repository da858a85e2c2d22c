"""JD's codes in terms of the operations: reasons of refusals, groups of levels."""

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib.api import GoodsLevel, NotFound, RefusalReason, Refused
from ..lib.jdl.codes import error_for


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
