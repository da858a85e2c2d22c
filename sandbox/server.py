"""The HTTP server: which address leads where."""

import io
import logging
import time

from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from . import control, facts, faults, gateway, oauth, page
from .replies import business, traced

_logger = logging.getLogger("sandbox")
MAX_BODY = 10_000_000
OAUTH = {
    "/oauth/token": ("oauthToken", oauth.token),
    "/oauth/refresh": ("oauthRefresh", oauth.refresh),
}


class Handler(WSGIRequestHandler):
    """Answer many requests on one connection, which werkzeug's own handler does not.

    It never prints an address: there may be a token in it.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def run_wsgi(self):
        environ = self.make_environ()
        # Read to its end before answering: what is left over would be taken for the
        # next request.
        environ["wsgi.input"] = io.BytesIO(self._body(environ))
        try:
            self._send(self._answer(environ), environ)
        except ConnectionError:
            self.close_connection = True

    def _answer(self, environ):
        """Answer whatever happens: JD's system error, and why in the log."""
        try:
            return self.server.app(Request(environ))
        except HTTPException as error:
            return error.get_response(environ)
        except Exception:
            _logger.exception("unforeseen")
            answer = business("4000", "system error")
            answer.status_code = 500
            return traced(answer)

    def log(self, *args):
        pass

    def _body(self, environ):
        given = environ.get("CONTENT_LENGTH") or "0"
        length = int(given) if given.isdecimal() else MAX_BODY + 1
        if length > MAX_BODY or environ.get("wsgi.input_terminated"):
            self.close_connection = True
            return b""
        return environ["wsgi.input"].read(length)

    def _send(self, response, environ):
        body = response.response if response.is_streamed else [response.get_data()]
        self.send_response_only(response.status_code)
        self.send_header("Server", self.version_string())
        if "Date" not in response.headers:  # one made up for a test has its own
            self.send_header("Date", self.date_time_string())
        for name, value in response.get_wsgi_headers(environ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            for piece in body:
                self.wfile.write(piece)


class Server:
    """What answers, and the socket it answers on."""

    def __init__(self, sandbox, port):
        self.sandbox = sandbox
        self._http = make_server(
            "127.0.0.1", port, self, threaded=True, request_handler=Handler
        )
        self._http.daemon_threads = True

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}"

    def run(self):
        try:
            self._http.serve_forever(poll_interval=0.2)
        finally:
            self.sandbox.stop()
            self._http.server_close()

    def __call__(self, request):
        if request.path in page.FILES:
            return page.show(request)
        if request.path.startswith("/sandbox"):
            return control.serve(self.sandbox, request)
        if request.path == "/oauth/authorize":
            return oauth.authorize(self.sandbox, request)
        if request.path in OAUTH:
            name, answer = OAUTH[request.path]
            app_key = request.args.get("client_id") or request.args.get("app_key", "")
            return self._call(
                request, name, app_key, lambda _: answer(self.sandbox, request)
            )
        if request.path == "/favicon.ico":
            return Response(status=204)
        call = facts.BY_PATH.get(request.path)
        return self._call(
            request,
            call.name if call else "unknown",
            request.args.get("app_key", ""),
            lambda fault: gateway.serve(self.sandbox, request, fault),
        )

    def _call(self, request, name, app_key, work):
        """Answer one of JD's calls, with its latency and through its faults."""
        started = time.monotonic()
        if self.sandbox.settings.latency_ms:
            self.sandbox.stopping.wait(self.sandbox.settings.latency_ms / 1000)
        fault = self.sandbox.faults.draw(name, app_key, request)
        answer = faults.through(
            fault, request, self.sandbox.stopping, lambda: traced(work(fault))
        )
        took = (time.monotonic() - started) * 1000
        kind = fault.kind if fault else "-"
        _logger.info("%s %s %s %.0f ms", name, answer.status_code, kind, took)
        return answer
