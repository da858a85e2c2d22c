"""Level changes by JD's warehouses, and the stock moves that follow them."""

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ... import const
from ..mixins.jd_worker_mixin import CONCURRENCY_ERRORS, to_user_error

# The cause of activities about goods that could not be moved.
UNMOVED = "unmoved"


class JdLevelChange(models.Model):
    """One row of a level adjustment at JD; its goods are moved once in Odoo."""

    _name = "jd.level.change"
    _description = "JD Goods Level Change"
    _inherit = ["jd.worker.mixin"]
    _order = "happened_at desc, id desc"
    _rec_name = "number"

    department_id = fields.Many2one(
        "jd.department",
        string="JD Department",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="department_id.company_id", store=True, index=True
    )
    number = fields.Char(string="JD Number", required=True, readonly=True)
    position = fields.Integer(required=True, readonly=True)
    happened_at = fields.Datetime(string="Happened", readonly=True)
    warehouse_no = fields.Char(string="JD Warehouse Number", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    goods_no = fields.Char(string="JD Goods Number", readonly=True)
    old_level = fields.Char(readonly=True)
    new_level = fields.Char(readonly=True)
    old_level_name = fields.Char(string="From Level", compute="_compute_level_names")
    new_level_name = fields.Char(string="To Level", compute="_compute_level_names")
    quantity = fields.Integer(readonly=True)
    lot_name = fields.Char(string="Lot", readonly=True)
    reason = fields.Char(string="JD's Reason", readonly=True)
    state = fields.Selection(
        selection=[
            ("to_fix", "To Fix"),
            ("moved", "Moved"),
            ("same", "Nothing to Move"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="to_fix",
        index=True,
    )
    problem = fields.Text(string="What to Do", readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True)

    _position_uniq = models.Constraint(
        "UNIQUE(department_id, number, position)", "This change was recorded already."
    )

    # === COMPUTES === #

    @api.depends("old_level", "new_level")
    def _compute_level_names(self):
        warehouses = self.env["stock.warehouse"]
        for change in self:
            change.old_level_name = warehouses._jd_name_level(change.old_level)
            change.new_level_name = warehouses._jd_name_level(change.new_level)

    # === ACTIONS === #

    def action_move(self):
        """Try again to move the goods that could not be moved."""
        self.check_access("read")
        # sudo: users trigger this without write access
        waiting_sudo = self.sudo().filtered(lambda change: change.state == "to_fix")
        waiting_sudo._find_warehouse_and_product()
        waiting_sudo._apply_changes()

    # === BUSINESS === #

    @api.model
    def _record_page(self, department, changes):
        """Record the new changes on a page of JD's list and move their goods.

        :param list changes: `lib.api.LevelChange`, in JD's order.
        """
        # JD numbers adjustments, not their rows; all rows of one are on one page, so
        # that the position identifies them.
        known = {
            (row.number, row.position)
            for row in self.search(
                Domain("department_id", "=", department.id)
                & Domain("number", "in", [change.number for change in changes])
            )
        }
        rows = self._create_isolated(
            [
                values
                for values in self._prepare_values(department, changes)
                if (values["number"], values["position"]) not in known
            ],
            department.connector_id._report_error,
        )
        rows._find_warehouse_and_product()
        rows._apply_changes()

    @api.model
    def _prepare_values(self, department, changes):
        values = []
        for change in changes:
            values.append(
                {
                    "department_id": department.id,
                    "number": change.number,
                    "position": change.position,
                    "happened_at": change.at,
                    "warehouse_no": change.warehouse_no,
                    "goods_no": change.goods_number,
                    "old_level": change.old_level,
                    "new_level": change.new_level,
                    "quantity": change.quantity,
                    "lot_name": change.lot and change.lot.number,
                    "reason": change.reason,
                }
            )
        return values

    def _find_warehouse_and_product(self):
        """Set warehouse and product by JD's numbers, where they are known."""
        for department, changes in self.grouped("department_id").items():
            warehouses = department.connector_id.warehouse_ids.filtered(
                lambda w, number=department.number: w.jd_department_no == number
            ).grouped("jd_warehouse_no")
            goods = self.env["jd.goods"].search(
                department._get_rows_domain()
                & Domain("goods_no", "in", changes.mapped("goods_no"))
            )
            products = {row.goods_no: row.product_id for row in goods}
            for change in changes:
                change.warehouse_id = warehouses.get(change.warehouse_no)
                change.product_id = products.get(change.goods_no)

    def _apply_changes(self):
        """Move the goods from the location of the old level to that of the new one.

        Changes that fail keep their problem; somebody gets one activity about them.
        """
        for change in self:
            problem = change._get_problem()
            if not problem:
                problem = change._try_move()
            change.problem = problem
        open_changes = self.filtered(lambda change: change.state == "to_fix")
        for department, changes in open_changes.grouped("department_id").items():
            department.connector_id._request_attention(
                self.env._(
                    "JD changed the level of goods that Odoo could not move: "
                    "%(numbers)s. Correct them under JD Fulfillment ▸ Reporting ▸ "
                    "Goods Level Changes.",
                    numbers=", ".join(dict.fromkeys(changes.mapped("number"))),
                ),
                const.LEVELS_ACTIVITY,
                cause=UNMOVED,
            )
        (self - open_changes)._close_if_moved()

    def _close_if_moved(self):
        """Remove the activities of connections without a change to fix."""
        for connector in self.department_id.connector_id:
            left = [
                ("department_id.connector_id", "=", connector.id),
                ("state", "=", "to_fix"),
            ]
            if not self.search_count(left, limit=1):
                connector._close_attention(UNMOVED)

    def _get_problem(self):
        """Return why this change cannot be moved and what to do, or False."""
        if not self.warehouse_id:
            return self.env._(
                "JD's warehouse %(number)s is not connected with Odoo: click "
                "Synchronize Warehouses on the JD connection and add it.",
                number=self.warehouse_no,
            )
        if not self.product_id:
            return self.env._(
                "JD's goods %(number)s belong to no product: match them under JD "
                "Goods.",
                number=self.goods_no,
            )
        if not self.quantity or self.quantity < 0:
            return self.env._("JD did not report how many pieces: contact JD support.")
        return False

    def _try_move(self):
        """Move the goods; return why it failed, for the merchant, or False."""
        places = [
            self.warehouse_id._jd_get_location(level)
            for level in (self.old_level, self.new_level)
        ]
        if places[0] == places[1]:
            self.state = "same"
            return False
        try:
            with self.env.cr.savepoint():
                self.move_id = self._create_move(*places)
        except CONCURRENCY_ERRORS:
            raise  # nothing is wrong with the change: it is moved the next time
        except Exception as exc:  # noqa: BLE001 - told to the merchant in the list
            return self.env._(
                "The move failed: %(reason)s", reason=to_user_error(self, exc)
            )
        self.state = "moved"
        return False

    def _create_move(self, source, destination):
        picks = self._get_picks(source)
        move = self.env["stock.move"].create(
            {
                "product_id": self.product_id.id,
                "product_uom_qty": self.quantity,
                "product_uom": self.product_id.uom_id.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "company_id": self.company_id.id,
                "origin": self.number,
                "move_line_ids": [
                    Command.create(self._prepare_move_line(pick, destination))
                    for pick in picks
                ],
            }
        )
        # Not merged: each change keeps a move of its own.
        move._action_confirm(merge=False)
        move.move_line_ids._apply_putaway_strategy()
        move.picked = True
        move._action_done()
        move.jd_odoo_only_connector_id = False  # it comes from JD
        self._report_missing(picks)
        return move

    def _get_picks(self, source):
        """Return from where the goods are taken, as the warehouse's `Pick`s."""
        product, lots = self.product_id, self.env["stock.lot"]
        if not product.is_storable:
            return [self.warehouse_id._jd_pick_missing(source, self.quantity)]
        named = self.lot_name and product.tracking != "none"
        return self.warehouse_id._jd_pick(
            product,
            source,
            self.quantity,
            lot=named and lots._jd_get(product, self.lot_name, self.company_id),
        )

    def _prepare_move_line(self, pick, destination):
        # Out of its package: what is in it has one level.
        return {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_id.uom_id.id,
            "quantity": pick.quantity,
            "lot_id": pick.spot.lot.id,
            "package_id": pick.spot.package.id,
            "owner_id": pick.spot.owner.id,
            "jd_lot_assumed": pick.is_assumed,
            "location_id": pick.spot.location.id,
            "location_dest_id": destination.id,
        }

    def _report_missing(self, picks):
        """Give somebody an activity about pieces that lay nowhere in Odoo."""
        missing = sum(pick.quantity for pick in picks if pick.is_missing)
        if missing and self.product_id.is_storable:
            self.department_id.connector_id._request_attention(
                self.env._(
                    "JD changed the level of goods that Odoo does not have in "
                    "%(place)s, so its stock there is now negative: %(quantity)s × "
                    "%(product)s, with %(number)s. Compare the stock with JD's.",
                    place=picks[-1].spot.location.display_name,
                    quantity=f"{missing:g}",
                    product=self.product_id.display_name,
                    number=self.number,
                )
            )
