from odoo import api, fields, models
from odoo.exceptions import UserError


class JdWarehousePicker(models.TransientModel):
    """The dialog to choose which of a PIN's warehouses at JD to use in Odoo."""

    _name = "jd.warehouse.picker"
    _description = "Choose JD Warehouses"
    _inherit = ["jd.guarded.mixin"]
    _jd_settable = frozenset({"line_ids", "shown_ids", "search_words"})

    connector_id = fields.Many2one("jd.connector", required=True, ondelete="cascade")
    line_ids = fields.One2many("jd.warehouse.picker.line", "picker_id")
    shown_ids = fields.One2many(
        "jd.warehouse.picker.line", "picker_id", domain=[("is_hidden", "=", False)]
    )
    search_words = fields.Char(string="Search")

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

    def action_search(self):
        """Show the warehouses with the words in their numbers or names."""
        self.ensure_one()
        self.check_access("write")
        lines_sudo = self.sudo().line_ids  # users tick rows, and hide none
        found_sudo = lines_sudo.filtered(lambda line: line._fits(self.search_words))
        found_sudo.is_hidden = False
        (lines_sudo - found_sudo).is_hidden = True
        return self._show()

    def action_pick_all(self):
        """Tick all open warehouses that are shown; none where all are ticked."""
        self.ensure_one()
        self.check_access("write")
        shown = self.shown_ids.filtered(lambda line: line.state == "open")
        shown.is_picked = not all(shown.mapped("is_picked"))
        return self._show()

    # === BUSINESS === #

    @api.model
    def _open_for(self, connector):
        """Fetch the PIN's warehouses from JD; return the action that shows them.

        :raise UserError: JD did not answer, refused, or lists none.
        """
        return self._open_with(connector, connector._fetch_warehouses())

    @api.model
    def _open_with(self, connector, listed):
        """Return the action that shows JD's warehouses to choose from.

        :param list listed: As `_fetch_warehouses` returns it.
        :raise UserError: There are none.
        """
        lines = self._prepare_lines(connector, listed)
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
        return picker_sudo.sudo(False)._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Warehouses"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _prepare_lines(self, connector, listed):
        known = connector._get_known_numbers()
        return [
            self._prepare_line_values(department, row, known)
            for department, rows in listed
            for row in rows
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
    is_hidden = fields.Boolean(readonly=True)
    is_known = fields.Boolean(string="In Odoo", readonly=True)
    is_open = fields.Boolean(readonly=True)
    department_no = fields.Char(string="Department Number", readonly=True)
    department_name = fields.Text(string="Department", readonly=True)
    warehouse_no = fields.Char(string="Warehouse Number", readonly=True)
    # As text, names are wrapped on a phone, not cut.
    warehouse_name = fields.Text(string="Warehouse", readonly=True)
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed"), ("known", "In Odoo")],
        string="Status",
        compute="_compute_state",
    )

    @api.depends("is_open", "is_known")
    def _compute_state(self):
        for line in self:
            line.state = (
                "known" if line.is_known else "open" if line.is_open else "closed"
            )

    def _fits(self, words):
        """Tell whether all words are in the numbers and names of a warehouse."""
        told = (
            *(self.warehouse_no, self.warehouse_name),
            *(self.department_no, self.department_name),
        )
        text = " ".join(filter(None, told)).casefold()
        return all(word in text for word in (words or "").casefold().split())
