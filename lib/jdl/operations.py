"""The operations of `api` over JDL, put together from one module per family."""

from .gateway import JdlGateway
from .goods import GoodsOperations
from .master_data import MasterData
from .orders import OrderOperations
from .stock import StockOperations
from .suppliers import SupplierOperations


class JdlOperations(
    MasterData, SupplierOperations, GoodsOperations, StockOperations, OrderOperations
):
    def __init__(self, endpoints, application, token, pin, transport):
        self._gateway = JdlGateway(endpoints, application, token, pin, transport)
