"""Whatever JD or a user writes is shown as text: no link, image or script."""

import json

from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .. import const
from .committed import SECOND_WAREHOUSE
from .inbound_case import JdInboundCase
from .jd_case import FASHION, QUICK_DEPARTMENT, QUICK_WAREHOUSE, JdHttpCase
from .rights_case import MODULE
from .sandbox_process import sign_in
from .test_push_endpoint import make_body, signed

ITEMS = "data.deliveryItemList"
ADJUSTMENT = "data.resultList.0"
# Fields of Odoo's own that our texts get into, beside all fields of ours.
HOST_FIELDS = {
    "res.partner": ("name",),
    "stock.picking": ("carrier_tracking_ref",),
    "stock.warehouse": ("name",),
}
EVIL = "evil.example"
# The models whose forms people open.
SCREENS = (
    *("jd.connector", "jd.foreign.order", "jd.goods", "jd.level.change", "jd.message"),
    *("jd.order", "jd.supplier", "jd.warehouse.picker"),
    *("res.partner", "stock.picking", "stock.warehouse"),
)
READY = "odoo.isReady && !!document.querySelector('.o_view_controller')"
# Opens each form, and each notification, and looks for what the browser made of a text.
LOOK = """
const {action} = odoo.__WOWL_DEBUG__.root.env.services;
const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
const isShown = () => {
    const typed = [...document.querySelectorAll("input, textarea")];
    const texts = [document.body.innerText, ...typed.map((each) => each.value)];
    return texts.some((text) => text.includes("evil.example"));
};
const MADE = "[href*='evil.example'], [href*='alert(1)'], [src='x'], [onerror]";
async function look(name, toDo) {
    await action.doAction(toDo, {clearBreadcrumbs: true});
    for (let times = 0; times < 100 && !isShown(); times++) {
        await wait(100);
    }
    await wait(300);
    if (!isShown()) {
        console.error(`${name} does not show the text`);
    }
    const made = document.querySelector(`body :is(${MADE})`);
    if (made) {
        console.error(`${name} shows more than text: ${made.outerHTML}`);
    }
}
(async () => {
    for (const [name, toDo] of %s) {
        await look(name, toDo);
    }
    console.log("test successful");
})();
"""
# Who feeds a text: the method below, and where the text must then be seen, at least.
CASES = {
    "order_refused": (
        "jd.order.problems",
        "jd.order.jd_reference",
        "stock.picking.jd_problems",
        "mail.activity.note",
    ),
    "answer_about_another_order": ("mail.activity.note", "stock.picking.jd_attention"),
    "goods_of_an_answer": ("mail.activity.note",),
    "waybill": ("jd.parcel.waybill", "jd.order.waybills", "stock.picking.jd_waybills"),
    "parcel": ("jd.parcel.package_no",),
    "status": ("jd.order.event.code", "jd.order.event.name"),
    "question_refused": ("mail.activity.note",),
    "cancel_refused": ("mail.activity.note",),
    "cancel_failed": ("mail.activity.note",),
    "rejected_goods": ("jd.order.discrepancies", "mail.activity.note"),
    "close_inbound_refused": ("mail.activity.note",),
    "supplier_refused": ("jd.supplier.reason", "jd.order.problems"),
    "goods_refused": ("jd.goods.reason",),
    "level_change": (
        "jd.level.change.number",
        "jd.level.change.reason",
        "jd.level.change.problem",
        "mail.activity.note",
    ),
    "row_that_is_odd": ("mail.activity.note",),
    "order_made_at_jd": ("jd.foreign.order.own_number",),
    "message": ("jd.message.own_number", "jd.message.code", "jd.message.body"),
    "department_and_warehouse": (
        "jd.warehouse.picker.line.department_name",
        "jd.warehouse.picker.line.warehouse_name",
        "res.partner.name",
    ),
    "departments": ("notification",),
    "check_refused": ("error",),
    "login_refused": ("page",),
    "closed_warehouse": ("page",),
    "account": ("page",),
    "renewal_refused": ("mail.message.body",),
    "pin": ("mail.message.body", "stock.warehouse.name", "jd.connector.pin", "error"),
    "names_in_odoo": ("jd.goods.reason", "mail.activity.note", "notification"),
    "shop": ("stock.warehouse.jd_shop_no",),
    "login_ended": ("mail.activity.note",),
}


