from itertools import chain, count

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

from ... import const, lib
from ...lib.api import GoodsLevel

# How many names are tried for a warehouse while other transactions take them.
NAMES_TRIED = 20


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "jd.guarded.mixin", "jd.settled.mixin"]
    _jd_settable = frozenset({"jd_shop_no", "jd_shop_rule_ids"})

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
        "digits. It is filled in if JD lists only one shop; otherwise ask JD "
        "support which one to use. Deliveries that none of the other shops matches "
        "are orders of this one.",
    )
    jd_shop_rule_ids = fields.One2many(
        "jd.shop.rule",
        "warehouse_id",
        string="Other Shops",
        help="Shops of the department for some of the deliveries, for example those "
        "of a sales team or marketplace.",
    )

    jd_is_closed = fields.Boolean(
        string="Closed by JD",
        readonly=True,
        copy=False,
        help="JD does not run this warehouse for the PIN any more.",
    )
    jd_lead_times = fields.Json(
        string="JD Lead Times",
        readonly=True,
        copy=False,
        prefetch=False,
        exportable=False,
        help="How long this warehouse takes, as its last orders did.",
    )
    jd_level_location_ids = fields.One2many(
        "stock.location", "jd_warehouse_id", context={"active_test": False}
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
        """Schedule a new check of draft orders when the shop number changes."""
        res = super().write(vals)
        if "jd_lead_times" in vals:
            self.env.registry.clear_cache()  # of `_jd_get_lead_times`
        if "jd_shop_no" in vals:
            self._jd_recheck_shops()
        return res

    # === SHOPS === #

    def _jd_recheck_shops(self):
        """Schedule a new check of the draft orders of these warehouses."""
        self.env["jd.order"]._check_soon(Domain("warehouse_id", "in", self.ids))

    def _jd_get_shop_no(self, picking):
        """Return JD's number of the shop whose order a delivery is, or an empty one."""
        rule = self.jd_shop_rule_ids._find_for(picking)
        return rule.shop_no or self.jd_shop_no or ""

    # === BUSINESS === #

    def _jd_get_settled(self):
        return self.active, self.view_location_id, self.lot_stock_id

    def _jd_get_orders_domain(self):
        return Domain("warehouse_id", "in", self.ids)

    @api.model
    def _jd_find_or_create(self, connector, department_no, rows):
        """Return a warehouse for each of JD's; create or restore it where needed.

        :param connector: The `jd.connector` they belong to.
        :param list rows: `lib.api.Warehouse`, of one department.
        """
        # sudo: a second warehouse switches on multiple locations, which in core only
        # system administrators may do.
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
        # JD may list a warehouse more than once.
        for row in {row.number: row for row in rows}.values():
            warehouse_sudo = known.get(row.number)
            if not warehouse_sudo:
                warehouse_sudo = warehouses_sudo._jd_adopt_or_create(
                    connector, department_no, row
                )
            # Archived with an earlier connection; its history and goods come back.
            if not warehouse_sudo.active:
                warehouse_sudo.active = True
            found_sudo += warehouse_sudo
        return found_sudo.sudo(False)

    def _jd_adopt_or_create(self, connector, department_no, row):
        """Create JD's warehouse, or use the one that already has its name.

        Call it as superuser, with archived warehouses visible.
        """
        values = self._prepare_jd_values(connector, department_no, row)
        # The merchant may have made it by hand before connecting.
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
        values["partner_id"] = self._create_jd_address(
            connector, values["name"], row
        ).id
        return self._jd_create(values)

    def _jd_create(self, values):
        """Create a warehouse with the first free name and short name.

        :raise UserError: None of the names tried was free.
        """
        company = self.env["res.company"].browse(values["company_id"])
        free = {
            "name": self._get_free_jd_names(company, values["name"]),
            "code": self._get_free_jd_codes(company, values["jd_warehouse_no"]),
        }
        tried = {field: next(candidates) for field, candidates in free.items()}
        # Another transaction may take a name that is free here: try the next one.
        for _attempt in range(NAMES_TRIED):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    return self.create(values | tried)
            except UniqueViolation as exc:
                field = "code" if "code" in exc.diag.constraint_name else "name"
                tried[field] = next(free[field])
        raise UserError(
            self.env._(
                "The warehouse %(name)s could not be created: others took its name "
                "at the same time. Try again.",
                name=values["name"],
            )
        )

    def _prepare_jd_values(self, connector, department_no, row):
        values = {
            "name": f"{row.number}-{department_no}-{connector.pin}",
            "company_id": connector.company_id.id,
            "reception_steps": "one_step",
            "delivery_steps": "ship_only",
            "jd_connector_id": connector.id,
            "jd_department_no": department_no,
            "jd_warehouse_no": row.number,
        }
        # With mrp, Odoo would manufacture there by itself, and JD would not know.
        if "manufacture_to_resupply" in self._fields:
            values["manufacture_to_resupply"] = False
        return values

    def _get_free_jd_names(self, company, name):
        """Yield names that no warehouse of the company has: `name`, then numbered."""
        # The warehouses of a connection whose PIN was released keep their names.
        taken = set(self.search([("company_id", "=", company.id)]).mapped("name"))
        numbered = (f"{name} ({index})" for index in count(2))
        return (each for each in chain([name], numbered) if each not in taken)

    def _get_free_jd_codes(self, company, number):
        """Yield short names no warehouse of the company has: at most 5 characters."""
        taken = set(self.search([("company_id", "=", company.id)]).mapped("code"))
        numbered = (f"J{index:04d}" for index in count(1))
        candidates = chain([f"JD{number[-3:]}"], numbered)
        return (code for code in candidates if code not in taken)

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
                # Of the warehouse, not of the user who connects it.
                "tz": const.JD_TZ,
            }
        )

    # === GOODS LEVELS === #

    def _jd_get_location(self, level):
        """Return the location for a goods level; create it when first needed.

        Good stock is in the warehouse. Other levels are outside its view location, so
        that they do not count as available: they are not for sale.

        :param str level: JD's level, e.g. "100" or "210".
        """
        self.ensure_one()
        group = self._jd_get_level_group(level)
        if group == GoodsLevel.GOOD:
            return self.lot_stock_id
        found = self.jd_level_location_ids.filtered(lambda loc: loc.jd_level == group)
        if found and not found.active:  # archived while nothing lay there
            # sudo: as in `_jd_create_level_location`
            found.sudo().active = True
        return found or self._jd_create_level_location(group)

    def _jd_create_level_location(self, group):
        # sudo: JD reports damaged goods to scheduled actions and merchants alike.
        locations_sudo = self.env["stock.location"].sudo()
        levels = locations_sudo._fields["jd_level"]
        names = dict(levels._description_selection(self.env))
        parent_sudo = self.jd_level_location_ids.location_id or locations_sudo.create(
            {
                "name": self.env._("%(code)s not for sale", code=self.code),
                "usage": "view",
                "company_id": self.company_id.id,
            }
        )
        return locations_sudo.create(
            {
                "name": names[group],
                "usage": "internal",
                "location_id": parent_sudo[:1].id,
                "company_id": self.company_id.id,
                "jd_warehouse_id": self.id,
                "jd_level": group,
            }
        )

    @api.model
    def _jd_name_level(self, level):
        """Return the name of JD's goods level, e.g. "Good (100)"."""
        return level and f"{self._jd_name_level_group(level)} ({level})"

    @api.model
    def _jd_name_level_group(self, level):
        """Return the name under which Odoo keeps JD's goods level, e.g. "Good"."""
        return {
            GoodsLevel.GOOD: self.env._("Good"),
            GoodsLevel.DEFECTIVE: self.env._("Defective"),
            GoodsLevel.SAMPLE: self.env._("Sample"),
        }[self._jd_get_level_group(level)]

    @api.model
    def _jd_get_level_group(self, level):
        """Return the goods level that Odoo keeps one of JD's finer levels as."""
        protocol = self.env["jd.connector"]._get_protocol()
        return lib.get_level_group(protocol, level)

    def _jd_get_level(self, location):
        """Return JD's goods level for a location of this warehouse."""
        return location._jd_get_level_location().jd_level or GoodsLevel.GOOD

    def _jd_get_locations_by_level(self):
        """Return `GoodsLevel` → ids of the locations where its goods lie, all inside.

        Archived locations included: goods may still lie there.
        """
        self.ensure_one()
        locations = self.env["stock.location"].with_context(active_test=False)
        internal = Domain("usage", "=", "internal")
        inside = Domain("id", "child_of", self.view_location_id.ids)
        by_level = {GoodsLevel.GOOD: locations.search(internal & inside).ids}
        for place in self.jd_level_location_ids:
            below = Domain("id", "child_of", place.ids)
            by_level[place.jd_level] = locations.search(internal & below).ids
        return by_level
