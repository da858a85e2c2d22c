"""The interface to JD that the models use, the same for every protocol."""

from .account import (
    Application,
    Endpoints,
    Token,
    get_fingerprint,
)
from .errors import (
    CredentialsRefused,
    Invalid,
    JdError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PermissionRefused,
    RefusalReason,
    Refused,
    RetryLater,
    Throttled,
    TokenRefused,
)
from .goods import (
    GOODS_FILTER_LIMIT,
    GOODS_PAGE_SIZE,
    LEVEL_CHANGE_PAGE_SIZE,
    STOCK_PAGE_SIZE,
    Goods,
    GoodsLevel,
    LevelChange,
    Lot,
    NewGoods,
    StockRow,
    StockType,
)
from .master_data import (
    Address,
    Department,
    Shop,
    ShopStatus,
    Supplier,
    SupplierStatus,
    Warehouse,
    WarehouseStatus,
)
from .messages import (
    Message,
    MessageForm,
    MessageRejected,
    Messages,
    PostedMessage,
)
from .operations import (
    Login,
    Operations,
)
from .orders import (
    DOCUMENTED_SOURCE,
    JD_EXPRESS,
    ORDER_PAGE_SIZE,
    OTHER_PLATFORM,
    Cancellation,
    CancelResult,
    CustomerReturn,
    CustomerReturnReport,
    DeliveryMode,
    Discrepancy,
    InboundOrder,
    InboundPurpose,
    InboundReport,
    Order,
    OrderKind,
    OrderLine,
    OrderRow,
    OutboundOrder,
    OutboundReport,
    Parcel,
    Rejection,
    Report,
    ReportedLine,
    ReportedLot,
    ReportedSerial,
    ReturnReason,
    StatusChange,
    SupplierReturn,
    SupplierReturnReport,
)
from .pages import OddRow, Page
