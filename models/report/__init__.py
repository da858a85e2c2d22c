from . import jd_order_report
