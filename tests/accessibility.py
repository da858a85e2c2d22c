"""Looks at a page with axe-core: who does not see it, or uses no mouse, can use it."""

from axe_playwright_python.sync_playwright import Axe

IMPACTS = {"serious", "critical"}
# What Odoo draws is left out, here and nowhere else: it is the same on all screens of
# Odoo, and no module can mend it for its own.
ODOO = (
    # Around each screen: menus, breadcrumbs and search; the discussion of a record.
    *(".o_main_navbar", ".o_control_panel", ".o-mail-Form-chatter"),
    # Parts of views: tabs without a list of tabs, heads and tick boxes of lists.
    *(".o_notebook_headers", ".o_list_table thead", ".o_list_table .o-checkbox"),
    *(".o_kanban_header", ".o_optional_columns_dropdown"),
    *(".o-mail-ActivityButton", ".o_field_kanban_activity", ".o_avatar"),
)
# Rules that widgets of Odoo break, by a class of theirs.
WIDGETS = (
    *(("aria-allowed-attr", "o-autocomplete--input"), ("aria-allowed-attr", "o_tag")),
    *(
        ("aria-allowed-attr", "o-dropdown"),
        ("autocomplete-valid", "o_select_menu_input"),
    ),
    *(("button-name", "o_clipboard_button"),),
)
# Odoo's theme, text on background: muted text, on pages too; badges.
THEME = {
    *(("#757a7f", "#ffffff"), ("#73797e", "#f8f9fa")),
    *(("#ffffff", "#28a745"), ("#ffffff", "#17a2b8")),
}


def find_barriers(page, *parts):
    """Return as lines what keeps people from using these parts of a page, if anything.

    :param parts: Selectors of what is ours; some of them must be there.
    """
    page.locator(", ".join(parts)).first.wait_for()
    context = {
        "include": [[part] for part in parts],
        "exclude": [[part] for part in ODOO],
    }
    violations = Axe().run(page, context).response["violations"]
    return [
        f"{rule['id']}: {node['html']} {_get_colours(node) or ''}"
        for rule in violations
        if rule["impact"] in IMPACTS
        for node in rule["nodes"]
        if not _is_of_odoo(rule["id"], node)
    ]


def _is_of_odoo(rule, node):
    return _get_colours(node) in THEME or any(
        rule == broken and name in node["html"] for broken, name in WIDGETS
    )


def _get_colours(node):
    """Return the colours of a text that is hard to read, as text on background."""
    for check in node["any"]:
        if check["id"] == "color-contrast":
            return check["data"]["fgColor"], check["data"]["bgColor"]
    return None
