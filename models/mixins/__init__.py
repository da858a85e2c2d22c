from . import (
    jd_activity_mixin,
    jd_guarded_mixin,
    jd_worker_mixin,
)
