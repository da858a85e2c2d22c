from . import (
    jd_application,
    jd_connector,
    jd_connector_calls,
    jd_connector_goods,
    jd_connector_login,
    jd_connector_orders,
    jd_connector_token,
    jd_connector_warehouses,
    res_config_settings,
)
