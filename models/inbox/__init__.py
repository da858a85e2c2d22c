from . import (
    jd_department_orders,
    jd_foreign_order,
    jd_message,
)
