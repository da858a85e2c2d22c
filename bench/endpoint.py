"""How many messages the push endpoint takes, against an empty route beside it."""

import http.client
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlencode, urlsplit

from .tables import number, show

EMPTY = "/jd_bench/empty"
ORDERS = 200
ROUNDS, REQUESTS, AT_ONCE = 3, 400, 4
STEADY_RATE, STEADY_SECONDS = 50, 10


def measure(world):
    client = Client(world)
    rates = {"empty": [], "message": []}
    for name in rates:
        client.post_many(10 * AT_ONCE, getattr(client, name))  # warm
    for _round in range(ROUNDS):
        for name, rounds in rates.items():
            rounds.append(client.post_many(REQUESTS, getattr(client, name)))
    steady = {name: client.post_steadily(getattr(client, name)) for name in rates}
    empty = statistics.mean(rates["empty"])
    show(
        f"Push endpoint: {AT_ONCE} requests at once, then {STEADY_RATE} a second",
        ("route", "requests/s", "against the empty one", "p95"),
        [
            (
                name,
                number(statistics.mean(rates[name])),
                number(statistics.mean(rates[name]) / empty),
                f"{steady[name] * 1000:.0f} ms",
            )
            for name in rates
        ],
    )


class Client:
    """Posts like JD: a connection for each message."""

    def __init__(self, world):
        self._host = urlsplit(world.odoo.url).netloc
        orders = world.make_orders(ORDERS)
        orders._cron_push()
        world.refresh()
        self._bodies = [_make_body(world, order) for order in orders]
        self._numbers = count()

    def empty(self):
        self._post(EMPTY, {}, self._next_body())

    def message(self):
        body = self._next_body()
        answer = self._post("/jd_fulfillment/message", _sign(body), body)
        if json.loads(answer)["code"] != "1000":
            raise AssertionError(answer)

    def _next_body(self):
        number = next(self._numbers)
        content = self._bodies[number % len(self._bodies)]
        return json.dumps(content | {"messageId": f"BENCH{number}"}).encode()

    def _post(self, path, query, body):
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request(
                "POST",
                f"{path}?{urlencode(query)}",
                body,
                {"Content-Type": "application/json;charset=utf-8"},
            )
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise AssertionError(answer)
            return answer
        finally:
            connection.close()

    def post_many(self, requests, post):
        """Keep the server busy; return requests per second."""
        started = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as executor:
            for done in [executor.submit(post) for _request in range(requests)]:
                done.result()
        return requests / (time.monotonic() - started)

    def post_steadily(self, post):
        """Post at a steady rate, late or not; return what 95 % stay below."""
        start = time.monotonic()

        def post_at(moment):
            time.sleep(max(0, moment - time.monotonic()))
            post()
            return time.monotonic() - moment

        moments = [
            start + tick / STEADY_RATE for tick in range(STEADY_RATE * STEADY_SECONDS)
        ]
        with ThreadPoolExecutor(STEADY_RATE) as executor:
            took = list(executor.map(post_at, moments))
        return statistics.quantiles(took, n=20)[-1]


def _make_body(world, order):
    from odoo.addons.jd_fulfillment.lib.jdl import CODES

    return {
        "pin": world.committed.PIN,
        "ownerNo": world.committed.DEPARTMENT,
        "warehouseNo": world.committed.WAREHOUSE,
        "orderType": CODES[order.kind],
        "orderNo": order.jd_number,
        "erpOrderNo": order.name,
        "status": "10014",
        "operateTime": _now(),
    }


def _sign(body):
    from odoo.addons.jd_fulfillment.lib import signing

    query = {
        "app_key": "sandbox-shared-key",
        "timestamp": _now(),
        "method": "order.status",
        "v": "2.0",
        "algorithm": "md5-salt",
    }
    sign = signing.message(
        "sandbox-shared-secret",
        algorithm=query["algorithm"],
        app_key=query["app_key"],
        topic=query["method"],
        timestamp=query["timestamp"],
        version=query["v"],
        body=body,
    )
    return query | {"sign": sign}


def _now():
    from odoo.addons.jd_fulfillment.lib import clock

    return clock.to_jd(clock.utc_now())
