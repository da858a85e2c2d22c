"""Whoever does not see the screen is told what each input of a form is for."""

from lxml import etree

from odoo.tests import TransactionCase, tagged

from .rights_case import MODULE

# Their columns and filters are named by their heads.
OTHER_VIEWS = {"calendar", "graph", "kanban", "list", "pivot", "search"}
# Made of buttons with words, or of choices in a group that bears the field's name.
NAMED_WIDGETS = {"domain", "jd_mode_choice", "radio", "statusbar"}
# Their input lacks the id that a label names.
NAMELESS_WIDGETS = {"percentage"}
ALWAYS = {"1", "True"}


@tagged("post_install", "-at_install")
class TestAccessible(TransactionCase):
    def get_forms(self):
        """Return our forms and those that we extend, each with all its extensions."""
        data = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        forms = views.filtered(lambda view: view.type == "form")
        while extensions := forms.filtered("inherit_id"):
            forms = forms - extensions | extensions.inherit_id
        return forms

    def find_fields(self, node, model):
        """Yield the model and the node of each field of a form, and of forms in it."""
        for child in node.iterchildren(etree.Element):
            if child.tag in OTHER_VIEWS or child.get("invisible") in ALWAYS:
                continue
            inner = model
            if child.tag == "field":
                yield model, child
                inner = self.env[model]._fields[child.get("name")].comodel_name
            yield from self.find_fields(child, inner or model)

    def is_input(self, model, node):
        """Tell whether users type into a field, which is ours."""
        field = self.env[model]._fields[node.get("name")]
        widget = node.get("widget", "")
        is_list = field.type in ("one2many", "many2many") and not widget
        return (
            field._modules[:1] == (MODULE,)
            and not (field.readonly or node.get("readonly") in ALWAYS or is_list)
            and widget not in NAMED_WIDGETS
        )

    def has_label(self, node, root):
        """Tell whether the form has a label for a field, its own or Odoo's."""
        group = node.getparent()
        is_in_group = (
            group.tag == "group"
            and group.find("group") is None
            and node.get("nolabel") not in ALWAYS
        )
        labels = {label.get("for") for label in root.iter("label")}
        return node.get("widget") not in NAMELESS_WIDGETS and (
            is_in_group or {node.get("name"), node.get("id")} & labels
        )

    def test_every_input_of_a_form_has_a_label(self):
        inputs = []
        for view in self.get_forms():
            root = view._get_combined_arch()
            for model, node in self.find_fields(root, view.model):
                if self.is_input(model, node):
                    inputs.append(node)
                    with self.subTest(view=view.xml_id, field=node.get("name")):
                        self.assertTrue(self.has_label(node, root))
        self.assertGreater(len(inputs), 50)
