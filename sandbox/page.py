"""The sandbox's own page: what it holds, and what a clerk of JD's may do."""

from pathlib import Path

from werkzeug.wrappers import Response

PAGES = Path(__file__).with_name("pages")
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
# By address: login.html and others are templates, and nobody's to read.
FILES = {"/": "dashboard.html"} | {
    f"/page/{name}": name
    for name in ("dashboard.css", "dashboard.js", "deeds.js", "nodes.js")
}


def show(request):
    file = PAGES / FILES[request.path]
    return Response(file.read_text(encoding="utf-8"), mimetype=TYPES[file.suffix])
