"""What the buttons of the health page do: mend, or open the place where one mends."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from ... import const

_lt = LazyTranslate(__name__)
_STOCK_USER = "stock.group_stock_user"
_JD_MANAGER = "jd_fulfillment.group_jd_manager"
_SYSTEM = "base.group_system"


@dataclass(frozen=True)
class Button:
    """A button of a row.

    :param group: Who sees it; what it opens checks rights of its own.
    :param press: Function of the `jd.health` page; returns an action.
    """

    label: str
    group: str
    press: Callable


def _open_actions(page):
    names = sorted(const.ACTIONS)
    actions = page.env["ir.cron"].union(
        *(page.env.ref(f"jd_fulfillment.ir_cron_{name}") for name in names)
    )
    actions |= actions._jd_get_sharers()
    action = page.env["ir.actions.actions"]._for_xml_id("base.ir_cron_act")
    # With those that are switched off: they are why somebody looks.
    domain = [("id", "in", actions.ids), ("active", "in", [True, False])]
    return action | {"domain": domain, "context": {}}


def _add_worker(page):
    # With the user's own rights: scheduled actions are for system administrators.
    page.env["ir.cron"]._jd_add_worker()
    return _open_actions(page)


def _open_parameters(page):
    action = page.env["ir.actions.actions"]._for_xml_id("base.ir_config_list_action")
    return action | {"context": {"search_default_key": "web.base.url"}}


def _open_refused_goods(page):
    action = page.connector_id.action_view_goods()
    return action | {"context": {"search_default_refused": 1}}


BUTTONS = {
    "connection": Button(
        _lt("Open Connection"),
        _STOCK_USER,
        lambda page: page.connector_id.action_open(),
    ),
    "reconnect": Button(
        _lt("Reconnect"),
        _JD_MANAGER,
        lambda page: page.connector_id.action_start_connecting(),
    ),
    "choose_warehouses": Button(
        _lt("Choose Warehouses"),
        _JD_MANAGER,
        lambda page: page.connector_id.action_choose_warehouses(),
    ),
    "warehouses": Button(
        _lt("Warehouses"),
        _STOCK_USER,
        lambda page: page.connector_id.action_view_warehouses(),
    ),
    "goods": Button(
        _lt("Goods"), _STOCK_USER, lambda page: page.connector_id.action_view_goods()
    ),
    "refused_goods": Button(_lt("See Why"), _STOCK_USER, _open_refused_goods),
    "choose_goods": Button(
        _lt("Choose What to Create"),
        _JD_MANAGER,
        lambda page: page.connector_id.action_choose_goods(),
    ),
    "match_goods": Button(
        _lt("Match Goods"),
        _JD_MANAGER,
        lambda page: page.connector_id.action_match_goods(),
    ),
    "actions": Button(_lt("Scheduled Actions"), _SYSTEM, _open_actions),
    "add_worker": Button(_lt("Add a Worker"), _SYSTEM, _add_worker),
    "parameters": Button(_lt("System Parameters"), _SYSTEM, _open_parameters),
    "messages": Button(
        _lt("Messages"),
        _JD_MANAGER,
        lambda page: page.connector_id.action_view_messages(),
    ),
    "send_test": Button(
        _lt("Send Test Message"), _JD_MANAGER, lambda page: page.action_send_test()
    ),
}
