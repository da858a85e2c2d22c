import unittest


class NextToMixin:
    """For tests next to other Odoo modules, in files named `test_next_to_*.py`.

    `./dev test` runs those files once more in a database that has these modules.
    """

    modules = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = cls.env["ir.module.module"]._installed()
        if missing := [name for name in cls.modules if name not in installed]:
            names = ",".join(missing)
            raise unittest.SkipTest(f"needs {names}: JD_TEST_WITH={names}")
