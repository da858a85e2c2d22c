"""What the developers' tools promise: a package is the same wherever it is built, and
databases are dropped with patience."""

import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile
from pathlib import Path
from unittest import SkipTest

import psycopg2

from odoo.tests import BaseCase, tagged

from . import odoo_process

CHECKOUT = Path(__file__).resolve().parents[1]
DEVTOOLS = CHECKOUT / "devtools"


@tagged("-at_install", "post_install")
class TestPackages(BaseCase):
    """The wheel, built from what the checkout knows in folders of other kinds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (CHECKOUT / ".git").exists():
            raise SkipTest("There is no checkout to compare with.")
        cls.wheel = _list_wheel(CHECKOUT)

    def setUp(self):
        super().setUp()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.export = self.folder / "export of it"
        for name in _git(CHECKOUT, "ls-files", "-z").split("\0"):
            if name and (CHECKOUT / name).exists():
                (self.export / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(CHECKOUT / name, self.export / name)

    def test_holds_the_addon_and_nothing_for_developers(self):
        addon = {name for name in self.wheel if name.startswith("odoo/")}
        self.assertIn("odoo/addons/jd_fulfillment/__manifest__.py", addon)
        self.assertIn("odoo/addons/jd_fulfillment/security/ir.model.access.csv", addon)
        # What Odoo's screens point to.
        self.assertIn("odoo/addons/jd_fulfillment/docs/administrator.md", addon)
        tops = {name.split("/")[3] for name in addon}
        developers = {"tests", "sandbox", "bench", "devtools", "dev", ".ci"}
        self.assertFalse(tops & (developers | {"pyproject.toml", "PKG-INFO"}))

    def test_is_the_same_from_an_export_where_things_were_left(self):
        for left in ("lib/__pycache__/api.cpython-311.pyc", "build/lib/x.py", ".env"):
            path = self.export / left
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self.assertEqual(_list_wheel(self.export), self.wheel)

    def test_is_the_same_from_a_checkout_of_somebody_else(self):
        _git(self.export, "init", "--quiet")
        _git(self.export, "add", "--all")
        (self.export / "unknown.txt").touch()
        somebody_else = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
        self.assertEqual(_list_wheel(self.export, **somebody_else), self.wheel)

    def test_is_the_same_from_an_sdist(self):
        sdist = _build("sdist", self.export, self.folder)
        with tarfile.open(sdist) as archive:
            archive.extractall(self.folder, filter="data")
        [unpacked] = self.folder.glob("odoo_addon_*/")
        self.assertEqual(_list_wheel(unpacked), self.wheel)

    def test_is_built_where_git_is_broken(self):
        (self.export / ".git").write_text("not a repository")
        self.assertEqual(_list_wheel(self.export), self.wheel)


@tagged("-at_install", "post_install")
class TestDropping(BaseCase):
    """A database in which a superuser is, as PostgreSQL's own autovacuum worker is."""

    def setUp(self):
        super().setUp()
        if not odoo_process.BASE:
            raise SkipTest("./dev test provides the databases.")
        self.database = odoo_process.BASE.replace("_base_", "_dropped_")
        odoo_process.run("createdb", self.database)
        self.addCleanup(odoo_process.drop_database, self.database)
        try:
            superuser = psycopg2.connect(dbname=self.database, user="postgres")
        except psycopg2.OperationalError:
            raise SkipTest("No superuser gets into this PostgreSQL.") from None
        self.addCleanup(superuser.close)
        with self.assertRaisesRegex(RuntimeError, "permission denied"):
            odoo_process.run("dropdb", "--force", self.database)
        leaves = threading.Timer(1, superuser.close)
        leaves.start()
        self.addCleanup(leaves.join)

    def test_a_test_waits_until_the_superuser_has_left(self):
        odoo_process.drop_database(self.database)
        self.assertFalse(self._exists())

    def test_dev_waits_until_the_superuser_has_left(self):
        devtools = shlex.quote(str(DEVTOOLS))
        script = (
            f"set -euo pipefail; STATE=/nonexistent; . {devtools}/steps.sh;"
            f". {devtools}/postgres.sh; drop_database {self.database}"
        )
        odoo_process.run("bash", "-c", script)
        self.assertFalse(self._exists())

    def _exists(self):
        with (
            psycopg2.connect(dbname="postgres") as connection,
            connection.cursor() as cr,
        ):
            cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
            return bool(cr.fetchone())


def _list_wheel(source, **environment):
    with tempfile.TemporaryDirectory() as folder:
        wheel = _build("wheel", source, folder, **environment)
        return sorted(zipfile.ZipFile(wheel).namelist())


def _build(kind, source, target, **environment):
    """Call the build backend as pip does; return the path of what it made."""
    program = (
        "import sys, build_backend as backend\n"
        f"print(backend.build_{kind}(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(target)],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source / "devtools"), **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Path(target, done.stdout.splitlines()[-1])


def _git(folder, *arguments):
    command = ["git", "-c", "safe.directory=*", "-C", folder, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
