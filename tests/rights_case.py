"""What the tests of rights share: the roles, and a record of each model per company."""

from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS

from .jd_case import JdCase

MODULE = "jd_fulfillment"
NOW = "2026-01-02 03:04:05"


class RightsCase(JdCase):
    """Six roles in one company; records of every model in theirs and in another."""

    ROLES = {
        "portal": "base.group_portal",
        "internal": "base.group_user",
        "stock user": "stock.group_stock_user",
        "stock manager": "stock.group_stock_manager",
        "JD manager": "jd_fulfillment.group_jd_manager",
        "administrator": "base.group_system",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: cls.make_user(f"role_{role}".replace(" ", "_"), group)
            for role, group in cls.ROLES.items()
        }
        cls.own = cls.make_records(cls.company, "110000777")
        cls.others = cls.make_records(cls.other_company, "110000888")

    @classmethod
    def get_models(cls):
        """Return the names of the models that this module creates."""
        return sorted(
            model._name
            for model in cls.env.registry.values()
            if model._original_module == MODULE and not model._abstract
        )

    @classmethod
    def get_own_fields(cls, model):
        """Return the fields of a model that this module adds, by name."""
        return {
            name: field
            for name, field in cls.env[model]._fields.items()
            if field._modules[:1] == (MODULE,) and name not in MAGIC_COLUMNS
        }

    @classmethod
    def make_records(cls, company, warehouse_no):
        """Return model → a record of the company, for our models and those we extend.

        The connection is a new one, without the warehouses and orders of the others:
        nothing keeps its fields from being changed.
        """
        env = cls.env(context={"allowed_company_ids": company.ids})
        records = {}

        def make(model, **values):
            records[model] = env[model].create(values)
            return records[model].id

        pin = f"jd_{warehouse_no}"
        connector = make("jd.connector", pin=pin, company_id=company.id)
        make("jd.application", key=pin, secret="s", company_id=company.id)
        warehouse = cls.find_jd_warehouse(env, company, connector, warehouse_no)
        records["stock.warehouse"] = warehouse
        records["stock.picking.type"] = warehouse.out_type_id
        # All companies share it.
        records["ir.cron"] = env.ref(f"{MODULE}.ir_cron_push_orders")
        cls.make_host_records(env, company, make, warehouse)
        picking = records["stock.picking"]
        product = records["product.product"].id
        make("jd.call", connector_id=connector, day=NOW, call="querySoOrder", count=1)
        department = make("jd.department", connector_id=connector, number="EBU1")
        goods = make(
            "jd.goods", connector_id=connector, department_no="EBU1", product_id=product
        )
        supplier = records["res.partner"].id
        make("jd.supplier", department_id=department, partner_id=supplier)
        make("jd.message", connector_id=connector, message_no="M1")
        make("jd.shop.rule", name="Team", warehouse_id=warehouse.id, shop_no="ESP1")
        order = make(
            "jd.order",
            name=f"NO-{warehouse_no}",
            kind="outbound",
            warehouse_id=warehouse.id,
            picking_id=picking.id,
        )
        line = make(
            "jd.order.line",
            order_id=order,
            move_id=picking.move_ids.id,
            product_id=product,
            goods_id=goods,
        )
        make("jd.order.allocation", line_id=line, quantity=1, level="100")
        make(
            "jd.order.event",
            order_id=order,
            code="10019",
            happened_at=NOW,
            source="pull",
        )
        make("jd.parcel", order_id=order, package_no="P1")
        records["jd.order.report"] = env["jd.order.report"].browse(order)
        health = make("jd.health", connector_id=connector)
        make("jd.health.row", health_id=health, name="login", result="good")
        make("jd.level.change", department_id=department, number="L1", position=1)
        foreign = make(
            "jd.foreign.order",
            connector_id=connector,
            warehouse_id=warehouse.id,
            kind="inbound",
            jd_number=f"EPL{warehouse_no}",
        )
        make("jd.foreign.order.line", foreign_id=foreign, goods_no="EMG1")
        make("jd.foreign.link", foreign_id=foreign, picking_id=picking.id)
        picker = make("jd.warehouse.picker", connector_id=connector)
        make("jd.warehouse.picker.line", picker_id=picker, warehouse_no=warehouse_no)
        creation = make("jd.goods.creation", connector_id=connector)
        make("jd.goods.creation.line", creation_id=creation, department_no="EBU1")
        cls.make_stock_check(make, warehouse.id, product)
        make(
            "jd.connector",
            pin=f"{pin}_new",
            company_id=company.id,
            app_key="k",
            app_secret="s",
            goods_category_no="4159",
        )
        env.flush_all()
        return records

    @classmethod
    def make_stock_check(cls, make, warehouse, product):
        """Make a stock check with a difference to decide on, and all that it has."""
        check = make(
            "jd.stock.check", warehouse_id=warehouse, state="review", taken_at=NOW
        )
        make(
            "jd.stock.check.page",
            check_id=check,
            part="1",
            number=1,
            rows=["EMG1"],
            came=1,
        )
        line = make(
            "jd.stock.check.line",
            check_id=check,
            product_id=product,
            level="100",
            jd_quantity=2,
            difference=2,
            unexplained=2,
        )
        make("jd.stock.check.explanation", line_id=line, kind="jd_count", quantity=1)
        ledger = make("jd.stock.ledger", warehouse_id=warehouse, product_id=product)
        make("jd.stock.ledger.line", ledger_id=ledger, kind="opening")
        make("jd.stock.check.keep", line_ids=[Command.set([line])], reason="Counted")
        make("jd.stock.check.question", line_ids=[Command.set([line])])

    @classmethod
    def find_jd_warehouse(cls, env, company, connector, warehouse_no):
        """Return the warehouse of a company, run by JD from now on."""
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        warehouse.write(
            {
                "jd_connector_id": connector,
                "jd_department_no": "EBU1",
                "jd_warehouse_no": warehouse_no,
            }
        )
        return warehouse

    @classmethod
    def make_host_records(cls, env, company, make, warehouse):
        """Make a record of each of Odoo's models that this module extends."""
        partner = make("res.partner", name="Kain Jaya", company_id=company.id)
        partners = env["ir.model"]._get_id("res.partner")
        make("mail.activity", res_model_id=partners, res_id=partner)
        make("res.config.settings")
        make("product.category", name="Skin care")
        make("product.template", name="Toner")
        product = make("product.product", name="Cream", is_storable=True)
        stock, customers = (
            warehouse.lot_stock_id,
            env.ref("stock.stock_location_customers"),
        )
        make("stock.location", name="Shelf", location_id=stock.id)
        lot = make("stock.lot", name="L1", product_id=product)
        places = {"location_id": stock.id, "location_dest_id": customers.id}
        picking = make(
            "stock.picking", picking_type_id=warehouse.out_type_id.id, **places
        )
        values = {"picking_id": picking, "product_id": product, **places}
        move = make("stock.move", product_uom_qty=1, **values)
        make("stock.move.line", move_id=move, lot_id=lot, quantity=1, **values)
        make("stock.scrap", product_id=product, location_id=stock.id, scrap_qty=1)
        make("stock.quant", product_id=product, location_id=stock.id)
        make("stock.inventory.adjustment.name")
        make("stock.return.picking")
