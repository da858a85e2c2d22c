from . import (
    ir_cron,
    jd_activity_mixin,
    jd_guarded_mixin,
    jd_order_content_mixin,
    jd_retention_mixin,
    jd_technical_mixin,
    jd_worker_mixin,
    mail_activity,
    res_users,
)
