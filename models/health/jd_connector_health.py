from odoo import models


class JdConnector(models.Model):
    _inherit = "jd.connector"

    # === ACTIONS === #

    def action_view_health(self):
        """Check the connection, and open the page that says what was found."""
        self.ensure_one()
        self.check_access("read")
        return self.env["jd.health"].create({"connector_id": self.id})._check_and_show()
