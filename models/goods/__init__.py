from . import (
    jd_department,
    jd_department_goods,
    jd_department_levels,
    jd_department_lists,
    jd_department_suppliers,
    jd_goods,
    jd_goods_match,
    jd_level_change,
    jd_supplier,
    product_category,
    product_product,
    product_template,
)
