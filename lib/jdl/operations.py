"""The `api.Operations` of JDL, combined from the modules of this package."""

from . import goods, master_data, orders, stock, suppliers
from .gateway import JdlGateway

_CALLS = {
    **master_data.CALLS,
    **suppliers.CALLS,
    **goods.CALLS,
    **stock.CALLS,
    **orders.CALLS,
}


def get_call_name(operation, kind=""):
    """Return JD's name of the call that an operation makes.

    :param kind: The `api.OrderKind`, for operations with a call for each kind.
    """
    calls = orders.get_calls(kind) if kind else _CALLS
    return calls[operation].name


class JdlOperations(
    master_data.MasterData,
    suppliers.SupplierOperations,
    goods.GoodsOperations,
    stock.StockOperations,
    orders.OrderOperations,
):
    """The `api.Operations` of a JD account over JDL."""

    def __init__(self, endpoints, application, token, pin, transport):
        self._gateway = JdlGateway(endpoints, application, token, pin, transport)
