from . import (
    jd_application,
    jd_connector,
    jd_connector_login,
    jd_connector_token,
    jd_connector_warehouse,
    res_config_settings,
    stock_warehouse,
)
