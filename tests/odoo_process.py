"""An Odoo of a test's own: a real server with its scheduled actions, over a database of
its own, talked to as anybody else talks to it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from itertools import count
from pathlib import Path

import requests

from odoo.sql_db import close_db, db_connect
from odoo.tools import SQL, config

from .odoo_client import TIMEOUT, OdooClient

BASE = os.environ.get("JD_TEST_BASE")  # a database that nobody is connected to
# Tests run in several processes at once.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
START_TIMEOUT = 120
DROP_PATIENCE = 30
_numbers = count(1)


class OdooProcess(OdooClient):
    """Start Odoo on a free port, with a fresh database; ``stop`` ends and removes both.

    It also ends by itself when the process that started it is gone.
    """

    def __init__(self, parameters=None, options=()):
        """:param dict parameters: System parameters to start with; `{url}` in them is
        the server's address.
        :param options: More of Odoo's command line.
        """
        if not BASE:
            raise unittest.SkipTest("./dev test provides the database for this test.")
        self.database = BASE.replace("_base_", f"_{WORKER}{next(_numbers)}_")
        self._listen(options)
        self._create_database()
        for key, value in {"web.base.url": "{url}", **(parameters or {})}.items():
            self._set_parameter(key, value.format(url=self.url))
        self.start()

    def _listen(self, options):
        self._options = options
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._log = tempfile.NamedTemporaryFile(suffix=".log")  # noqa: SIM115
        self._process = None

    # === LIFE === #

    def start(self):
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "TERM", "--"),
                *(sys.executable, "-m", "odoo", "--database", self.database),
                *("--log-level", "info"),
                *("--http-interface", "127.0.0.1", "--http-port", str(self._port)),
                *("--gevent-port", str(_free_port())),
                *self._options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.session = requests.Session()
        self._wait_until_it_answers()
        self.sign_in(self.database)

    def restart(self, options):
        """Start the server anew, with other options on its command line."""
        self._end()
        self._options = (*self._options, *options)
        self.start()

    def _end(self):
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def add_server(self, options=()):
        """Start another server over the same database, as on another machine."""
        return FurtherServer(self, (*self._options, *options))

    def stop(self):
        self._end()
        close_db(self.database)
        drop_database(self.database)
        shutil.rmtree(_get_filestore(self.database), ignore_errors=True)

    @property
    def pid(self):
        return self._process.pid

    def open_session(self, login, password):
        """Return a client of this server that is signed in as somebody."""
        client = OdooClient(self.url)
        client.sign_in(self.database, login, password)
        return client

    def read_log(self):
        with open(self._log.name) as file:
            return file.read()

    def _wait_until_it_answers(self):
        for _ in range(START_TIMEOUT * 5):
            if self._process.poll() is not None:
                break
            try:
                self.session.get(f"{self.url}/web/health", timeout=TIMEOUT)
                return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise RuntimeError(f"Odoo did not start:\n{self.read_log()[-3000:]}")

    def _create_database(self):
        self._fill_database()
        source = _get_filestore(BASE)
        if source.is_dir():
            # Odoo never changes a stored file in place.
            target = _get_filestore(self.database)
            shutil.copytree(source, target, copy_function=os.link)

    def _fill_database(self):
        run("createdb", "--template", BASE, self.database)

    def dump(self, path):
        """Write a backup of the database, as an administrator does."""
        run("pg_dump", "--format=custom", f"--file={path}", self.database)

    def _set_parameter(self, key, value):
        self.execute(
            SQL(
                """INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)
                   ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value""",
                *(key, value),
            )
        )

    # === USE === #

    def connection(self):
        """Return a connection to the server's database, to be used in a `with`."""
        return db_connect(self.database).cursor()

    def execute(self, sql):
        """Run a statement on a connection of its own; return the rows, if any."""
        with self.connection() as cr:
            cr.execute(sql)
            return cr.fetchall() if cr.description else None

    def count_waiting(self):
        """Return how many connections to the database wait for a lock."""
        [[count]] = self.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database"
            " WHERE NOT granted AND datname = current_database()"
        )
        return count

    def find_waits(self):
        """Return what connections to the database wait for: state, wait, query."""
        return self.execute(
            """SELECT state, wait_event_type, wait_event, left(query, 200)
                 FROM pg_stat_activity
                WHERE datname = current_database() AND pid != pg_backend_pid()
                  AND (wait_event_type = 'Lock' OR state LIKE 'idle in transaction%')"""
        )


class FurtherServer(OdooProcess):
    """A further server over the database of another one, which remains when it ends."""

    def __init__(self, first, options):
        self.database = first.database
        self._listen(options)
        self.start()

    def stop(self):
        self._end()


class RestoredOdoo(OdooProcess):
    """An Odoo over a database that was restored from a backup of another one's."""

    def __init__(self, backup, **options):
        self._backup = backup
        super().__init__(**options)

    def _fill_database(self):
        run("createdb", "--template", "template0", self.database)
        run("pg_restore", "--no-owner", f"--dbname={self.database}", self._backup)


def _get_filestore(database):
    # `config.filestore` is the tests' own one, where they run on several cores.
    return Path(config["data_dir"], "filestore", database)


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def drop_database(database):
    """Drop it with patience: its owner may not send everybody away. PostgreSQL's own
    autovacuum worker goes by itself, soon.
    """
    deadline = time.monotonic() + DROP_PATIENCE
    while True:
        try:
            return run("dropdb", "--if-exists", "--force", database)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def run(*command):
    """:raise RuntimeError: With what the command said, if it failed."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")
