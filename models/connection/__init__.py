from . import (
    jd_application,
    jd_call,
    jd_connector,
    jd_connector_budget,
    jd_connector_goods,
    jd_connector_login,
    jd_connector_message_watch,
    jd_connector_operations,
    jd_connector_orders,
    jd_connector_token,
    jd_connector_warehouses,
    res_config_settings,
)
