from . import (
    jd_connector_foreign,
    jd_department_orders,
    jd_foreign_order,
    jd_foreign_order_goods,
    jd_foreign_order_line,
    jd_foreign_order_transfer,
    jd_message,
)
