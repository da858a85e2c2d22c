from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestInstalled(TransactionCase):
    def test_the_module_is_installed(self):
        module = self.env.ref("base.module_jd_fulfillment")
        self.assertEqual(module.state, "installed")
