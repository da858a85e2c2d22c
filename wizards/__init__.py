from . import jd_foreign_link, jd_warehouse_picker
