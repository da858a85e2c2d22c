"""Adds our columns to Odoo's tables without writing their rows.

Odoo computes a new stored field and writes a new default for each row there is, which
takes hours of a database with millions of transfers, and doubles its size. None of
these has an order at JD yet: the values are known without reading one.
"""

from odoo.tools import SQL, sql

# Table → our columns that have a value on installation, or would be computed: type and
# the default of the rows that there are.
COLUMNS = {
    "stock_picking": {
        "jd_order_id": ("int4", None),
        "jd_supplier_delivery": ("varchar", "pick_up"),
        "jd_short_allowed": ("bool", True),
    },
    "mail_activity": {"jd_order_id": ("int4", None)},
}


def add_columns(cr):
    """Add the columns that are missing; Odoo leaves columns alone that it finds."""
    for table, columns in COLUMNS.items():
        for name, (kind, value) in columns.items():
            if not sql.column_exists(cr, table, name):
                _add_column(cr, table, name, kind, value)


def _add_column(cr, table, name, kind, value):
    # A constant default is kept once, not in each row.
    alter = SQL("ALTER TABLE %s", SQL.identifier(table))
    column = SQL.identifier(name)
    cr.execute(SQL("%s ADD COLUMN %s %s DEFAULT %s", alter, column, SQL(kind), value))
    cr.execute(SQL("%s ALTER COLUMN %s DROP DEFAULT", alter, column))
