"""The goods a department tells JD about."""

from ..goods import YES, Goods
from .common import listed, page, require

GROUPS = (
    *("basicInfo", "goodsCategory", "goodsSpecificationsInfo", "management"),
    *("attribute", "storage", "packing", "industryAttributes"),
)
# What packing materials must say of themselves.
PACKING = "auxiliary", "businessTypeName", "ownerTypeName", "packageTypeName"
# What may not change once goods exist (2019).
FIXED = {
    ("goodsCategory", "thirdCategoryCode"),
    *(("goodsSpecificationsInfo", name) for name in ("length", "width", "height")),
    ("goodsSpecificationsInfo", "grossWeight"),
    ("goodsSpecificationsInfo", "netWeight"),
}
FIXED_PERIOD = ("shelfLifeDays", "instoreThreshold", "outstoreThreshold")


def query(visit, request):
    department = visit.department(request["ownerNo"])
    found = _matching(visit.books.goods, department.no, request)
    rows = page(found, request["currentPage"], request["pageSize"])
    show = _everything if request["queryType"] == "1" else _numbers
    return [show(goods) for goods in rows]


def save(visit, request):
    """Create the goods, or change those the same ``erpGoodsNo`` made before."""
    department = visit.department(request["ownerNo"])
    groups = {name: dict(request[name]) for name in GROUPS if request.get(name)}
    basic = groups["basicInfo"]
    _check_groups(visit, groups)
    shelf = visit.books.goods
    goods = shelf.by_erp_no(department.no, basic["erpGoodsNo"])
    if basic.get("goodsNo") and (not goods or goods.no != basic["goodsNo"]):
        if basic["goodsNo"] in shelf.by_no:
            visit.call.refuse("2019", "erpGoodsNo")
        visit.call.refuse("2007", basic["goodsNo"])
    _check_period(visit, groups, creating=not goods)
    if goods:
        _change(visit, goods, groups)
        shelf.index(goods)
    else:
        goods = Goods(
            visit.books.next_no("EMG"), basic["erpGoodsNo"], department.no, groups
        )
        shelf.add(goods)
    return {"goodsNo": goods.no}


def _matching(shelf, department_no, request):
    numbers, erp_numbers, barcodes = (
        set(listed(request.get(name))) for name in ("goodsNo", "erpGoodsNo", "barCode")
    )
    if numbers:
        found = [shelf.by_no[no] for no in sorted(numbers) if no in shelf.by_no]
    elif erp_numbers:
        found = [shelf.by_erp_no(department_no, no) for no in sorted(erp_numbers)]
    elif barcodes:
        found = [
            goods
            for barcode in sorted(barcodes)
            for goods in shelf.by_barcode(department_no, barcode)
        ]
    else:
        return shelf.of(department_no)
    return [
        goods
        for goods in found
        if goods
        and goods.department_no == department_no
        and (not erp_numbers or goods.erp_no in erp_numbers)
        and (not barcodes or barcodes & set(goods.barcodes))
    ]


def _numbers(goods):
    return {"basicInfo": {"goodsNo": goods.no, "erpGoodsNo": goods.erp_no}}


def _everything(goods):
    basic = {**goods.groups["basicInfo"], "goodsNo": goods.no, "enableFlag": 2}
    return {"ownerNo": goods.department_no, **goods.groups, "basicInfo": basic}


def _check_groups(visit, groups):
    management, packing = groups.get("management", {}), groups.get("packing", {})
    if management.get("batchAttribute") and management.get("isBatchMgmt") != YES:
        visit.call.refuse("2010", "batchAttribute needs isBatchMgmt 2")
    if packing.get("consumables") == YES:
        for name in PACKING:
            require(visit, packing, name)


def _check_period(visit, groups, creating):
    period = groups.get("management", {}).get("guaranteePeriod")
    if not period:
        return
    days = period.get("shelfLifeDays")
    if days is None and period.get("isShelfLifeMgmt") is None:
        visit.call.refuse("missing", "isShelfLifeMgmt or shelfLifeDays")
    if period.get("isShelfLifeMgmt") == int(YES) and not (days or 0) > 0:
        visit.call.refuse("2017", "shelfLifeDays must be above 0")
    for name in ("instoreThreshold", "outstoreThreshold"):
        value = period.get(name)
        if value is None and creating and (days or 0) > 0:
            visit.call.refuse("missing", name)


def _change(visit, goods, groups):
    for group, name in FIXED:
        _check_fixed(visit, goods.groups.get(group), groups.get(group), name)
    old, new = (
        each.get("management", {}).get("guaranteePeriod")
        for each in (goods.groups, groups)
    )
    for name in FIXED_PERIOD:
        _check_fixed(visit, old, new, name)
    for name, members in groups.items():
        goods.groups[name] = {**goods.groups.get(name, {}), **members}


def _check_fixed(visit, old, new, name):
    if old and new and name in old and new.get(name, old[name]) != old[name]:
        visit.call.refuse("2019", name)
