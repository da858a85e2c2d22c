from . import (
    jd_foreign_link,
    jd_stock_ledger,
    jd_warehouse_picker,
    stock_inventory_adjustment_name,
)
