"""Done transfers that somebody corrects: the stock at JD changes, JD is not told."""

from odoo import models

# What changes stock where the move of a line is done.
MOVING = frozenset(
    {
        "quantity",
        "product_uom_id",
        "lot_id",
        "quant_id",
        "location_id",
        "location_dest_id",
    }
)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _jd_get_moved(self):
        """Return what these lines, once done, brought to JD or took from there.

        :return: Line → (warehouse, what JD knows of it, text).
        """
        moved = {}
        # sudo: users who correct a transfer may lack access to JD.
        for line in self.sudo().filtered(lambda line: line.state == "done"):
            places = line.location_id, line.location_dest_id
            stocks = [place._jd_get_stock() for place in places]
            if stocks[0] == stocks[1] or not line.quantity:
                continue
            # What was assumed may be set right: JD never named it.
            lot = not line.jd_lot_assumed and line.lot_id
            known = (*stocks, lot, line.quantity_product_uom)
            warehouse = stocks[0][0] or stocks[1][0]
            moved[line] = warehouse, known, line._jd_describe()
        return moved

    def _jd_describe(self):
        goods = f"{self.quantity:g} × {self.product_id.display_name}"
        names = [goods, self.lot_id.name] if self.lot_id else [goods]
        source, target = self.location_id, self.location_dest_id
        return f"{', '.join(names)} ({source.display_name} → {target.display_name})"

    def _jd_report_corrected(self, before):
        """Tell somebody what was changed of these lines after they were done.

        :param dict before: What they had moved, see `_jd_get_moved`.
        """
        after = self._jd_get_moved()
        nothing = None, None, self.env._("nothing")
        for line_sudo in self.sudo() if before or after else ():
            old, new = (moved.get(line_sudo, nothing) for moved in (before, after))
            if old[1] != new[1]:
                warehouse_sudo = old[0] or new[0]
                line_sudo.move_id.jd_odoo_only_connector_id = (
                    warehouse_sudo.jd_connector_id
                )
                line_sudo.picking_id._jd_tell_corrected(old[2], new[2])


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _jd_tell_corrected(self, old, new):
        """Note on a done transfer what was changed; give somebody one activity."""
        if not self:
            return  # the list of what was moved in Odoo only has it
        self.message_post(
            body=self.env._(
                "Changed after it was done, and JD was not told: %(old)s is now "
                "%(new)s.",
                old=old,
                new=new,
            )
        )
        record = self.jd_order_id or self
        record._close_attention("corrected")
        record._request_attention(
            self.env._(
                "%(transfer)s was changed after it was done, and JD was not told; its "
                "messages say what. Compare the stock with JD's, and ask JD support to "
                "correct theirs if Odoo's is right.",
                transfer=self.name,
            ),
            cause="corrected",
        )
