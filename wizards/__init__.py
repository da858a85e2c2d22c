from . import (
    jd_foreign_link,
    jd_goods_creation,
    jd_stock_check_keep,
    jd_stock_check_question,
    jd_stock_ledger,
    jd_warehouse_picker,
    stock_inventory_adjustment_name,
    stock_return_picking,
)
