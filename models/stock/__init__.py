from . import (
    res_partner,
    stock_location,
    stock_lot,
    stock_move,
    stock_move_line,
    stock_move_odoo_only,
    stock_picking,
    stock_picking_close,
    stock_picking_send,
    stock_quant,
    stock_scrap,
    stock_warehouse,
)
