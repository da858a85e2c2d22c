from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import api as jd_api


class JdWarehousePicker(models.TransientModel):
    """The dialog to choose which of a PIN's warehouses at JD to use in Odoo."""

    _name = "jd.warehouse.picker"
    _description = "Choose JD Warehouses"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"line_ids"})

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    line_ids = fields.One2many("jd.warehouse.picker.line", "picker_id")

    # === ACTIONS === #

    def action_create_warehouses(self):
        """Create the ticked warehouses in Odoo."""
        self.ensure_one()
        picked = self.line_ids.filtered(
            lambda line: line.is_picked and line.state == "open"
        )
        if not picked:
            raise UserError(self.env._("Tick at least one warehouse that is open."))
        self.connector_id._pick_warehouses(
            {
                department_no: lines.mapped("warehouse_no")
                for department_no, lines in picked.grouped("department_no").items()
            }
        )
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS === #

    @api.model
    def _open_for(self, connector):
        """Fetch the PIN's warehouses from JD; return the action that shows them.

        :raise UserError: JD did not answer, or refused.
        """
        try:
            lines = self._fetch_lines(connector)
        except jd_api.JdError as exc:
            raise UserError(connector._explain(exc)) from exc
        if not lines:
            raise UserError(
                self.env._(
                    "JD lists no warehouse for the PIN %(pin)s. Contact JD support to "
                    "have one opened for your department.",
                    pin=connector.pin,
                )
            )
        # sudo: users choose rows, but must not change what JD lists.
        picker_sudo = self.sudo().create(
            {
                "connector_id": connector.id,
                "line_ids": [fields.Command.create(values) for values in lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Warehouses"),
            "res_model": self._name,
            "res_id": picker_sudo.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _fetch_lines(self, connector):
        operations = connector._get_operations()
        known = {
            (warehouse.jd_department_no, warehouse.jd_warehouse_no)
            for warehouse in connector.warehouse_ids
        }
        return [
            self._prepare_line_values(department, row, known)
            for department in operations.departments()
            for row in operations.warehouses(department.number)
        ]

    @api.model
    def _prepare_line_values(self, department, row, known):
        return {
            "department_no": department.number,
            "department_name": department.name,
            "warehouse_no": row.number,
            "warehouse_name": row.name,
            "is_known": (department.number, row.number) in known,
            "is_open": row.is_open,
        }


class JdWarehousePickerLine(models.TransientModel):
    _name = "jd.warehouse.picker.line"
    _description = "JD Warehouse to Choose"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"is_picked"})

    picker_id = fields.Many2one(
        "jd.warehouse.picker", required=True, ondelete="cascade", index=True
    )
    is_picked = fields.Boolean(string="Use")
    is_known = fields.Boolean(string="In Odoo", readonly=True)
    is_open = fields.Boolean(readonly=True)
    department_no = fields.Char(string="Department Number", readonly=True)
    department_name = fields.Char(string="Department", readonly=True)
    warehouse_no = fields.Char(string="Warehouse Number", readonly=True)
    warehouse_name = fields.Char(string="Warehouse", readonly=True)
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed"), ("known", "In Odoo")],
        string="At JD",
        compute="_compute_state",
    )

    @api.depends("is_open", "is_known")
    def _compute_state(self):
        for line in self:
            line.state = (
                "known" if line.is_known else "open" if line.is_open else "closed"
            )
