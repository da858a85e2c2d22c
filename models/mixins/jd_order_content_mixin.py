from odoo import api, models


class JdOrderContentMixin(models.AbstractModel):
    """Notes each change of what an unsent order consists of on the order itself.

    An order is read and sent while users go on working. In PostgreSQL two transactions
    that write different rows both succeed, and JD would get the old quantity. With the
    note they write the same row: whoever is second begins anew and sees the other's
    work.
    """

    _name = "jd.order.content.mixin"
    _description = "JD Order Content"

    # The fields that are read when an order is sent.
    _jd_content = frozenset()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._jd_get_transfers()._jd_note_change()
        return records

    def write(self, vals):
        if self._jd_content.isdisjoint(vals):
            return super().write(vals)
        before = self._jd_get_transfers()
        res = super().write(vals)
        (before | self._jd_get_transfers())._jd_note_change()
        return res

    def unlink(self):
        self._jd_get_transfers()._jd_note_change()
        return super().unlink()

    # === BUSINESS === #

    def _jd_get_transfers(self):
        """Return the `stock.picking` that these records belong to."""
        return self.sudo().picking_id  # users may lack access to transfers
