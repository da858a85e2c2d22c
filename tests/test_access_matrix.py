"""Who may create, read, write and delete what, in their own company and in another."""

import logging

from odoo.tests import tagged

from .rights_case import RightsCase

_logger = logging.getLogger(__name__)

OPERATIONS = ("create", "read", "write", "unlink")
NOBODY = dict.fromkeys(RightsCase.ROLES, "")
READ_IN_STOCK = NOBODY | {"stock user": "r", "stock manager": "r", "JD manager": "r"}
READ_BY_JD_MANAGER = NOBODY | {"JD manager": "r"}
# The first letters of what each role may do with its own company's records.
EXPECTED = {
    "jd.application": NOBODY | {"administrator": "r"},
    "jd.call": READ_BY_JD_MANAGER,
    "jd.connector": READ_IN_STOCK | {"JD manager": "crwu"},
    "jd.department": READ_IN_STOCK,
    "jd.foreign.link": NOBODY
    | {"stock user": "crw", "stock manager": "crw", "JD manager": "crw"},
    "jd.foreign.order": READ_IN_STOCK,
    "jd.foreign.order.line": READ_IN_STOCK,
    "jd.goods": READ_IN_STOCK | {"JD manager": "rw"},  # may have them matched again
    "jd.goods.creation": NOBODY | {"JD manager": "rw"},
    "jd.goods.creation.line": NOBODY | {"JD manager": "rw"},
    "jd.health": NOBODY | {"stock manager": "crw", "JD manager": "crw"},
    "jd.health.row": NOBODY | {"stock manager": "r", "JD manager": "r"},
    "jd.level.change": READ_IN_STOCK,
    "jd.message": READ_BY_JD_MANAGER,
    "jd.order": READ_IN_STOCK,
    "jd.shop.rule": READ_IN_STOCK | {"stock manager": "crwu", "JD manager": "crwu"},
    "jd.order.allocation": READ_IN_STOCK,
    "jd.order.event": READ_IN_STOCK,
    "jd.order.line": READ_IN_STOCK,
    "jd.order.report": READ_IN_STOCK,
    "jd.parcel": READ_IN_STOCK,
    "jd.stock.check": READ_IN_STOCK,
    "jd.stock.check.explanation": READ_IN_STOCK,
    "jd.stock.check.keep": NOBODY | {"JD manager": "crw"},
    "jd.stock.check.line": READ_IN_STOCK,
    "jd.stock.check.page": READ_BY_JD_MANAGER,
    "jd.stock.check.question": NOBODY | {"JD manager": "crw"},
    "jd.stock.ledger": READ_IN_STOCK,
    "jd.stock.ledger.line": READ_IN_STOCK,
    "jd.supplier": READ_IN_STOCK,
    "jd.warehouse.picker": NOBODY | {"JD manager": "rw"},
    "jd.warehouse.picker.line": NOBODY | {"JD manager": "rw"},
}


@tagged("post_install", "-at_install")
class TestAccessMatrix(RightsCase):
    def test_every_role_may_do_what_it_is_for_and_nothing_elsewhere(self):
        self.assertEqual(sorted(EXPECTED), self.get_models())
        rows = []
        for model in EXPECTED:
            for role in self.ROLES:
                own, elsewhere = (
                    self.find_operations(records[model], role)
                    for records in (self.own, self.others)
                )
                rows.append((model, role, own, elsewhere))
                with self.subTest(model=model, role=role):
                    self.assertEqual(own, EXPECTED[model][role])
                    self.assertEqual(elsewhere, "", "in another company")
        self.log_table(rows)

    def find_operations(self, record, role):
        """Return the first letters of what a role may do with a record."""
        as_role = self.as_user(record, self.users[role])
        return "".join(each[0] for each in OPERATIONS if as_role.has_access(each))

    def log_table(self, rows):
        head = ("model", "role", "own company", "another company")
        lines = [
            "{:<26} {:<14} {:<12} {}".format(*(cell or "–" for cell in row))
            for row in (head, *rows)
        ]
        _logger.info("The access matrix:\n%s", "\n".join(lines))

    def test_a_search_finds_what_may_be_read_and_nothing_else(self):
        for model, roles in EXPECTED.items():
            for role, operations in roles.items():
                with self.subTest(model=model, role=role):
                    self.assertEqual(
                        self.is_found(self.own[model], role), "r" in operations
                    )
                    self.assertFalse(self.is_found(self.others[model], role))

    def is_found(self, record, role):
        model = self.as_user(record.browse(), self.users[role])
        if not model.has_access("read"):
            return False
        return record.id in model.with_context(active_test=False).search([]).ids
