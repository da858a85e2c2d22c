from . import jd_warehouse_picker
