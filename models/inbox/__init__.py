from . import (
    jd_foreign_order,
    jd_message,
)
