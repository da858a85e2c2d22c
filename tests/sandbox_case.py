"""What all tests against a sandbox JD share."""

from odoo.tests import BaseCase

from .sandbox_process import Caller, SandboxProcess

PIN, DEPARTMENT, WAREHOUSE = "jd_demo_quick", "EBU0000000000101", "110000101"


class SandboxCase(BaseCase):
    """A sandbox JD of the class's own, before each test as it was at its start, or as
    `keep_sandbox` found it.
    """

    sandbox_options = ()  # of its command line
    resets_sandbox = True  # False where what is connected to it serves the whole class
    is_sandbox_kept = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = SandboxProcess(*cls.sandbox_options)
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self):
        super().setUp()
        if self.resets_sandbox:
            self.sandbox.do("reset")
        if self.is_sandbox_kept:
            self.sandbox.do("go_back")

    @classmethod
    def keep_sandbox(cls):
        """Have each test begin with what JD holds now."""
        cls.sandbox.do("mark")
        cls.is_sandbox_kept = True


class CallerCase(SandboxCase):
    """The sandbox called without the module's client, by a merchant signed in."""

    def setUp(self):
        super().setUp()
        self.caller = self.make_caller()

    def make_caller(self, **options):
        return Caller(self.sandbox.url, PIN, "demo-quick", **options)


def set_member(request, path, value):
    """Change, or with None remove, a member of a request by its dotted path."""
    *above, name = path.split(".")
    for step in above:
        request = request[int(step) if step.isdigit() else step]
    if value is None:
        request.pop(name, None)
    else:
        request[name] = value
