"""The service that sends Odoo's text messages, for the tests of what customers get."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps, loads
from threading import Thread


class TextMessages:
    """Takes Odoo's text messages at `url`; `numbers` are those it sent one to."""

    def __init__(self):
        self.numbers = numbers = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = loads(self.rfile.read(int(self.headers["Content-Length"])))
                rows = [
                    row
                    for message in asked["params"]["messages"]
                    for row in message["numbers"]
                ]
                numbers.extend(row["number"] for row in rows)
                result = [{"uuid": row["uuid"], "state": "success"} for row in rows]
                answer = dumps({"jsonrpc": "2.0", "result": result}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_args):
                """Say nothing of each request."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
