"""Builds the scripts and styles of Odoo's pages in a database, as its browsers would.

usage: build_bundles.py DATABASE
"""

import sys

from odoo import SUPERUSER_ID, api, tools
from odoo.modules.registry import Registry

# What the pages ask for that the tests open.
BUNDLES = (
    "bus.websocket_worker_assets",
    "web.assets_emoji",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
    "web.assets_web_print",
    "web.chartjs_lib",
    "web_tour.interactive",
)


def main(database):
    tools.config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for name in BUNDLES:
            bundle = env["ir.qweb"]._get_asset_bundle(name)
            bundle.js()
            bundle.css()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
