"""A whole installation that works by itself, and a browser signed into it."""

from contextlib import contextmanager

from .browser import keep_pictures, open_window, start_browser
from .live_case import LiveCase


class LiveBrowserCase(LiveCase):
    """A `LiveCase` that people look at while it works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = start_browser(cls)
        # OdooBot's welcome would cover the page, on a phone all of it.
        user_id = cls.odoo.get_id("base.user_admin")
        cls.odoo.call("res.users", "write", [user_id], {"odoobot_state": "disabled"})

    @contextmanager
    def open_browser(self, **options):
        """Open a fresh browser window, signed into Odoo."""
        context = open_window(self.browser, **options)
        page = context.new_page()
        page.goto(f"{self.odoo.url}/web/login")
        page.fill("#login", "admin")
        page.fill("#password", "admin")
        page.click("button[type=submit]")
        page.wait_for_selector(".o_web_client")
        try:
            yield page
        except BaseException:
            keep_pictures(context, self._testMethodName)
            raise
        finally:
            context.close()
