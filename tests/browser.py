"""A real browser for journeys that leave Odoo, or watch it while it works."""

import logging
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

_logger = logging.getLogger(__name__)

NAMES = ("google-chrome", "chromium", "chromium-browser")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
PATIENCE = 60_000  # milliseconds; the first page builds its bundles


def start_browser(test_class):
    """Return a browser that ends with the tests of this class."""
    driver = sync_playwright().start()
    test_class.addClassCleanup(driver.stop)
    browser = driver.chromium.launch(
        executable_path=next(filter(None, map(shutil.which, NAMES))), args=OPTIONS
    )
    test_class.addClassCleanup(browser.close)
    expect.set_options(timeout=PATIENCE)
    return browser


def open_window(browser, **options):
    context = browser.new_context(locale="en-US", **options)
    context.set_default_timeout(PATIENCE)
    return context


def add_cookie(context, url, name, value):
    """Have a window send a cookie to an Odoo, as if that had set it."""
    context.add_cookies(
        [
            {
                "name": name,
                "value": value,
                "url": url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def watch_requests(page):
    """Return the addresses that a page has asked and has no answer of: a live list."""
    waiting = []

    def end(request):
        if request.url in waiting:
            waiting.remove(request.url)

    page.on("request", lambda request: waiting.append(request.url))
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    return waiting


def keep_pictures(context, name):
    """Keep what the browser shows, for whoever looks into a failure."""
    # Not where ./dev points TMPDIR to: that is gone when somebody looks.
    folder = Path(tempfile.mkdtemp("-jd-journey", dir="/tmp"))
    for number, page in enumerate(context.pages):
        picture = folder / f"{name}-{number}.png"
        page.screenshot(path=picture, full_page=True)
        _logger.error("What the browser showed: %s", picture)
