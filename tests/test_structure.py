"""The check of `./dev lint` that keeps the house, on examples that break it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

from lxml import etree

from odoo.tests import BaseCase

from .sandbox_process import ROOT

HOUSE = {
    "models/order.py": """
        class Order(models.Model):
            _name = "jd.order"
            state = fields.Char()
            def _send(self):
                return self._send_one()
    """,
    "models/order_send.py": """
        class Order(models.Model):
            _inherit = "jd.order"
            def _send_one(self):
                return super()._send_one()
    """,
    "models/picking.py": """
        from ..lib import api
        class Picking(models.Model):
            _inherit = "stock.picking"
            jd_state = fields.Char()
            def write(self, values):
                return super().write(values)
    """,
    "lib/client.py": "import requests\nfrom .jdl import KINDS\n",
    "lib/jdl.py": "KINDS = {'outbound': 'XSCK'}\n",
    "tests/__init__.py": """
        from . import (
            test_next_to_sale,
            test_order,
            test_sale,
        )
    """,
    "tests/test_order.py": "import requests\nfrom ..lib.jdl import KINDS\n",
    "views/order.xml": """
        <odoo><record id="picking_form" model="ir.ui.view">
            <field name="inherit_id" ref="stock.view_picking_form"/>
        </record></odoo>
    """,
}
VIEW = """
    <odoo>
        <record id="order_form_lots" model="ir.ui.view">
            <field name="inherit_id" ref="{}"/>
        </record>
    </odoo>
