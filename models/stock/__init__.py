from . import (
    res_partner,
    stock_location,
    stock_lot,
    stock_move,
    stock_move_line,
    stock_picking,
    stock_picking_send,
    stock_warehouse,
)