@tagged("post_install", "-at_install")
class TestMarkup(JdInboundCase, JdHttpCase):
    # === THE TEXT === #

    def begin(self, number):
        """Make the text of a case, which no other case has."""
        self.host = f"{EVIL}/{number:02}"
        self.text = (
            f'<a href="http://{self.host}">x</a>'
            "<img src=x onerror=alert(1)>javascript:alert(1)"
        )
        self.sandbox.do("clear_faults")
        self.env["mail.activity"].search([]).unlink()
        self.env["jd.department"].search([]).pause_until = False
        self.shown, self.notifications = {}, []

    def feed(self, name):
        getattr(self, f"feed_{name}")()
        self.env.flush_all()
        self.env.invalidate_all()

    def patch(self, call, *paths, **others):
        """Have JD's next answer to a call hold the text at these paths."""
        changes = [{"path": path, "value": self.text} for path in paths]
        changes += [
            {"path": path, **how} for path, how in others.get("also", {}).items()
        ]
        self.sandbox.do("fault", kind="patch", call=call, patch=changes)

    def refuse(self, call, code="2999"):
        """Have JD refuse a call with the text as reason and as its own number."""
        body = {"code": code, "message": self.text, "requestId": self.text}
        self.answer(call, body)

    def refuse_at_gateway(self, call, code):
        self.answer(call, {"error_response": {"code": code, "en_desc": self.text}})

    def answer(self, call, body):
        self.sandbox.do(
            "fault",
            kind="answer",
            call=call,
            carried_out=False,
            headers={"Content-Type": "application/json"},
            body=json.dumps(body),
        )

    # === WHERE IT IS SEEN === #

    def find_places(self):
        """Return the places that show the text; check those that hold HTML."""
        places = set(self.shown)
        for place, text in self.shown.items():
            self.assertIn(self.host, text, place)
        for model, names in self.get_text_fields().items():
            records = self.env[model].sudo().with_context(active_test=False).search([])
            for name in names:
                if any(self.host in str(row[name] or "") for row in records):
                    places.add(f"{model}.{name}")
        for model, name in (("mail.message", "body"), ("mail.activity", "note")):
            for row in self.env[model].sudo().search([], order="id desc", limit=200):
                if self.host in (row[name] or ""):
                    self.assertIsText(row[name])
                    places.add(f"{model}.{name}")
        return places

    def get_text_fields(self):
        """Return model → fields of ours, and of Odoo's that hold texts of ours."""
        found = {model: list(names) for model, names in HOST_FIELDS.items()}
        for model in sorted(self.env.registry):
            if not self.env[model]._abstract and self.env[model]._auto:
                own = found.setdefault(model, [])
                own += [
                    name
                    for name, field in self.env[model]._fields.items()
                    if field._modules[:1] == (MODULE,)
                    and field.type in ("char", "text")
                ]
        return {
            model: [name for name in names if name in self.env[model]._fields]
            for model, names in found.items()
            if names
        }

    def assertIsText(self, markup):
        """Expect that HTML shows the text and has nothing made of it."""
        tree = html.fromstring(f"<div>{markup}</div>")
        self.assertIn(self.host, tree.text_content())
        for element in tree.iter():
            with self.subTest(html.tostring(element)):
                values = " ".join(element.attrib.values())
                self.assertNotIn(EVIL, values)
                self.assertNotIn("javascript:", values)
                self.assertFalse([n for n in element.attrib if n.startswith("on")])
                self.assertNotEqual(element.get("src"), "x")

    def keep_page(self, answer):
        self.assertEqual(answer.status_code, 400)
        [main] = html.fromstring(answer.text).findall(".//main")
        self.assertIsText(html.tostring(main, encoding="unicode"))
        self.shown["page"] = main.text_content()

    def keep_notification(self, action):
        # The web client escapes the message of a notification, not its links.
        self.assertEqual(action["tag"], "display_notification")
        self.assertIs(type(action["params"]["message"]), str)
        self.assertNotIn("links", action["params"])
        self.shown["notification"] = action["params"]["message"]
        action["params"].pop("next", None)  # the browser stays where it is
        self.notifications = [("a notification", action)]

    def keep_error(self, function):
        with self.assertRaises(UserError) as caught:
            function()
        self.assertIs(type(caught.exception.args[0]), str)
        self.shown["error"] = str(caught.exception)

    # === ORDERS === #

    def feed_order_refused(self):
        picking = self.make_delivery(1)
        self.refuse("addSoOrder")
        self.assertEqual(self.send(picking).state, "refused")

    def make_sent(self, status="10019"):
        order = self.send(self.make_delivery(1))
        self.advance(order, status)
        return order

    def feed_answer_about_another_order(self):
        order = self.make_sent()
        self.patch("querySoOrder", "data.erpDeliveryNo")
        self.pull(order)

    def feed_goods_of_an_answer(self):
        order = self.make_sent()
        left_out = {
            f"{ITEMS}.0.{name}": {"delete": True}
            for name in ("orderLine", "planQuantity")
        }
        self.patch("querySoOrder", f"{ITEMS}.0.goodsNo", also=left_out)
        self.pull(order)

    def feed_waybill(self):
        order = self.make_sent()
        self.patch(
            "querySoOrder",
            "data.carrierInfo.waybillNo",
            "data.carrierInfo.carrierName",
            "data.carrierInfo.carrierNo",
            also={"data.deliveryPackageList": {"value": []}},
        )
        self.pull(order)
        self.run_cron("close_orders")
        self.assertEqual(order.picking_id.state, "done")

    def feed_parcel(self):
        order = self.make_sent()
        rows = [{"packageNo": self.text}]
        packages = {"data.deliveryPackageList": {"value": rows}}
        self.patch("querySoOrder", also=packages)
        self.pull(order)

    def feed_status(self):
        order = self.make_sent()
        self.patch("querySoOrder", "data.status")
        self.pull(order)

    def feed_question_refused(self):
        order = self.make_sent()
        self.refuse("querySoOrder")
        self.pull(order)

    def cancel_refused(self, code):
        order = self.send(self.make_delivery(1))
        order.picking_id.action_cancel()
        self.refuse("cancelOrder", code)
        self.run_cron("push_orders")

    def feed_cancel_refused(self):
        self.cancel_refused("2999")

    def feed_cancel_failed(self):
        self.cancel_refused("2019")

    def feed_rejected_goods(self):
        order = self.announce(self.make_receipt(5))
        self.sandbox.do("advance", orders=[order.jd_number], to="70")
        goods_no = self.get_goods_no(self.product)
        reject = {"goodsNo": goods_no, "rejectQuantity": 1, "rejectReason": self.text}
        wrong = {"goodsNo": self.text, "diffQuantity": 1, "diffRemark": self.text}
        lists = {
            "data.purchaseItemRejectList": {"value": [reject]},
            "data.purchaseItemModelDiffList": {"value": [wrong]},
        }
        self.patch("queryPoOrderDetail", also=lists)
        order.action_pull()
        self.run_cron("follow_orders")

    def feed_close_inbound_refused(self):
        order = self.announce(self.make_receipt(5, jd_in_parts=True))
        order.picking_id.action_jd_close_inbound()
        self.refuse("closePoOrder")
        self.run_cron("push_orders")

    def feed_order_made_at_jd(self):
        self.sandbox.do(
            "make_order",
            kind="CGRK",
            department=QUICK_DEPARTMENT,
            warehouse=QUICK_WAREHOUSE,
            lines=[{"goodsNo": self.get_goods_no(self.product), "quantity": 1}],
            erp_no=self.text,
        )
        self.run_cron("list_orders")

    def feed_message(self):
        numbers = ("messageId", "erpOrderNo", "orderNo", "status", "warehouseNo")
        body = make_body(**dict.fromkeys(numbers, self.text))
        answer = self.url_open(
            const.MESSAGE_ROUTE, params=signed(body), data=body, method="POST"
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        self.run_cron("process_messages")

    # === GOODS AND SUPPLIERS === #

    def feed_supplier_refused(self):
        supplier = self.supplier.copy({"name": "Another supplier"})
        picking = self.make_receipt(2, partner_id=supplier.id)
        self.refuse("upsertSupplier")
        self.run_cron("match_goods")
        picking.jd_order_id.action_retry()

    def match_goods(self):
        """Run all steps: shops, products, JD's list, creation."""
        for _step in range(6):
            self.run_cron("match_goods")

    def make_product(self, name, reference):
        self.env["product.product"].create(
            {"name": name, "default_code": reference, "is_storable": True}
        )

    def feed_goods_refused(self):
        self.connector.create_missing_goods = True
        self.make_product("New", "NEW-1")
        self.connector.action_match_goods()
        self.refuse("saveGoodsInfo")
        self.match_goods()

    def feed_shop(self):
        self.warehouse.sudo().jd_shop_no = False
        self.connector.action_match_goods()
        self.patch("queryShopInfo", "data.0.shopNo")
        self.match_goods()

    def feed_level_change(self):
        self.change_level(1, reason=self.text)
        self.patch(
            "queryGoodsLevelChange",
            f"{ADJUSTMENT}.orderNo",
            f"{ADJUSTMENT}.warehouseNo",
        )
        self.run_cron("pull_level_changes")

    def feed_row_that_is_odd(self):
        self.patch("queryGoodsLevelChange", f"{ADJUSTMENT}.details.0.quantity")
        self.run_cron("pull_level_changes")

    # === CONNECTIONS === #

    def feed_department_and_warehouse(self):
        self.sandbox.do("department", no=QUICK_DEPARTMENT, name=self.text)
        self.sandbox.do("warehouse", no=SECOND_WAREHOUSE, name=self.text)
        self.connect_second_warehouse()

    def feed_departments(self):
        self.patch("queryOwnerInfo", "data.0.ownerNo")
        self.keep_notification(self.connector.action_check_connection())

    def feed_check_refused(self):
        self.refuse("queryOwnerInfo")
        self.keep_error(self.connector.action_check_connection)

    def come_back_from_login(self):
        """Return Odoo's page after a login that fails."""
        known = self.env["jd.connector"].search([("pin", "=", "jd_demo_basic")])
        numbers = {"department_no": FASHION, "warehouse_no": "110000201"}
        basic = known or self.make_basic(**numbers)
        url = self.start_login(basic.with_user(self.manager))
        return self.come_back(self.sign_in(url, "jd_demo_basic"))

    def feed_login_refused(self):
        self.refuse_at_gateway("oauthToken", "11")
        self.keep_page(self.come_back_from_login())

    def feed_closed_warehouse(self):
        self.sandbox.do("warehouse", no="110000201", name=self.text, status=3)
        self.keep_page(self.come_back_from_login())

    def feed_account(self):
        self.patch("oauthToken", "sellerId")
        self.refuse("queryWarehouseInfo", "2001")
        self.keep_page(self.come_back_from_login())

    def feed_renewal_refused(self):
        self.connector.sudo().token_renew_at = fields.Datetime.now()
        self.refuse_at_gateway("oauthRefresh", "19")
        self.run_cron("renew_tokens")

    def feed_pin(self):
        pin = f"<img src=x alt={self.host} onerror=alert(1)>"
        department = "EBU0000000000901"
        self.sandbox.do("account", pin=pin, password="p")
        self.sandbox.do("department", no=department, pins=[pin])
        self.sandbox.do("warehouse", no="110000901", departments=[department])
        connector = self.make_connector(
            pin=pin, department_no=department, warehouse_no="110000901"
        )
        self.come_back(sign_in(self.start_login(connector), pin, "p"))
        self.assertEqual(connector.state, "connected")
        self.keep_error(lambda: connector.write({"pin": "another"}))

    def feed_names_in_odoo(self):
        """Have users type it as the name of products, contacts, transfers and users."""
        self.make_product(self.text, "TWIN")
        self.make_product("Its twin", "TWIN")
        self.connector.action_match_goods()
        self.match_goods()
        customer = self.customer.copy({"name": self.text, "phone": False})
        pickings = [self.make_delivery(1, partner_id=customer.id) for _ in range(2)]
        pickings[0].name = self.text
        self.keep_notification((pickings[0] + pickings[1]).action_jd_send())
        order = self.send(self.make_delivery(1))
        self.manager.name = self.text
        order.with_user(self.manager).action_release()

    def feed_login_ended(self):
        picking = self.make_delivery(1)
        self.refuse_at_gateway("addSoOrder", "19")
        self.send(picking)

    # === THE BROWSER === #

    def find_records(self):
        """Return a record for each place that shows one of the texts."""
        found = {}
        for model, names in self.get_text_fields().items():
            records = self.env[model].sudo().with_context(active_test=False).search([])
            for name in names:
                for row in records:
                    if EVIL in str(row[name] or ""):
                        found[model, name] = row
        for model, name in (("mail.message", "body"), ("mail.activity", "note")):
            for row in self.env[model].sudo().search([(name, "ilike", EVIL)]):
                record = self.env[row.model if name == "body" else row.res_model]
                found[record._name, name] = record.browse(row.res_id)
        return [row for (model, _name), row in found.items() if model in SCREENS]

    # === TESTS === #

    def test_no_field_of_ours_holds_html(self):
        """Html fields and their widgets would show what others wrote as it is."""
        for model in self.env.registry.values():
            for field in model._fields.values():
                if field._modules[:1] == (MODULE,):
                    self.assertNotEqual(field.type, "html", field)
        data = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        self.assertGreater(len(views), 20)
        for view in views:
            self.assertNotRegex(view.arch, "widget=.html|t-raw", view.xml_id)

    def test_what_others_wrote_is_text_wherever_it_shows(self):
        for number, (name, expected) in enumerate(CASES.items()):
            with self.subTest(name):
                self.begin(number)
                self.feed(name)
                self.assertLessEqual(set(expected), self.find_places())

    def test_a_browser_makes_nothing_of_what_others_wrote(self):
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        actions = []
        for number, name in enumerate(CASES):
            self.begin(number)
            self.feed(name)
            actions += self.notifications
        for record in self.find_records():
            form = {
                "type": "ir.actions.act_window",
                "res_model": record._name,
                "res_id": record.id,
                "views": [[False, "form"]],
            }
            actions.append((str(record), form))
        self.assertGreater(len(actions), 10)
        self.browser_js(
            "/odoo/jd-fulfillment",
            LOOK % json.dumps(actions),
            READY,
            login=self.manager.login,
            timeout=300,
        )
