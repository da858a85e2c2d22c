"""What is known before and after a call: what JD takes, and whether it answers so."""

from dataclasses import replace
from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from .. import lib
from ..lib import clock
from ..lib.agreement import ExpectedOrder, find_disagreements
from ..lib.api import (
    Address,
    CustomerReturn,
    InboundOrder,
    InboundReport,
    Invalid,
    Lot,
    OddRow,
    OrderLine,
    OutboundOrder,
    OutboundReport,
    Refused,
    ReportedLine,
    SupplierReturn,
)

PLACE = {
    "department_no": "EBU1",
    "warehouse_no": "110000101",
    "lines": (OrderLine("7", "EMG1", 3),),
}
ADDRESS = Address(name="A", phone="1", detail="D")
ORDERS = (
    OutboundOrder("WH/1", receiver=ADDRESS, **PLACE),
    InboundOrder("WH/1", **PLACE),
    CustomerReturn("WH/1", sender=ADDRESS, **PLACE),
    SupplierReturn("WH/1", receiver=ADDRESS, **PLACE),
)
OUTBOUND, INBOUND, CUSTOMER_RETURN, SUPPLIER_RETURN = ORDERS

# Order, member, characters: the pages of addSoOrder, addRtwOrder and addRtsOrder.
LENGTHS = [
    *((order, "number", 50) for order in ORDERS),
    (OUTBOUND, "platform_number", 200),
    (OUTBOUND, "waybill", 200),
    (OUTBOUND, "buyer_remark", 500),
    (OUTBOUND, "remark", 200),
    (OUTBOUND, "receiver.name", 20),
    (OUTBOUND, "receiver.mobile", 30),
    (OUTBOUND, "receiver.detail", 100),
    (OUTBOUND, "lines[0].lot", 50),
    (OUTBOUND, "lines[0].line", 50),
    (INBOUND, "lines[0].lot", 50),
    (CUSTOMER_RETURN, "waybill", 200),
    (CUSTOMER_RETURN, "words", 400),
    (CUSTOMER_RETURN, "remark", 100),
    (CUSTOMER_RETURN, "sender.detail", 200),
    (CUSTOMER_RETURN, "lines[0].lot", 100),
    (SUPPLIER_RETURN, "supplier_no", 50),
    (SUPPLIER_RETURN, "receiver.name", 100),
    (SUPPLIER_RETURN, "receiver.phone", 100),
    (SUPPLIER_RETURN, "receiver.email", 50),
    (SUPPLIER_RETURN, "receiver.town", 100),
    (SUPPLIER_RETURN, "receiver.detail", 200),
    (SUPPLIER_RETURN, "lines[0].lot", 50),
]


def fill(order, member, text):
    """Return the order with a text in the member that is named."""
    name, _, inner = member.partition(".")
    if not inner:
        return replace(order, **{name: text})
    if not name.startswith("lines"):
        return replace(order, **{name: replace(getattr(order, name), **{inner: text})})
    value = Lot(text) if inner == "lot" else text
    return replace(order, lines=(replace(order.lines[0], **{inner: value}),))


@tagged("post_install", "-at_install")
class TestLimits(BaseCase):
    def test_an_ordinary_order_fits(self):
        for order in ORDERS:
            self.assertEqual(lib.find_invalid("jdl", order), [])

    def test_a_text_that_is_too_long_is_named_and_never_cut(self):
        for order, member, length in LENGTHS:
            with self.subTest(kind=order.kind, member=member):
                fits = fill(order, member, "x" * length)
                self.assertEqual(lib.find_invalid("jdl", fits), [])
                long = fill(order, member, "x" * (length + 1))
                [found] = lib.find_invalid("jdl", long)
                self.assertEqual((found.member, found.limit), (member, length))
                self.assertIn(member, found.message)

    def test_what_does_not_fit_is_a_refusal_and_a_value_error(self):
        self.assertTrue(
            issubclass(Invalid, Refused) and issubclass(Invalid, ValueError)
        )

    def test_the_waybill_of_a_return_has_no_chinese_characters(self):
        for waybill in ("运单1", "ＪＤ1", "A，B", "A、B", "\uf900"):
            [found] = lib.find_invalid("jdl", replace(CUSTOMER_RETURN, waybill=waybill))
            self.assertEqual(found.member, "waybill")
            self.assertEqual(
                lib.find_invalid("jdl", replace(OUTBOUND, waybill=waybill)), []
            )

    def test_only_pieces_above_zero_are_told(self):
        for quantity in (0, -1):
            line = replace(PLACE["lines"][0], quantity=quantity)
            [found] = lib.find_invalid("jdl", replace(INBOUND, lines=(line,)))
            self.assertEqual(found.member, "lines[0].quantity")

    def test_everything_that_does_not_fit_is_named_at_once(self):
        order = fill(fill(OUTBOUND, "waybill", "x" * 201), "receiver.name", "x" * 21)
        found = {problem.member for problem in lib.find_invalid("jdl", order)}
        self.assertEqual(found, {"waybill", "receiver.name"})


