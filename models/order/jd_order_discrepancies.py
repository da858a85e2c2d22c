"""Tells somebody, with numbers, what JD moved otherwise than ordered."""

from odoo import models


class JdOrder(models.Model):
    _inherit = "jd.order"

    def _report_discrepancies(self):
        """Give somebody an activity about orders that moved otherwise than ordered."""
        for order in self:
            explained = [*order._explain_surplus(), *order._explain_damage()]
            if short := order._explain_short():
                order._request_attention(short, cause="backorder")
            if explained:
                order._request_attention(" ".join(explained))

    # === LESS === #

    def _is_short(self):
        """Tell whether JD moved less than was ordered."""
        return any(line._is_expected() for line in self.line_ids)

    def _explain_short(self):
        """Return what happens to the pieces JD did not move; empty if it moved all."""
        short = self.line_ids.filtered(lambda line: line._is_expected())
        rests = self.picking_id.backorder_ids
        if not short or (rests and set(rests.mapped("state")) == {"cancel"}):
            return ""
        if not rests:
            return self._explain_dropped(short)
        pieces = {
            "pieces": self._describe_short(short),
            "rest": ", ".join(rests.mapped("name")),
        }
        if self._is_incoming():
            return self.env._(
                "JD received less than announced. %(pieces)s in %(rest)s: send it to "
                "JD again when it comes, or cancel it.",
                **pieces,
            )
        if self._has_jd_ended():
            return self.env._(
                "JD shipped less than ordered and cancelled the rest. %(pieces)s in "
                "%(rest)s: ask JD support before you send it, or cancel it.",
                **pieces,
            )
        return self.env._(
            "JD shipped less than ordered. %(pieces)s in %(rest)s: send it to JD "
            "again, or cancel it.",
            **pieces,
        )

    def _describe_short(self, lines):
        """Return how much of lines has moved, in what condition, and what is left."""
        texts = []
        for line in lines:
            values = {
                "product": line.product_id.display_name,
                "moved": line.reported,
                "ordered": line.planned,
                "left": line.planned - line.reported,
            }
            if not self._is_incoming():
                text = self.env._(
                    "%(product)s: %(moved)s of %(ordered)s shipped; %(left)s on hold",
                    **values,
                )
            elif other := self._describe_levels(line._get_other_levels()):
                text = self.env._(
                    "%(product)s: %(moved)s of %(ordered)s received, of these "
                    "%(other)s; %(left)s on hold",
                    other=other,
                    **values,
                )
            else:
                text = self.env._(
                    "%(product)s: %(moved)s of %(ordered)s received; %(left)s on hold",
                    **values,
                )
            texts.append(text)
        return ", ".join(texts)

    def _explain_dropped(self, short):
        """Return what JD did not move of lines whose rest goes to no backorder."""
        pieces = ", ".join(
            self.env._(
                "%(product)s: %(missing)s of %(ordered)s",
                product=line.product_id.display_name,
                missing=line.planned - line.reported,
                ordered=line.planned,
            )
            for line in short
        )
        if self._is_incoming():
            return self.env._(
                "JD received less than announced. Missing, and not expected any more, "
                "as %(type)s creates no backorders: %(pieces)s.",
                type=self.picking_id.picking_type_id.display_name,
                pieces=pieces,
            )
        return self.env._(
            "JD shipped less than ordered. Not shipped, and not sent later, as "
            "%(type)s creates no backorders: %(pieces)s.",
            type=self.picking_id.picking_type_id.display_name,
            pieces=pieces,
        )

    # === MORE, OR IN ANOTHER CONDITION === #

    def _explain_surplus(self):
        over = self.line_ids.filtered(lambda line: line.reported > line.planned)
        pieces = ", ".join(
            self.env._(
                "%(product)s: %(moved)s instead of %(ordered)s",
                product=line.product_id.display_name,
                moved=line.reported,
                ordered=line.planned,
            )
            for line in over
        )
        if over and self._is_incoming():
            yield self.env._(
                "JD received more than announced: %(pieces)s. It is in stock.",
                pieces=pieces,
            )
        elif over:
            yield self.env._(
                "JD shipped more than ordered: %(pieces)s. Compare the stock with "
                "JD's.",
                pieces=pieces,
            )

    def _explain_damage(self):
        # Told with each part, of that part.
        now = (self.picking_id.browse(), self.picking_id)
        found = {
            line.product_id: levels
            for line in self.line_ids
            if (levels := line._get_other_levels(now))
        }
        if found and self._is_incoming():
            yield self.env._(
                "JD received goods in another condition than announced: %(pieces)s. "
                "They lie in a location of their own and are not for sale.",
                pieces=", ".join(
                    f"{product.display_name}: {self._describe_levels(levels)}"
                    for product, levels in found.items()
                ),
            )

    def _describe_levels(self, levels):
        """Return pieces by the name of their goods level as a text."""
        return ", ".join(f"{pieces} × {name}" for name, pieces in levels.items())
