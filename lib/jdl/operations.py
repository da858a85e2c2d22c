"""The operations of `api` over JDL, put together from one module per family."""

from .gateway import JdlGateway
from .master_data import MasterData


class JdlOperations(MasterData):
    def __init__(self, endpoints, application, token, pin, transport):
        self._gateway = JdlGateway(endpoints, application, token, pin, transport)
