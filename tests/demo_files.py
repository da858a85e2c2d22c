"""The addon's demo data, for an Odoo that was installed without any."""

import ast
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).resolve().parent.parent / "demo"


def load(odoo, name):
    """Create the records of a demo file over RPC; return their ids by their names."""
    tree = etree.parse(FOLDER / name)
    return {
        record.get("id"): odoo.create(
            record.get("model"),
            **{
                field.get("name"): _read_value(odoo, field)
                for field in record.iterfind("field")
            },
        )
        for record in tree.iterfind("record")
    }


def _read_value(odoo, field):
    if field.get("ref"):
        return odoo.get_id(field.get("ref"))
    if field.get("eval"):
        return ast.literal_eval(field.get("eval"))
    return field.text
