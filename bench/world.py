"""Odoo and the sandbox, connected, with goods in stock on both sides."""

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from odoo import SUPERUSER_ID, api, tools
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules

ADDONS = Path(__file__).with_name("addons")
STOCK = 1_000_000
GOODS = 200


class World:
    """One database: this process works on it, and so do a server and workers."""

    def __enter__(self):
        self._closing = ExitStack()
        tools.config.parse_config(["--log-level=error"], setup_logging=True)
        load_server_wide_modules()
        # Only now does Python find the addon.
        from odoo.addons.jd_fulfillment.tests import committed, worker_process

        self.committed = committed
        self._worker_process = worker_process
        self._start()
        self._connect()
        return self

    def __exit__(self, *exc_info):
        self._closing.close()

    def _start(self):
        from odoo.addons.jd_fulfillment import const
        from odoo.addons.jd_fulfillment.tests.odoo_process import OdooProcess
        from odoo.addons.jd_fulfillment.tests.sandbox_process import SandboxProcess

        self.sandbox = self._closing.enter_context(SandboxProcess())
        addons_path = ",".join([*tools.config["addons_path"], str(ADDONS)])
        self.odoo = OdooProcess(
            {const.SANDBOX_URL_PARAMETER: self.sandbox.url},
            options=(
                *("--max-cron-threads", "0", "--log-level", "error"),
                *("--addons-path", addons_path, "--load", "base,web,jd_bench"),
            ),
        )
        self._closing.callback(self.odoo.stop)
        cr = self._closing.enter_context(Registry(self.odoo.database).cursor())
        self._closing.callback(cr.rollback)
        self.env = api.Environment(cr, SUPERUSER_ID, {})

    def _connect(self):
        committed = self.committed
        self.sandbox.do("settings", daily_budget=committed.MANY_CALLS)
        committed.open_connection(self.env)
        self.log_in(subscribe=False)
        self._references = [f"BENCH-{number}" for number in range(GOODS)]
        goods = [{"erpGoodsNo": each} for each in self._references]
        self.sandbox.do("goods", department=committed.DEPARTMENT, goods=goods)
        self.sandbox.do("stock", warehouse=committed.WAREHOUSE, each=STOCK)
        committed.make_products(self.env, self._references, STOCK)
        for _step in ("ask by reference", "ask by barcode", "be done"):
            self.env["jd.department"]._cron_match_goods()
        self.env.cr.commit()

    def log_in(self, subscribe):
        """Sign in at JD as the merchant does."""
        from odoo.addons.jd_fulfillment.tests.sandbox_process import sign_in

        committed = self.committed
        location = sign_in(
            committed.start_login(self.env),
            *(committed.PIN, committed.PASSWORD, subscribe),
        )
        answer = parse_qs(urlsplit(location).query)
        committed.finish_login(self.env, answer["state"][0], answer["code"][0])
        self.env.cr.commit()

    def make_orders(self, count):
        """Return so many queued orders of new deliveries."""
        orders = self.env["jd.order"].browse(
            self.committed.make_deliveries(self.env, count, self._references)
        )
        self.refresh()
        expect(orders, state="queued")
        return orders

    def refresh(self):
        """Commit, and see what others have committed."""
        self.env.cr.commit()
        self.env.invalidate_all()

    def find_warehouse(self):
        return self.committed.get_connector(self.env).warehouse_ids

    def start_worker(self):
        worker = self._worker_process.WorkerProcess(self.odoo.database)
        self._closing.callback(worker.stop)
        worker.run([])  # comes back when it has loaded everything
        return worker

    def find_crons(self, *names):
        return self.committed.find_crons(self.env, names)


def expect(records, **values):
    """Raise unless all records have these values: nothing else was measured."""
    for name, value in values.items():
        found = set(records.mapped(name))
        if found != {value}:
            what = f"{name} of {len(records)} {records._name}"
            raise AssertionError(f"{what} is {found}, not {value!r}")
