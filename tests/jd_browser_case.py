"""A real browser, signed into the Odoo that the test itself runs in."""

from contextlib import contextmanager

from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from .browser import add_cookie, keep_pictures, open_window, start_browser
from .jd_case import JdHttpCase


class JdBrowserCase(JdHttpCase):
    """What people do on the screens, with what a test arranged and may look into."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = start_browser(cls)

    @contextmanager
    def open_browser(self, **options):
        """Open a fresh browser window, signed into Odoo as the JD manager."""
        self.env.flush_all()
        with self.allow_requests():
            context = open_window(self.browser, **options)
            url = self.base_url()
            add_cookie(context, url, TEST_CURSOR_COOKIE_NAME, self.http_request_key)
            add_cookie(context, url, "session_id", self.session.sid)
            page = context.new_page()
            try:
                page.goto(f"{url}/odoo")
                yield page
            except BaseException:
                keep_pictures(context, self._testMethodName)
                raise
            finally:
                context.close()
                self._wait_remaining_requests()
        self.env.invalidate_all()
