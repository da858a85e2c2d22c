import tempfile
import time
from pathlib import Path

from odoo.tests import BaseCase, tagged

from .sandbox_process import TIMEOUT, Caller, SandboxProcess

OWNERS = "/basicinfo/owner/query/v1"
DEPARTMENT = "EBU0000000000101"


@tagged("post_install", "-at_install")
class TestSandboxMemory(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name, "kept")

    def start(self, *options):
        return SandboxProcess("--keep", str(self.file), *options)

    def make_order(self, sandbox):
        sandbox.do("goods", department=DEPARTMENT, goods=[{"erpGoodsNo": "A"}])
        return sandbox.do(
            "make_order",
            kind="CGRK",
            department=DEPARTMENT,
            warehouse="110000101",
            lines=[{"erpGoodsNo": "A", "quantity": 2}],
        )

    def test_logins_goods_and_orders_outlive_the_process(self):
        with self.start() as sandbox:
            caller = Caller(sandbox.url, "jd_demo_quick", "demo-quick")
            self.make_order(sandbox)
            before = (
                sandbox.get("orders"),
                sandbox.get("goods_list", department=DEPARTMENT),
            )
        with self.start() as sandbox:
            after = (
                sandbox.get("orders"),
                sandbox.get("goods_list", department=DEPARTMENT),
            )
            self.assertEqual(before, after)
            caller.url = sandbox.url
            answer = caller.call(OWNERS, {"ownerNo": DEPARTMENT, "pin": caller.pin})
            self.assertEqual(answer["code"], "1000")
            self.make_order(sandbox)
            self.assertEqual(len({row["orderNo"] for row in sandbox.get("orders")}), 2)

    def test_orders_go_on_from_where_they_were(self):
        with self.start() as sandbox:
            self.make_order(sandbox)
        with self.start("--speed", "0.05") as sandbox:
            deadline = time.monotonic() + TIMEOUT
            while sandbox.get("orders")[0]["status"] != 70:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_what_another_version_kept_is_left_aside(self):
        with self.start() as sandbox:
            self.make_order(sandbox)
        _version, _, content = self.file.read_bytes().partition(b"\n")
        self.file.write_bytes(b"another\n" + content)
        with self.start() as sandbox:
            self.assertEqual(sandbox.get("orders"), [])
            self.assertTrue(sandbox.get("state")["accounts"])

    def test_what_was_held_at_a_mark_is_held_again(self):
        with self.start() as sandbox:
            with self.assertRaisesRegex(AssertionError, "no mark was set"):
                sandbox.do("go_back")
            self.make_order(sandbox)
            before = sandbox.get("orders")
            sandbox.do("mark")
            sandbox.do("advance", to=70)
            self.make_order(sandbox)
            sandbox.do("go_back")
            self.assertEqual(sandbox.get("orders"), before)
            self.assertEqual(sandbox.do("advance"), {"moved": 1})
