from . import jd_connector_health, jd_health