@tagged("post_install", "-at_install")
class TestAgreement(BaseCase):
    def report(self, **changes):
        line = ReportedLine("7", "EMG1", planned=3)
        report = OutboundReport("ESL1", "WH/1", "EBU1", "110000101", lines=(line,))
        return replace(report, **changes)

    SENT = ExpectedOrder("WH/1", "EBU1", "110000101", lines=(("EMG1", 3),))

    def disagree(self, order=SENT, **changes):
        found = find_disagreements(order, self.report(**changes))
        return [each.member for each in found]

    def test_the_order_that_was_sent_agrees(self):
        self.assertEqual(self.disagree(), [])
        known = replace(self.SENT, jd_number="ESL1")
        self.assertEqual(self.disagree(known), [])
        self.assertEqual(self.disagree(known, own_number=""), [])
        self.assertEqual(self.disagree(known, number="ESL2"), ["jd_number"])

    def test_of_an_order_made_at_jd_neither_number_nor_lines_are_ours(self):
        made_at_jd = replace(self.SENT, number="", jd_number="ESL1", lines=())
        self.assertEqual(self.disagree(made_at_jd), [])
        self.assertEqual(self.disagree(made_at_jd, warehouse_no="1"), ["warehouse_no"])

    def test_another_order_does_not(self):
        line = ReportedLine("7", "EMG1", planned=3)
        for member, changes in (
            ("number", {"own_number": "WH/2"}),
            ("number", {"own_number": ""}),
            ("department_no", {"department_no": "EBU2"}),
            ("warehouse_no", {"warehouse_no": "110000102"}),
            ("lines", {"lines": (replace(line, goods_number="EMG2"),)}),
            ("lines", {"lines": (replace(line, planned=4),)}),
            ("lines", {"lines": (line, replace(line, line="8"))}),
        ):
            with self.subTest(changes=changes):
                self.assertEqual(self.disagree(**changes), [member])

    def test_what_jd_leaves_out_does_not_disagree(self):
        line = ReportedLine("7", "EMG1")
        for changes in (
            {"department_no": ""},
            {"warehouse_no": ""},
            {"lines": ()},
            {"lines": (line,)},
            {"lines": (ReportedLine("", "EMG1", planned=3),)},
            {"lines": (ReportedLine("7", "", planned=3),)},
            {"lines": (), "odd_rows": (OddRow("deliveryItemList", "odd"),)},
        ):
            with self.subTest(changes=changes):
                self.assertEqual(self.disagree(**changes), [])

    def test_a_line_in_several_rows_is_one_line(self):
        for good, defective in ((3, None), (3, 0), (1, 2), (3, 3)):
            with self.subTest(good=good, defective=defective):
                rows = (
                    ReportedLine("7", "EMG1", planned=good, done=1, level="100"),
                    ReportedLine("7", "EMG1", planned=defective, done=2, level="200"),
                )
                report = InboundReport("EPL1", "WH/1", lines=rows)
                self.assertEqual(find_disagreements(self.SENT, report), ())

    def test_lines_of_the_same_goods_add_up(self):
        sent = replace(self.SENT, lines=(("EMG1", 1), ("EMG1", 2)))
        rows = [ReportedLine("7", "EMG1", planned=1)]
        rows.append(ReportedLine("8", "EMG1", planned=2))
        self.assertEqual(self.disagree(sent, lines=tuple(rows)), [])
        self.assertEqual(self.disagree(sent, lines=tuple(rows[:1])), ["lines"])


@tagged("post_install", "-at_install")
class TestClock(BaseCase):
    def test_jds_times_are_read_in_every_spelling_seen(self):
        for value, expected in (
            ("2026-01-02 12:00:00", "2026-01-02 04:00:00"),
            ("2026-01-02 12:00:00.0", "2026-01-02 04:00:00"),
            ("2026-01-02 12:00:00.123", "2026-01-02 04:00:00"),
            ("2026-01-02T12:00:00", "2026-01-02 04:00:00"),
            ("2026/1/2 12:00", "2026-01-02 04:00:00"),
            ("2019/1/2", "2019-01-01 16:00:00"),
            ("1767326400", "2026-01-02 04:00:00"),
            (1767326400, "2026-01-02 04:00:00"),
            (1767326400999, "2026-01-02 04:00:00"),
        ):
            with self.subTest(value=value):
                self.assertEqual(clock.from_jd(value), datetime.fromisoformat(expected))

    def test_a_time_that_cannot_be_kept_is_none(self):
        for value in (
            *("", "soon", "12", "0001-01-01 00:00:00", "9999-12-31 23:59:59"),
            *(
                "2200-01-01 08:00:00",
                "2200-01-02 00:00:00",
                "1969-12-31 00:00:00",
                "2026-02-30",
                "2026-1",
            ),
            *(None, True, 1.5, [], {}, 0, -1, 10**15, 9_999_999_999_999, "٢٠٢٦-01-02"),
        ):
            with self.subTest(value=value), self.assertRaises(ValueError):
                clock.from_jd(value)

    def test_the_end_of_what_never_ends_can_be_kept_and_one_long_past_is_none(self):
        for value in ("2200-01-01 08:00:00", "9999-12-31 00:00:00", 9_999_999_999_999):
            with self.subTest(value=value):
                self.assertEqual(clock.expiry_from_jd(value), clock.LATEST)
        moment = datetime.fromisoformat("2026-01-02 04:00:00")
        self.assertEqual(clock.expiry_from_jd("2026-01-02 12:00:00"), moment)
        for value in ("0001-01-01 00:00:00", "1969-12-31 00:00:00", "soon", None):
            with self.subTest(value=value), self.assertRaises(ValueError):
                clock.expiry_from_jd(value)

    def test_a_day_is_jds_day(self):
        for value in ("2026-01-02", "2026-01-02 00:00:00", "2026/1/2", 1767283200000):
            with self.subTest(value=value):
                self.assertEqual(clock.day_from_jd(value), date(2026, 1, 2))
