"""Another PostgreSQL server, for what is restored on one."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path


class OtherServer:
    """A server of its own; `stop` ends and removes it.

    `environment` leads PostgreSQL's tools, and Odoo, to it.
    """

    def __init__(self):
        if not shutil.which("initdb"):
            raise unittest.SkipTest("PostgreSQL's initdb is not in the path.")
        # Its socket's path must be short, and its folder the server's own.
        self._folder = Path(tempfile.mkdtemp(dir="/tmp"))
        if not os.geteuid():
            shutil.chown(self._folder, "nobody", "nogroup")
        self._data = self._folder / "data"
        self.environment = os.environ | {
            "PGHOST": str(self._folder),
            "PGUSER": "odoo",
            "PGPORT": "5432",
        }
        self._run("initdb", "--username=odoo", "--auth=trust", "--encoding=UTF8")
        options = f"-k {self._folder} -h '' -p 5432"
        log = self._folder / "log"
        self._run("pg_ctl", "start", "--wait", f"--options={options}", f"--log={log}")

    def stop(self):
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self._folder)

    def run(self, *command, **options):
        """Run a command against this server; return what it prints."""
        done = subprocess.run(
            command,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )
        return done.stdout

    def _run(self, command, *arguments):
        # PostgreSQL refuses to run as root.
        nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        subprocess.run(
            [
                *([] if os.geteuid() else nobody),
                *(shutil.which(command), f"--pgdata={self._data}", *arguments),
            ],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )
