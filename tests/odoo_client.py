"""Odoo as its browser talks to it. It needs no Odoo of its own."""

import requests

TIMEOUT = 60


class OdooClient:
    """The Odoo at an address, used by its administrator."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def sign_in(self, database, login="admin", password="admin"):
        self.rpc(
            "/web/session/authenticate", db=database, login=login, password=password
        )

    def rpc(self, path, **params):
        answer = self.session.post(
            self.url + path, json={"params": params}, timeout=TIMEOUT
        ).json()
        if "error" in answer:
            raise AssertionError(answer["error"]["data"]["debug"])
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        """Call a public method as the administrator's browser does."""
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.rpc(path, model=model, method=method, args=args, kwargs=kwargs)

    def create(self, model, **values):
        [record_id] = self.call(model, "create", [values])
        return record_id

    def search(self, model, *domain):
        return self.call(model, "search", list(domain))

    def read(self, model, record_id, *names):
        [values] = self.call(model, "read", [record_id], list(names))
        return values

    def get_id(self, xmlid):
        module, name = xmlid.split(".")
        [row] = self.call(
            "ir.model.data",
            "search_read",
            [["module", "=", module], ["name", "=", name]],
            ["res_id"],
        )
        return row["res_id"]
