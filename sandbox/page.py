"""The sandbox's own page: what it holds, and what a clerk of JD's may do."""

from pathlib import Path

from werkzeug.wrappers import Response

DASHBOARD = Path(__file__).with_name("pages") / "dashboard.html"


def show(request):
    return Response(DASHBOARD.read_text(encoding="utf-8"), mimetype="text/html")
