from . import (
    jd_connector_foreign,
    jd_department_orders,
    jd_foreign_order,
    jd_message,
)
