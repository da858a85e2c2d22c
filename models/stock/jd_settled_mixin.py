from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..order.jd_order import OPEN


class JdSettledMixin(models.AbstractModel):
    """Keeps what open orders were made from: which warehouse of JD's does what.

    Where it changed meanwhile, JD would move goods in one place and Odoo in another.
    """

    _name = "jd.settled.mixin"
    _description = "JD Settled Places"

    # === CRUD === #

    def write(self, vals):
        before = {record: record._jd_get_settled() for record in self}
        res = super().write(vals)
        changed = self.filtered(lambda row: row._jd_get_settled() != before[row])
        # What is restored was archived without open orders, or comes back for them.
        if changed and not vals.get("active"):
            changed._jd_check_no_open_orders()
        return res

    # === BUSINESS === #

    def _jd_get_settled(self):
        """Return what of this record stays the same while JD has orders there."""
        raise NotImplementedError(self._name)

    def _jd_get_orders_domain(self):
        """Return the domain of the orders that were made from these records."""
        raise NotImplementedError(self._name)

    def _jd_check_no_open_orders(self):
        """Check that no open order was made from these records.

        :raise UserError: Some were; the message says what to do first.
        """
        # sudo: whoever changes settings may lack access to JD. Also what is archived.
        orders_sudo = self.env["jd.order"].sudo().with_context(active_test=False)
        open_orders = Domain("state", "in", OPEN) & self._jd_get_orders_domain()
        if found_sudo := orders_sudo.search(open_orders, limit=5):
            raise UserError(
                self.env._(
                    "JD has open orders that depend on this setting of %(records)s, "
                    "such as %(transfers)s. Change it when they are closed, or cancel "
                    "them first.",
                    records=", ".join(self.mapped("display_name")),
                    transfers=", ".join(found_sudo.picking_id.mapped("name")),
                )
            )
