"""JD's login page and its token addresses.

What JD does not publish and is therefore ours [U]: ``error=access_denied`` when the
person refuses, and the shape of a refused token request.
"""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from . import clock, grants, signing
from .errors import Denied
from .replies import gateway_error, json_reply

PAGES = Path(__file__).with_name("pages")
ASKED = ("client_id", "redirect_uri", "response_type", "state")


def authorize(sandbox, request):
    """Show the login page, or take what was typed into it."""
    asked = {name: request.values.get(name, "") for name in ASKED}
    with sandbox.books.lock:
        application = sandbox.books.applications.get(asked["client_id"])
        problem = _problem(application, asked)
        if problem:
            return _page("refused.html", 400, problem=problem)
        if request.method != "POST":
            return _login_page(application, asked)
        if request.form.get("action") == "refuse":
            return _back(asked, error="access_denied")
        return _sign_in(sandbox, application, asked, request.form)


def get_only(answer):
    """Return ``answer`` for GET, which is how JD documents its token addresses.

    How another method is refused is our convention [U]; it spends no code.
    """

    def checked(sandbox, request):
        if request.method == "GET":
            return answer(sandbox, request)
        return gateway_error("15", "Unsupported method", 405, {"Allow": "GET"})

    return checked


@get_only
def token(sandbox, request):
    """Give the token a code stands for: a flat answer, as JD's samples have it."""
    query = request.args
    with sandbox.books.lock:
        try:
            granted = grants.redeem_code(
                sandbox.books,
                sandbox.settings,
                query.get("client_id"),
                query.get("client_secret"),
                query.get("code"),
            )
        except Denied as denied:
            return gateway_error(denied.code, denied.text)
    return json_reply({"code": query["code"], **_token_members(granted)})


@get_only
def refresh(sandbox, request):
    """Renew a token: an answer in an envelope with a numeric code, unlike ``token``."""
    query = request.args
    with sandbox.books.lock:
        try:
            _check_refresh(sandbox, query)
            granted = grants.renew(
                sandbox.books,
                sandbox.settings,
                query["app_key"],
                query.get("refresh_token"),
            )
        except Denied as denied:
            return gateway_error(denied.code, denied.text)
    envelope = {"code": 1000, "message": "success", "enMessage": None}
    return json_reply({**envelope, "data": _token_members(granted)})


def _problem(application, asked):
    if not application:
        return "The client_id is unknown: no such application."
    if not grants.may_redirect(application, asked["redirect_uri"]):
        return "The redirect_uri is not registered for this application."
    if asked["response_type"] != "code":
        return "The response_type must be “code”."
    return None


def _sign_in(sandbox, application, asked, form):
    pin = form.get("account", "").strip()
    account = sandbox.books.accounts.get(pin)
    if not account or account.password != form.get("password", ""):
        wrong = "Account or password is wrong. 账号或密码错误"
        return _login_page(application, asked, pin, wrong, form.get("subscribe"))
    if form.get("subscribe"):
        account.subscribed.add(application.key)
    else:
        account.subscribed.discard(application.key)
    code = grants.issue_code(sandbox.books, sandbox.settings, application, pin)
    return _back(asked, code=code)


def _login_page(application, asked, account="", problem="", subscribe=""):
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    return _page(
        "login.html",
        raw_hidden=hidden,
        application=application.name,
        destination=urlsplit(asked["redirect_uri"]).netloc,
        account=account,
        problem=problem,
        checked="checked" if subscribe else "",
    )


def _page(name, status=200, raw_hidden="", **values):
    safe = {key: escape(value) for key, value in values.items()}
    template = Template((PAGES / name).read_text(encoding="utf-8"))
    html = template.substitute(safe, hidden=raw_hidden)
    return Response(html, status, mimetype="text/html")


def _back(asked, **answer):
    if asked["state"]:
        answer["state"] = asked["state"]
    address = asked["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    return redirect(f"{address}{joint}{urlencode(answer)}")


def _token_members(granted):
    return {
        "accessExpire": clock.text(granted.access_expires),
        "accessToken": granted.access,
        "clientId": granted.app_key,
        "refreshExpire": clock.text(granted.refresh_expires),
        "refreshToken": granted.refresh,
        "sellerId": granted.pin,
    }


def _check_refresh(sandbox, query):
    for name, code in (("app_key", "20"), ("timestamp", "7"), ("sign", "11")):
        if not query.get(name):
            raise Denied(code, f"Missing {name}")
    application = sandbox.books.applications.get(query["app_key"])
    if not application:
        raise Denied("21", "Invalid app_key")
    grants.check_timestamp(query["timestamp"], sandbox.settings.skew)
    expected = signing.sign_refresh(
        application.secret,
        query["app_key"],
        query.get("refresh_token", ""),
        query["timestamp"],
    )
    if not signing.same(query["sign"], expected):
        raise Denied("12", "Invalid signature")
