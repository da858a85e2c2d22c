"""What the tests of the module's client share: `lib` against a sandbox, over HTTP."""

from .. import lib
from ..lib.api import Application, Endpoints
from ..lib.transport import Transport
from .sandbox_case import DEPARTMENT, WAREHOUSE, SandboxCase
from .sandbox_process import read_answer, sign_in

SHARED = Application("sandbox-shared-key", "sandbox-shared-secret")
OWN = Application("sandbox-own-key", "sandbox-own-secret")
CALLBACK = "http://localhost:8069/jd_fulfillment/oauth/callback"
QUICK = ("jd_demo_quick", "demo-quick")
BASIC = ("jd_demo_basic", "demo-basic")
CHINESE = ("京东示例", "demo-zh")


class ClientCase(SandboxCase):
    """The client against a sandbox of its own, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoints = Endpoints(oauth=cls.sandbox.url, gateway=cls.sandbox.url)

    def setUp(self):
        super().setUp()
        self.transport = self.make_transport()

    def make_transport(self, **options):
        transport = Transport(**{"read_timeout": 3, **options})
        self.addCleanup(transport.close)
        return transport

    def make_login(self, application=SHARED, transport=None):
        return lib.login(
            "jdl",
            endpoints=self.endpoints,
            application=application,
            transport=transport or self.transport,
        )

    def authorize(self, account=QUICK, application=SHARED):
        """Sign in at JD's page and return the code it sends back."""
        url = self.make_login(application).authorize_url(CALLBACK, "state-1")
        answer = read_answer(sign_in(url, *account))
        self.assertEqual(answer["state"], "state-1")
        return answer["code"]

    def get_token(self, account=QUICK, application=SHARED):
        code = self.authorize(account, application)
        return self.make_login(application).exchange_code(code)

    def connect(self, account=QUICK, application=SHARED, **changes):
        options = {
            "endpoints": self.endpoints,
            "application": application,
            "token": changes.get("token") or self.get_token(account, application),
            "pin": account[0],
            "transport": self.transport,
        }
        return lib.connect("jdl", **{**options, **changes})


class ClientGoodsCase(ClientCase):
    """A client connected for the merchant, and goods at JD."""

    def setUp(self):
        super().setUp()
        self.jd = self.connect()

    def make_goods(self, *goods, **many):
        """Have the merchant's goods at JD already; gives JD's numbers by ours."""
        return self.sandbox.do("goods", department=DEPARTMENT, goods=goods, **many)

    def set_stock(self, *rows):
        self.sandbox.do("stock", warehouse=WAREHOUSE, rows=rows)
