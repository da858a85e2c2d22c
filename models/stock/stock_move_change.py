"""Goods added to what JD has, and goods that are wanted no more."""

from odoo import models

from ..order.jd_order import TOLD

# What need not fit for less of a product to be wanted. Where it does not, Odoo would
# make a return of goods that JD has not moved.
_IRRELEVANT_WHEN_LOWERED = (
    "price_unit",
    "date",
    "date_deadline",
    "propagate_cancel",
    "procure_method",
)


class StockMove(models.Model):
    _inherit = "stock.move"

    # === HOOKS: MORE === #

    def _search_picking_for_assignation_domain(self):
        """Exclude transfers at JD and on hold: added goods go to another transfer."""
        domain = super()._search_picking_for_assignation_domain()
        if self._jd_is_lowering():
            return domain  # a decrease may concern any of them
        if self._jd_is_undecided_return():
            # Held back alone: a return that a person made goes on.
            return [*domain, ("id", "=", False)]
        # JD cannot add a line to an order that it has; what is on hold waits for a
        # decision that nobody has to make for the goods added.
        return [
            *domain,
            ("jd_on_hold", "=", False),
            "!",
            ("jd_order_id.state", "in", TOLD),
        ]

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Put goods added to a transfer that JD has into a transfer of their own."""
        self.filtered(lambda move: move._jd_is_added())._jd_move_to_own_transfer()
        lowering = self.filtered(lambda move: move._jd_is_lowering())
        # Whoever sends this in a context holds back transfers, and no more than that.
        marked = self.with_context(jd_lowering_ids=lowering.ids) if lowering else self
        res = super(StockMove, marked)._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )
        return res.with_env(self.env)

    def _jd_is_added(self):
        """Tell whether this move is new in a transfer that JD has already."""
        return (
            self.state == "draft"
            and not self._jd_is_lowering()
            and self.picking_id._jd_is_told()
        )

    def _jd_is_lowering(self):
        """Tell whether this move stands for goods that are wanted no more."""
        return self.product_uom.compare(self.product_uom_qty, 0) < 0

    def _jd_move_to_own_transfer(self):
        for picking, moves in self.grouped("picking_id").items():
            own = picking._jd_get_transfer_of_added()
            moves.picking_id = own
            moves.move_line_ids.picking_id = own
            picking.message_post(
                body=self.env._(
                    "JD has this transfer already: the goods added to it go with "
                    "%(transfer)s.",
                    transfer=own.name,
                )
            )

    # === HOOKS: LESS === #

    def _update_candidate_moves_list(self, candidate_moves_set):
        """Take a decrease from all transfers of the same sale or purchase.

        Core looks at one of them, and makes a return of the rest.
        """
        super()._update_candidate_moves_list(candidate_moves_set)
        lowering = self.filtered(
            lambda move: (
                move._jd_is_lowering()
                and move.picking_type_id.warehouse_id.jd_connector_id
            )
        )
        if not lowering:
            return
        for picking in lowering.picking_id:
            candidate_moves_set.discard(picking.move_ids)
        # In one record set: core tries them in the order of each.
        found = lowering.picking_id.move_ids | lowering._jd_find_of_same_source()
        candidate_moves_set.add(found.sorted(lambda move: move._jd_get_lowering_key()))

    def _jd_find_of_same_source(self):
        """Return the open moves of the sales or purchases that these moves change."""
        return self.search(
            [
                ("reference_ids", "in", self.reference_ids.ids),
                ("product_id", "in", self.product_id.ids),
                ("picking_type_id", "in", self.picking_type_id.ids),
                ("state", "not in", ("draft", "done", "cancel")),
            ]
        )

    def _jd_get_lowering_key(self):
        """Return what sorts moves by how easily less of them can be sent."""
        order_sudo = self.picking_id.sudo().jd_order_id  # see `_jd_get_told_lines`
        is_told = self.picking_id._jd_is_told()
        # First what JD does not have, then what it has not begun; the newest first.
        return (is_told, is_told and order_sudo._is_fixed(), -self.id)

    def _merge_move_itemgetter(self, distinct_fields, excluded_fields=None):
        """Keep what JD knows apart; take decreases from whatever holds the goods."""
        if not self.picking_type_id.warehouse_id.jd_connector_id:
            return super()._merge_move_itemgetter(distinct_fields, excluded_fields)
        if excluded_fields is not None:
            excluded = [*excluded_fields, *_IRRELEVANT_WHEN_LOWERED]
            return super()._merge_move_itemgetter(distinct_fields, excluded)
        get_key = super()._merge_move_itemgetter(distinct_fields)
        return lambda move: (move._jd_get_merge_key(), get_key(move))

    def _jd_get_merge_key(self):
        """Return what must be equal for this move to be merged with another."""
        picking_sudo = self.picking_id.sudo()  # see `_jd_get_told_lines`
        # JD's orders, also cancelled ones, are about one move and not the other.
        # The first one is stored: most transfers have none.
        known_sudo = picking_sudo.jd_order_id and picking_sudo.jd_order_ids
        if known_sudo.filtered("is_known_to_jd"):
            return ("move", self.id)
        return ("transfer", picking_sudo.id)

    def _assign_picking_values(self, picking):
        """Leave a transfer as it is when less of its goods is wanted."""
        if all(move._jd_is_lowering() for move in self):
            return {}
        return super()._assign_picking_values(picking)

    def _assign_picking_post_process(self, new=False):
        """Hold back returns that Odoo makes because less is wanted."""
        res = super()._assign_picking_post_process(new=new)
        left = self.filtered(lambda move: move._jd_is_undecided_return())
        left.picking_id._jd_hold_undecided_return()
        return res

    def _jd_is_undecided_return(self):
        """Tell whether Odoo turned this decrease into a return from or to JD."""
        return (
            self.id in (self.env.context.get("jd_lowering_ids") or ())
            and not self._jd_is_lowering()
            and bool(self.picking_type_id.warehouse_id.jd_connector_id)
        )