"""


class TestStructure(BaseCase):
    def check(self, folder):
        """Return the exit code and the lines printed."""
        done = subprocess.run(
            [sys.executable, Path(ROOT, "devtools/check_structure.py"), folder],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def check_with(self, name, text):
        """Check the house after a file was added or changed."""
        with tempfile.TemporaryDirectory() as folder:
            for path, content in (HOUSE | {name: text}).items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(dedent(content))
            return self.check(folder)

    def assertOnlyFound(self, name, text, *lines):
        code, found = self.check_with(name, text)
        self.assertEqual(found, list(lines))
        self.assertEqual(code, 1 if lines else 0)

    def test_a_house_in_order_passes(self):
        self.assertOnlyFound("models/__init__.py", "from . import order\n")

    def test_the_project_passes(self):
        self.assertEqual(self.check(ROOT), (0, []))

    def test_a_method_defined_twice_for_one_model_is_found(self):
        self.assertOnlyFound(
            "wizards/late.py",
            """
            class Order(models.Model):
                _inherit = "jd.order"

                def _send(self):
                    return super()._send()
            """,
            "wizards/late.py:5: jd.order._send is already defined at models/order.py:5",
        )

    def test_the_same_method_of_another_model_is_no_repetition(self):
        self.assertOnlyFound(
            "models/line.py",
            """
            class Line(models.Model):
                _name = "jd.order.line"
                _inherit = ["jd.order"]

                def _send(self):
                    return super()._send()
            """,
        )

    def test_fields_of_a_model_in_a_second_file_are_found(self):
        self.assertOnlyFound(
            "models/order_send.py",
            """
            class Order(models.Model):
                _inherit = "jd.order"

                sent_at = fields.Datetime()
            """,
            "models/order_send.py:5: jd.order has fields here, and most of its fields"
            " in models/order.py",
        )

    def test_a_view_that_extends_a_view_of_ours_is_found(self):
        for reference in ("picking_form", "jd_fulfillment.picking_form"):
            self.assertOnlyFound(
                "views/lots.xml",
                VIEW.format(reference),
                "views/lots.xml:3: order_form_lots extends picking_form, a view of"
                " ours: change that one",
            )
        self.assertOnlyFound("views/lots.xml", VIEW.format("stock.picking_form"))

    def test_the_protocol_imported_outside_lib_is_found(self):
        for statement, target in (
            ("from ..lib.jdl import KINDS", "lib.jdl.KINDS"),
            ("from ..lib import jdl", "lib.jdl"),
            ("import odoo.addons.jd_fulfillment.lib.jdl", "lib.jdl"),
            ("import requests", "requests"),
            ("from requests.adapters import Retry", "requests.adapters.Retry"),
        ):
            for file in ("models/order_send.py", "controllers/push.py"):
                self.assertOnlyFound(
                    file,
                    f"{statement}\n",
                    f"{file}:1: {target} is imported outside lib/",
                )
        self.assertOnlyFound("models/order_send.py", "from ..lib import jdlike\n")

    def test_a_code_of_jds_in_a_model_or_view_is_found(self):
        for code in ("XSCK", "CGRK", "THRK", "TGCK"):
            for file in ("models/order_send.py", "wizards/a.py", "controllers/a.py"):
                self.assertOnlyFound(
                    file,
                    f"KIND = '{code}'\n",
                    f"{file}:1: {code} is JD's code: use the kind's name",
                )
        self.assertOnlyFound(
            "views/order.xml",
            "<odoo>\n<field invisible=\"kind != 'CGRK'\"/>\n</odoo>",
            "views/order.xml:2: CGRK is JD's code: use the kind's name",
        )

    def test_a_button_without_words_is_found(self):
        button = '<odoo>\n<button icon="fa-truck"{}>{}</button></odoo>'
        for words in (
            "",
            "<!-- a truck -->",
            '<i class="fa fa-truck"/>',
            "<span> </span>",
        ):
            self.assertOnlyFound(
                "static/src/track.xml",
                button.format("", words),
                "static/src/track.xml:2: a button without words needs a title",
            )
        for attribute in (' string="Track"', ' title="Track"', ' t-esc="name"'):
            self.assertOnlyFound("views/track.xml", button.format(attribute, ""))
        for words in ("Track", '<field name="waybills"/>', '<t t-out="name"/>'):
            self.assertOnlyFound("views/track.xml", button.format("", words))

    def test_an_input_of_a_template_without_a_label_is_found(self):
        self.assertOnlyFound(
            "static/src/choice.xml",
            "<t><input type='radio'/></t>",
            "static/src/choice.xml:1: input needs a label around it, or an aria-label",
        )
        for named in (
            "<label><input type='radio'/> Quick</label>",
            "<select t-att-aria-label='props.label'/>",
            "<input type='hidden' name='csrf_token'/>",
        ):
            self.assertOnlyFound("static/src/choice.xml", f"<t>{named}</t>")

    def test_a_test_is_skipped_only_where_it_runs_next_to_other_modules(self):
        text = "class TestSale(NextToMixin):\n    modules = ('sale',)\n"
        self.assertOnlyFound("tests/test_next_to_sale.py", text)
        line = "a test that is skipped belongs into tests/test_next_to_*"
        self.assertOnlyFound(
            "tests/test_sale.py", text, f"tests/test_sale.py:1: {line}"
        )
        self.assertOnlyFound(
            "tests/test_sale.py",
            "self.skipTest('needs sale')",
            f"tests/test_sale.py:1: {line}",
        )

    def test_a_test_that_odoos_own_runner_does_not_find(self):
        line = "tests/__init__.py does not import it"
        self.assertOnlyFound("tests/test_late.py", "", f"tests/test_late.py:1: {line}")


class TestAdministratorGuide(BaseCase):
    """What `docs/administrator.md` says that the addon's files say as well."""

    def test_it_lists_all_scheduled_actions_with_their_intervals(self):
        short = {"minutes": "min", "hours": "h", "days": "day"}
        actions = set()
        for record in etree.parse(Path(ROOT, "data/ir_cron_data.xml")).iter("record"):
            values = {
                field.get("name"): field.text or field.get("eval") for field in record
            }
            unit = short[values["interval_type"]]
            name = values["name"].removeprefix("JD Fulfillment: ")
            actions.add((name, f"{values['interval_number']} {unit}"))
        guide = Path(ROOT, "docs/administrator.md").read_text()
        rows = re.findall(r"^\| ([^|]+) \| (\d+ (?:min|h|day)) \|", guide, re.MULTILINE)
        self.assertEqual(set(rows), actions)
