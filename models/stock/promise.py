"""What JD was told of a transfer and Odoo may not change behind its back."""

# What names the goods, and the place they leave or enter.
PROMISED_BY_MOVE = frozenset(
    {
        "picking_id",
        "picking_type_id",
        "product_id",
        "product_uom",
        "quantity",
        "location_id",
        "location_dest_id",
        "company_id",
    }
)
PROMISED_BY_TRANSFER = frozenset(
    {"picking_type_id", "location_id", "location_dest_id", "company_id"}
)
LOTS = frozenset({"lot_id", "lot_name"})
PROMISED_BY_MOVE_LINE = LOTS | {
    "move_id",
    "picking_id",
    "product_id",
    "location_id",
    "location_dest_id",
}


def find_changed(record, names, vals):
    """Return those of these fields that values change as far as JD is concerned."""
    return [name for name in names if name in vals and _is_changed(record, name, vals)]


def _is_changed(record, name, vals):
    field = record._fields[name]
    new, old = (
        field.convert_to_cache(value, record, validate=False)
        for value in (vals[name], record[name])
    )
    if new != old and field.comodel_name == "stock.location":
        # On which shelf goods lie is nothing that JD knows of.
        locations = record.env["stock.location"]
        new, old = (locations.browse(each)._jd_get_place() for each in (new, old))
    return new != old


def name_fields(record, names):
    """Return what users call these fields of a record."""
    return ", ".join(
        record._fields[name].get_description(record.env, ["string"])["string"]
        for name in names
    )
