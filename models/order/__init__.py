from . import (
    jd_notice,
    jd_order,
    jd_order_allocation,
    jd_order_cancel,
    jd_order_check,
    jd_order_close,
    jd_order_inbound,
    jd_order_made_at_jd,
    jd_order_outbound,
    jd_order_returns,
    jd_order_send,
    jd_order_status,
)
