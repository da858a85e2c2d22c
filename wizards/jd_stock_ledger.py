"""The ledger of one product: from when both books last agreed to JD's number now."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.check.jd_stock_check import COMPARED


class JdStockLedger(models.TransientModel):
    """What happened to a product in a JD warehouse, up to its last stock check.

    Opening, all moves since, and what only JD has done so far make the expected number;
    what differs from JD's number is the rest that nothing explains.
    """

    _name = "jd.stock.ledger"
    _description = "JD Stock Ledger"

    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    check_id = fields.Many2one("jd.stock.check", readonly=True, ondelete="cascade")
    began_at = fields.Datetime(
        string="From",
        readonly=True,
        help="When both books last agreed, or when the warehouse was connected.",
    )
    ended_at = fields.Datetime(string="As Of", readonly=True)
    line_ids = fields.One2many("jd.stock.ledger.line", "ledger_id", readonly=True)
    odoo_quantity = fields.Float(string="In Odoo", readonly=True, digits="Product Unit")
    expected = fields.Float(
        string="Expected at JD", readonly=True, digits="Product Unit"
    )
    jd_quantity = fields.Float(
        string="JD's Number", readonly=True, digits="Product Unit"
    )
    rest = fields.Float(string="Unexplained", readonly=True, digits="Product Unit")

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for ledger in self:
            names = ledger.product_id.display_name, ledger.warehouse_id.name
            ledger.display_name = ", ".join(filter(None, names))

    # === OPEN === #

    @api.model
    def _open(self, product, warehouse):
        """Return the action that shows the ledger of a product.

        :raise UserError: The product was not compared yet.
        """
        ledger = self.create(self._prepare(product, warehouse))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock Ledger"),
            "res_model": self._name,
            "res_id": ledger.id,
            "view_mode": "form",
        }

    @api.model
    def _prepare(self, product, warehouse):
        check = self._find_check(product, warehouse)
        found = check.line_ids.filtered(lambda line: line.product_id == product)
        began_at = min(
            found.filtered("agreed_on").mapped("agreed_on"),
            default=warehouse.create_date,
        )
        now_in_odoo, rows = self._read_moves(product, warehouse, began_at)
        later = [row for row in rows if row["booked_at"] > check.taken_at]
        rows = [row for row in rows if row["booked_at"] <= check.taken_at]
        odoo = now_in_odoo - sum(row["quantity"] for row in later)
        opening = odoo - sum(row["quantity"] for row in rows)
        lines = [
            self._prepare_opening(began_at, opening),
            *sorted(rows, key=lambda row: row["date"]),
            *(self._prepare_explanation(row) for row in found.explanation_ids),
        ]
        explained = sum(found.mapped("explained"))
        return {
            "warehouse_id": warehouse.id,
            "product_id": product.id,
            "check_id": check.id,
            "began_at": began_at,
            "ended_at": check.taken_at,
            "line_ids": [Command.create(row) for row in self._add_balance(lines)],
            "odoo_quantity": odoo,
            "expected": odoo + explained,
            "jd_quantity": odoo + sum(found.mapped("difference")),
            "rest": sum(found.mapped("unexplained")),
        }

    @api.model
    def _find_check(self, product, warehouse):
        compared = Domain("is_partial", "=", False) | Domain(
            "product_ids", "in", product.ids
        )
        check = self.env["jd.stock.check"].search(
            Domain("warehouse_id", "=", warehouse.id)
            & Domain("state", "in", COMPARED)
            & compared,
            limit=1,
        )
        if not check:
            raise UserError(
                self.env._(
                    "%(product)s was not compared with JD's stock yet: check the stock "
                    "of %(warehouse)s first.",
                    product=product.display_name,
                    warehouse=warehouse.display_name,
                )
            )
        return check

    # === ROWS === #

    @api.model
    def _read_moves(self, product, warehouse, since):
        """Return what Odoo has now, and a row for each move booked since a time."""
        by_level = warehouse._jd_get_locations_by_level()
        level_of = {place: level for level, ids in by_level.items() for place in ids}
        places = list(level_of)
        # By when it was booked, not by its date: JD's moment may be long before.
        lines = self.env["stock.move.line"].search(
            Domain("product_id", "=", product.id)
            & Domain("state", "=", "done")
            & Domain("write_date", ">", since)
            & (
                Domain("location_id", "in", places)
                | Domain("location_dest_id", "in", places)
            )
        )
        rows = []
        for move, group in lines.grouped("move_id").items():
            for level, quantity in self._sum_by_level(group, level_of).items():
                if quantity:
                    rows.append(self._prepare_move(move, group, level, quantity))
        [(now,)] = self.env["stock.quant"]._read_group(
            [("product_id", "=", product.id), ("location_id", "in", places)],
            aggregates=["quantity:sum"],
        )
        return now or 0.0, rows

    @api.model
    def _sum_by_level(self, lines, level_of):
        sums = {}
        for line in lines:
            for place, sign in ((line.location_id, -1), (line.location_dest_id, 1)):
                if level := level_of.get(place.id):
                    pieces = sign * line.quantity_product_uom
                    sums[level] = sums.get(level, 0) + pieces
        return sums

    @api.model
    def _prepare_move(self, move, lines, level, quantity):
        document = move.picking_id or move
        return {
            "date": move.date,
            # To the second, like the time of a check.
            "booked_at": max(lines.mapped("write_date")).replace(microsecond=0),
            "kind": self._get_kind(move),
            "level": level,
            "quantity": quantity,
            "res_model": document._name,
            "res_id": document.id,
            "name": move.picking_id.name or move.reference or move.display_name,
        }

    @api.model
    def _get_kind(self, move):
        if self.env["jd.level.change"].search_count([("move_id", "=", move.id)]):
            return "level"
        if move.is_inventory or not move.picking_id:
            return "adjustment"
        outgoing = move.picking_id.picking_type_id.code == "outgoing"
        if move.origin_returned_move_id:
            return "return"
        if move.picking_id.picking_type_id.code == "incoming":
            return "receipt"
        return "shipment" if outgoing else "other"

    @api.model
    def _prepare_opening(self, at, quantity):
        return {"date": at, "kind": "opening", "quantity": quantity}

    @api.model
    def _prepare_explanation(self, row):
        return {
            "date": row.check_id.taken_at,
            "kind": "jd",
            "level": row.line_id.level,
            "quantity": row.quantity,
            "res_model": row.res_model,
            "res_id": row.res_id,
            "name": row.document_name
            or dict(row._fields["kind"]._description_selection(self.env)).get(row.kind),
        }

    @api.model
    def _add_balance(self, rows):
        """Return the rows with the sum up to each; without what only `_read` needs."""
        balance, done = 0.0, []
        for row in rows:
            balance += row["quantity"]
            done.append(
                {key: value for key, value in row.items() if key != "booked_at"}
                | {"balance": balance}
            )
        return done


class JdStockLedgerLine(models.TransientModel):
    """One row of a ledger, with its document."""

    _name = "jd.stock.ledger.line"
    _description = "JD Stock Ledger Row"
    _order = "id"

    ledger_id = fields.Many2one(
        "jd.stock.ledger", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ledger_id.company_id", store=True)
    date = fields.Datetime(readonly=True)
    kind = fields.Selection(
        selection=[
            ("opening", "Opening"),
            ("receipt", "Receipt"),
            ("shipment", "Shipment"),
            ("return", "Return"),
            ("level", "Goods Level Change"),
            ("adjustment", "Adjustment"),
            ("other", "Other Move"),
            ("jd", "At JD Only"),
        ],
        required=True,
        readonly=True,
    )
    level = fields.Selection(
        selection=lambda self: (
            self.env["jd.stock.check.line"]
            ._fields["level"]
            ._description_selection(self.env)
        ),
        string="Goods Level",
        readonly=True,
    )
    quantity = fields.Float(readonly=True, digits="Product Unit")
    balance = fields.Float(readonly=True, digits="Product Unit")
    name = fields.Char(string="Document", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    def action_open_document(self):
        """Open the document of this row."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
