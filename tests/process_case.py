"""An Odoo, a sandbox and workers in processes of their own; everything is committed, in
a database of its own."""

from .. import const
from . import committed
from .odoo_process import OdooProcess
from .sandbox_case import SandboxCase
from .sandbox_process import read_answer, sign_in
from .worker_process import WorkerProcess


class ProcessCase(SandboxCase):
    """One connected installation for the whole class.

    Scheduled actions are run by workers when a test says so.
    """

    resets_sandbox = False  # the installation is connected to it once

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox.do("settings", daily_budget=committed.MANY_CALLS)
        cls.odoo = OdooProcess(
            {const.SANDBOX_URL_PARAMETER: cls.sandbox.url},
            options=("--max-cron-threads", "0"),
        )
        cls.addClassCleanup(cls.odoo.stop)

    @classmethod
    def connect(cls, worker):
        """Set up a connection and sign in."""
        worker.call(committed.open_connection)
        cls.log_in(worker)

    @classmethod
    def log_in(cls, worker):
        """Sign in at JD as the merchant does."""
        location = sign_in(
            worker.call(committed.start_login), committed.PIN, committed.PASSWORD
        )
        answer = read_answer(location)
        worker.call(committed.finish_login, state=answer["state"], code=answer["code"])


class TwoWorkersCase(ProcessCase):
    """Two workers, so that things happen at the same instant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (WorkerProcess(cls.odoo.database) for _ in range(2))
        # Looked up then: a test may have killed one and started another.
        cls.addClassCleanup(lambda: cls.first.stop())
        cls.addClassCleanup(lambda: cls.second.stop())
        cls.connect(cls.first)
