# Bases before what extends them.
from . import jd_attention, jd_worker  # isort: skip
from . import (
    jd_application,
    jd_connector,
    jd_connector_calls,
    jd_connector_goods,
    jd_connector_login,
    jd_connector_orders,
    jd_connector_token,
    jd_connector_warehouse,
    jd_department,
    jd_department_goods,
    jd_message,
    jd_notice,
    jd_order,
    jd_order_cancel,
    jd_order_check,
    jd_order_close,
    jd_order_push,
    jd_order_status,
    jd_product,
    jd_product_match,
    product_category,
    product_product,
    product_template,
    res_config_settings,
    res_partner,
    stock_location,
    stock_lot,
    stock_move,
    stock_move_line,
    stock_picking,
    stock_warehouse,
)

from . import (  # isort: skip
    jd_foreign_order,
    jd_level_change,
    jd_order_detail,
    jd_order_inbound,
    jd_order_outbound,
    jd_order_returns,
    jd_supplier,
    stock_picking_kind,
)

# Outermost: it puts JD's reports into our terms before anything reads them.
from . import jd_order_foreign  # isort: skip
