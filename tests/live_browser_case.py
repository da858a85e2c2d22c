"""A whole installation that works by itself, and a browser signed into it."""

from contextlib import contextmanager

from .browser import (
    add_cookie,
    keep_pictures,
    open_window,
    start_browser,
    watch_requests,
)
from .live_case import LiveCase

LOG_LINES = 30  # of the server, shown with a failure


class LiveBrowserCase(LiveCase):
    """A `LiveCase` that people look at while it works."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = start_browser(cls)
        cls.windows = {}
        # OdooBot's welcome would cover the page, on a phone all of it.
        user_id = cls.odoo.get_id("base.user_admin")
        cls.odoo.call("res.users", "write", [user_id], {"odoobot_state": "disabled"})

    @contextmanager
    def open_browser(self, **options):
        """Open an empty page in a browser window that is signed into Odoo.

        The tests of a class share the window, as a person does who works all day: what
        the browser has read once it need not read again.
        """
        context = self.get_window(**options)
        page = context.new_page()
        waiting = watch_requests(page)
        try:
            yield page
        except BaseException as error:
            keep_pictures(context, self._testMethodName)
            error.add_note(self.describe(waiting))
            raise
        finally:
            for each in context.pages:
                each.close()

    def describe(self, waiting):
        """Return what a failure may come from: what waits, and the server's log."""
        return "\n".join(
            [
                f"Requests without an answer: {waiting}",
                f"Waits of the database: {self.odoo.find_waits()}",
                *self.odoo.read_log().splitlines()[-LOG_LINES:],
            ]
        )

    def get_window(self, **options):
        key = repr(options)
        if key not in self.windows:
            context = open_window(self.browser, **options)
            session_id = self.odoo.session.cookies["session_id"]
            add_cookie(context, self.odoo.url, "session_id", session_id)
            self.windows[key] = context
        return self.windows[key]
