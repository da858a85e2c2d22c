from itertools import chain, count

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    jd_connector_id = fields.Many2one(
        "jd.connector",
        string="JD Connection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The connection through which JD runs this warehouse, shown by its PIN.",
    )
    jd_department_no = fields.Char(
        string="JD Department Number",
        readonly=True,
        copy=False,
        help="The department at JD that the goods of this warehouse belong to.",
    )
    jd_warehouse_no = fields.Char(
        string="JD Warehouse Number",
        readonly=True,
        copy=False,
        help="JD's own number of this warehouse.",
    )
    jd_shop_no = fields.Char(
        string="JD Shop Number",
        copy=False,
        help="JD's number of the shop whose orders leave from here: ESP followed by "
        "digits. It is filled in where JD lists one shop only; otherwise ask JD's "
        "staff which one to use.",
    )

    _jd_numbers_uniq = models.UniqueIndex(
        "(jd_connector_id, jd_department_no, jd_warehouse_no)"
        " WHERE jd_connector_id IS NOT NULL",
        "This JD warehouse exists already.",
    )

    @api.constrains("reception_steps", "delivery_steps", "jd_connector_id")
    def _check_jd_steps(self):
        for warehouse in self.filtered("jd_connector_id"):
            if (warehouse.reception_steps, warehouse.delivery_steps) != (
                "one_step",
                "ship_only",
            ):
                raise ValidationError(
                    self.env._(
                        "%(warehouse)s is run by JD: receive and deliver in one step, "
                        "JD does the steps in between.",
                        warehouse=warehouse.name,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        """Let orders go on that waited for a shop number."""
        res = super().write(vals)
        if "jd_shop_no" in vals:
            self.env["jd.order"]._check_soon(Domain("warehouse_id", "in", self.ids))
        return res

    # === BUSINESS === #

    @api.model
    def _jd_find_or_create(self, connector, department_no, rows):
        """Return the warehouses that stand for JD's rows, created where missing.

        One that was archived comes back, whatever it is called by now.

        :param connector: The `jd.connector` they belong to.
        :param list rows: `lib.api.Warehouse`, of one department.
        """
        # sudo: the second warehouse of a company turns on what only a system
        # administrator may, in core; whoever may connect may have that, too.
        warehouses_sudo = (
            self.sudo()
            .with_company(connector.company_id)
            .with_context(active_test=False)
        )
        known = warehouses_sudo.search(
            [
                ("jd_connector_id", "=", connector.id),
                ("jd_department_no", "=", department_no),
            ]
        ).grouped("jd_warehouse_no")
        found_sudo = warehouses_sudo.browse()
        for row in rows:
            warehouse_sudo = known.get(row.number)
            if not warehouse_sudo:
                warehouse_sudo = warehouses_sudo._jd_adopt_or_create(
                    connector, department_no, row
                )
            if not warehouse_sudo.active:
                warehouse_sudo.active = True
            found_sudo += warehouse_sudo
        return found_sudo.sudo(False)

    def _jd_adopt_or_create(self, connector, department_no, row):
        """Create JD's warehouse, or take the one that already has just that name.

        To be called on superuser records, archived ones included.
        """
        values = self._prepare_jd_values(connector, department_no, row)
        namesake = self.search(
            [
                ("name", "=", values["name"]),
                ("company_id", "=", connector.company_id.id),
                ("jd_connector_id", "=", False),
            ]
        )
        if namesake:
            namesake.write(values)
            return namesake
        values["code"] = self._get_free_jd_code(connector.company_id, row.number)
        values["partner_id"] = self._create_jd_address(
            connector, values["name"], row
        ).id
        return self.create(values)

    def _prepare_jd_values(self, connector, department_no, row):
        return {
            "name": f"{row.number}-{department_no}-{connector.pin}",
            "company_id": connector.company_id.id,
            "reception_steps": "one_step",
            "delivery_steps": "ship_only",
            "jd_connector_id": connector.id,
            "jd_department_no": department_no,
            "jd_warehouse_no": row.number,
        }

    def _get_free_jd_code(self, company, number):
        """Return a short name no warehouse of the company has: at most 5 characters."""
        taken = set(self.search([("company_id", "=", company.id)]).mapped("code"))
        numbered = (f"J{index:04d}" for index in count(1))
        candidates = chain([f"JD{number[-3:]}"], numbered)
        return next(code for code in candidates if code not in taken)

    def _create_jd_address(self, connector, name, row):
        """Return a contact with the address at which JD runs the warehouse."""
        address = row.address
        return self.env["res.partner"].create(
            {
                "name": row.name or name,
                "parent_id": connector.company_id.partner_id.id,
                "type": "other",
                "street": address.detail,
                "street2": " ".join(filter(None, [address.town, address.county])),
                "city": address.city or address.province,
                "phone": address.phone,
                "company_id": connector.company_id.id,
            }
        )
