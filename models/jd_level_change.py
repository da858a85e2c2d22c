"""Goods levels: what JD's warehouse regraded, carried over as moves between locations."""

from odoo import api, fields, models
from odoo.fields import Command, Domain

from .. import const
from ..lib import api as jd_api


class JdLevelChange(models.Model):
    """One row of one of JD's adjustments, moved in Odoo once."""

    _name = "jd.level.change"
    _description = "JD Goods Level Change"
    _order = "happened_at desc, id desc"
    _rec_name = "number"

    department_id = fields.Many2one(
        "jd.department", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="department_id.company_id", store=True, index=True
    )
    number = fields.Char(string="JD Number", required=True)
    position = fields.Integer(required=True)
    happened_at = fields.Datetime(string="Happened")
    warehouse_id = fields.Many2one("stock.warehouse", string="Warehouse")
    product_id = fields.Many2one("product.product", string="Product")
    goods_no = fields.Char(string="JD Goods Number")
    old_level = fields.Char(string="From Level")
    new_level = fields.Char(string="To Level")
    quantity = fields.Integer()
    lot_name = fields.Char(string="Lot")
    reason = fields.Char(string="JD's Reason")
    move_id = fields.Many2one("stock.move", string="Move", readonly=True)

    _position_uniq = models.Constraint(
        "UNIQUE(department_id, number, position)", "This change was taken over already."
    )

    # === BUSINESS === #

    @api.model
    def _prepare_values(self, department, changes):
        """Return the values of changes that are new, in JD's order.

        :param list changes: `lib.api.LevelChange`.
        """
        warehouses = department.connector_id.warehouse_ids.grouped("jd_warehouse_no")
        goods = self.env["jd.product"].search(
            [
                ("connector_id", "=", department.connector_id.id),
                ("department_no", "=", department.number),
                ("goods_no", "in", [change.goods_number for change in changes]),
            ]
        )
        products = {row.goods_no: row.product_id.id for row in goods}
        positions = {}
        values = []
        for change in changes:
            position = positions[change.number] = positions.get(change.number, 0) + 1
            warehouse = warehouses.get(change.warehouse_no)
            values.append(
                {
                    "department_id": department.id,
                    "number": change.number,
                    "position": position,
                    "happened_at": change.at,
                    "warehouse_id": warehouse and warehouse.id,
                    "product_id": products.get(change.goods_number),
                    "goods_no": change.goods_number,
                    "old_level": change.old_level,
                    "new_level": change.new_level,
                    "quantity": change.quantity,
                    "lot_name": change.lot and change.lot.number,
                    "reason": change.reason,
                }
            )
        return values

    def _move_stock(self):
        """Move what changed its level between the locations of the levels."""
        for change in self:
            warehouse = change.warehouse_id
            places = warehouse and [
                warehouse._jd_get_location(level)
                for level in (change.old_level, change.new_level)
            ]
            if warehouse and change.product_id and places[0] != places[1]:
                change.move_id = change._create_move(*places)

    def _create_move(self, source, destination):
        product = self.product_id
        lots = self.warehouse_id._jd_take_lots(
            product, self.old_level, self.quantity, self.lot_name
        )
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": self.quantity,
                "product_uom": product.uom_id.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "company_id": self.company_id.id,
                "origin": self.number,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_id": product.uom_id.id,
                            "quantity": pieces,
                            "lot_id": lot.id,
                            "jd_lot_assumed": assumed,
                            "location_id": source.id,
                            "location_dest_id": destination.id,
                        }
                    )
                    for lot, pieces, assumed in lots
                ],
            }
        )
        move._action_confirm(merge=False)
        move.picked = True
        move._action_done()
        return move


class JdDepartment(models.Model):
    _inherit = "jd.department"

    level_changes_until = fields.Datetime()

    @api.model
    def _cron_pull_level_changes(self):
        """Take over, department by department, what JD's warehouses regraded."""
        cron = self.env["ir.cron"]
        departments = self.search([("connector_id.state", "=", "connected")])
        cron._commit_progress(remaining=len(departments))
        for department in departments:
            if department._lock_free():
                department._take(department._pull_level_changes)
            if not cron._commit_progress(1):
                break

    def _pull_level_changes(self):
        """Ask for the changes since the last time, with an overlap for late ones."""
        until = fields.Datetime.now()
        since = (self.level_changes_until or self.create_date) - const.LEVEL_OVERLAP
        changes = self._read_level_changes(since, until)
        rows = self.env["jd.level.change"]
        known = {
            (row.number, row.position)
            for row in rows.search(
                Domain("department_id", "=", self.id)
                & Domain("number", "in", [change.number for change in changes])
            )
        }
        rows.create(
            [
                values
                for values in rows._prepare_values(self, changes)
                if (values["number"], values["position"]) not in known
            ]
        )._move_stock()
        self.level_changes_until = until

    def _read_level_changes(self, since, until):
        operations = self.connector_id._get_operations()
        changes = []
        page = 1
        while True:
            self._spend(const.LEVEL_CALL, 1)
            found = operations.level_changes(self.number, since, until, page=page)
            changes += found
            if len({row.number for row in found}) < jd_api.LEVEL_CHANGE_PAGE_SIZE:
                return changes
            page += 1
