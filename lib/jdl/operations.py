"""The operations of `api` over JDL, put together from one module per family."""

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

    :param kind: The `api.OrderKind`, for what each kind has a call of its own for.
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
    def __init__(self, endpoints, application, token, pin, transport):
        self._gateway = JdlGateway(endpoints, application, token, pin, transport)
