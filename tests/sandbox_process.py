"""A sandbox JD of a test's own: a real process, talked to over real HTTP."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

# The addon is linked into the addons path when under test; the sandbox is a package of
# the folder it really lives in.
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
READY = "JD sandbox listening on "
TIMEOUT = 20


class SandboxClient:
    """The control API of the sandbox at an address."""

    def __init__(self, url):
        self.url = url
        self._session = requests.Session()

    def get(self, query, **arguments):
        """Return what the control API answers to ``query``, e.g. ``state``."""
        return _content(
            self._session.get(
                f"{self.url}/sandbox/{query}", params=arguments, timeout=TIMEOUT
            )
        )

    def do(self, command, **arguments):
        """Have the control API do ``command``, e.g. ``warehouse``."""
        return _content(
            self._session.post(
                f"{self.url}/sandbox/{command}", json=arguments, timeout=TIMEOUT
            )
        )


class SandboxProcess(SandboxClient):
    """Start a sandbox on a free port; ``stop`` ends it.

    It also ends by itself when the process that started it is gone.
    """

    def __init__(self, *options):
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sandbox", "--port", "0"),
                *("--until-stdin-closes", *options),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline().strip()
        if not line.startswith(READY):
            self.stop()
            raise RuntimeError(f"The sandbox did not start: {line!r}")
        super().__init__(line.removeprefix(READY))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


class Caller:
    """A bare client of JD's, for tests of the sandbox itself.

    Written against JD's documents alone, so that neither the sandbox's signature check
    nor the module's client is tested with itself.
    """

    KEY, SECRET = "sandbox-shared-key", "sandbox-shared-secret"
    CALLBACK = "http://localhost:8069/jd_fulfillment/oauth/callback"

    def __init__(self, url, account, password, subscribe=False):
        self.url = url
        self.pin = account
        self.session = requests.Session()
        authorize = self.authorize_url(url)
        location = sign_in(authorize, account, password, subscribe)
        [self.code] = parse_qs(urlsplit(location).query)["code"]
        self.token = self.fetch_token()["accessToken"]

    @classmethod
    def authorize_url(cls, url, **changes):
        query = {
            "client_id": cls.KEY,
            "redirect_uri": cls.CALLBACK,
            "response_type": "code",
            "state": "state-1",
        }
        return f"{url}/oauth/authorize?{urlencode(query | changes)}"

    def fetch_token(self, **changes):
        query = {
            "code": self.code,
            "client_id": self.KEY,
            "client_secret": self.SECRET,
        }
        return self.get("/oauth/token", query | changes)

    def refresh(self, refresh_token, **changes):
        query = {
            "app_key": self.KEY,
            "refresh_token": refresh_token,
            "timestamp": jd_time(),
        }
        content = "".join(name + value for name, value in query.items())
        query["sign"] = md5(self.SECRET + content + self.SECRET)
        return self.get("/oauth/refresh", query | changes)

    def get(self, path, query):
        return self.session.get(self.url + path, params=query, timeout=TIMEOUT).json()

    def call(self, path, request, headers=None, **changes):
        """Return JD's answer to ``request``; a change to None leaves one out."""
        return self.send(
            path, json.dumps([request]).encode(), headers, **changes
        ).json()

    def send(self, path, body, headers=None, timeout=TIMEOUT, **changes):
        path = path if path.startswith("/jdl") else f"/integratedsupplychain{path}"
        return self.session.post(
            self.url + path,
            params=self.query(path, body, **changes),
            data=body,
            headers={"Content-Type": "application/json"} | (headers or {}),
            timeout=timeout,
        )

    def query(self, path, body, **changes):
        """Return the signed parameters of a gateway call."""
        query = {
            "access_token": self.token,
            "app_key": self.KEY,
            "timestamp": jd_time(),
            "v": "2.0",
            "algorithm": "md5-salt",
            "LOP-DN": "IntegratedSupplyChain",
        } | changes
        if "sign" not in query:
            query["sign"] = self.sign(path, body, query)
        return {name: value for name, value in query.items() if value is not None}

    def sign(self, path, body, query):
        """Return JD's signature of a gateway call, as its documents describe it."""
        secret = self.SECRET
        content = (
            f"{secret}access_token{query['access_token']}app_key{query['app_key']}"
            f"method{path}param_json{body.decode()}"
            f"timestamp{query['timestamp']}v{query['v']}{secret}"
        )
        algorithm = query["algorithm"] or "md5-salt"
        if algorithm == "md5-salt":
            return md5(content)
        digest = algorithm.removeprefix("HMac").lower()
        made = hmac.new(secret.encode(), content.encode(), digest).digest()
        return base64.b64encode(made).decode()


def jd_time(minutes=0):
    """Return JD's time now, or so many minutes from it."""
    moment = datetime.now(timezone(timedelta(hours=8))) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def sign_in(authorize_url, account, password, subscribe=True, deny=False):
    """Walk JD's login page as a browser would and return where it sends us next.

    The address is not followed. When JD shows a page instead, the answer is that page's
    text, so that a test can tell what was said.
    """
    with requests.Session() as browser:
        page = browser.get(authorize_url, timeout=TIMEOUT)
        form = _Form()
        form.feed(page.text)
        if form.action is None:
            return page.text
        fields = form.fields | {"account": account, "password": password}
        fields["action"] = "refuse" if deny else "signin"
        fields.pop("subscribe", None)
        if subscribe:
            fields["subscribe"] = "1"
        answer = browser.post(
            urljoin(page.url, form.action),
            data=fields,
            allow_redirects=False,
            timeout=TIMEOUT,
        )
        return answer.headers.get("Location") or answer.text


def read_answer(location):
    """Return the query of the address JD sends the browser back to."""
    return {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it would send."""

    def __init__(self):
        super().__init__()
        self.action = None
        self.fields = {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        elif tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value") or ""


def _content(answer):
    if not answer.ok:
        raise AssertionError(f"{answer.status_code} {answer.text}")
    return answer.json()
