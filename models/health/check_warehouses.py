"""Do PIN, department and warehouses exist at JD, and are they open?"""

from ...lib import api as jd_api
from .finding import attention, good, unknown


def check(connector, jd):
    env = connector.env
    if connector.state != "connected":
        return unknown(env._("JD tells it after somebody has signed in."))
    if isinstance(jd.departments, jd_api.JdError):
        return unknown(env._("JD did not answer, see the login."))
    if not connector.warehouse_ids:
        return attention(
            env._("No warehouse is chosen yet: nothing can be sent from one."),
            "choose_warehouses",
        )
    if problem := _explain_departments(connector, jd.departments):
        return attention(problem, "warehouses")
    answer = jd.warehouses
    if isinstance(answer, jd_api.Refused):
        return attention(connector._explain(answer), "warehouses")
    if isinstance(answer, jd_api.JdError):
        return unknown(connector._explain(answer))
    problems = [*_explain_warehouses(connector, answer)]
    if problems:
        return attention("\n".join(problems), "warehouses")
    if not all(_find_row(warehouse, answer) for warehouse in connector.warehouse_ids):
        return unknown(env._("Odoo cannot read all that JD lists. Ask JD support."))
    return good(
        env._(
            "JD knows the PIN %(pin)s, its departments and warehouses, and all are "
            "open: %(names)s.",
            pin=connector.pin,
            names=", ".join(connector.warehouse_ids.mapped("name")),
        ),
        "warehouses",
    )


def _explain_departments(connector, departments):
    """Return which departments the PIN may no longer use, or None."""
    ours = set(connector.warehouse_ids.mapped("jd_department_no"))
    missing = sorted(ours - {row.number for row in departments})
    # They may be in a row that cannot be read: JD is asked about each of ours next.
    if not missing or departments.odd_rows:
        return None
    return connector.env._(
        "JD says that the PIN %(pin)s has no access to %(numbers)s. Ask JD support.",
        pin=connector.pin,
        numbers=", ".join(missing),
    )


def _explain_warehouses(connector, rows_by_department):
    """Yield what is wrong with each warehouse that is not open at JD."""
    env = connector.env
    for warehouse in connector.warehouse_ids:
        found = _find_row(warehouse, rows_by_department)
        if not found and rows_by_department[warehouse.jd_department_no].odd_rows:
            continue  # it may be in a row that cannot be read
        if not found:
            yield env._(
                "JD does not list the warehouse %(name)s for this PIN. Ask JD support "
                "before you plan deliveries from there.",
                name=warehouse.name,
            )
        elif not found.is_open:
            yield env._(
                "JD has not opened the warehouse %(name)s, or has closed it. Ask JD "
                "support before you plan deliveries from there.",
                name=warehouse.name,
            )


def _find_row(warehouse, rows_by_department):
    """Return JD's row of a warehouse, or None."""
    rows = rows_by_department[warehouse.jd_department_no]
    return {row.number: row for row in rows}.get(warehouse.jd_warehouse_no)
