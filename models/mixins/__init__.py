from . import (
    jd_activity,
    jd_worker,
)
