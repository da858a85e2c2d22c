from . import (
    jd_stock_check,
    jd_stock_check_compare,
    jd_stock_check_explanation,
    jd_stock_check_line,
    jd_stock_check_open,
    jd_stock_check_page,
    jd_stock_check_read,
    product,
    stock_warehouse,
)
