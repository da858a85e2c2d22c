"""The goods a department has told JD about."""

from dataclasses import dataclass, field

from .errors import Unknown

YES = "2"  # in JD's goods, 1 is no and 2 is yes


@dataclass
class Goods:
    no: str
    erp_no: str
    department_no: str
    groups: dict = field(default_factory=dict)  # as they were told: basicInfo, …

    @property
    def name(self):
        return self.groups["basicInfo"]["goodsName"]

    @property
    def barcodes(self):
        return self.groups["basicInfo"]["barcode"].split(",")

    @property
    def dated(self):
        """Whether JD manages the shelf life."""
        period = self.groups.get("management", {}).get("guaranteePeriod", {})
        days = period.get("shelfLifeDays") or 0
        return period.get("isShelfLifeMgmt") == int(YES) or days > 0

    @property
    def batched(self):
        """Whether JD keeps batches apart."""
        return self.dated or self.groups.get("management", {}).get("isBatchMgmt") == YES

    @property
    def serialised(self):
        serial = self.groups.get("management", {}).get("serialNumber", {})
        return serial.get("isSerialNumberMgmt") == YES


class GoodsList:
    """All departments' goods, found by any of their numbers."""

    def __init__(self):
        self.by_no = {}
        self._departments = {}
        self._by_erp_no = {}
        self._by_barcode = {}

    def of(self, department_no):
        return self._departments.get(department_no, [])

    def add(self, goods):
        self.by_no[goods.no] = goods
        self._by_erp_no[goods.department_no, goods.erp_no] = goods
        self._departments.setdefault(goods.department_no, []).append(goods)
        self.index(goods)

    def index(self, goods):
        """Make a goods findable by its barcodes, also after they changed."""
        for barcode in goods.barcodes:
            found = self._by_barcode.setdefault((goods.department_no, barcode), [])
            if goods not in found:
                found.append(goods)

    def by_erp_no(self, department_no, erp_no):
        return self._by_erp_no.get((department_no, erp_no))

    def by_barcode(self, department_no, barcode):
        found = self._by_barcode.get((department_no, barcode), [])
        return [goods for goods in found if barcode in goods.barcodes]

    def find(self, department_no, no=None, erp_no=None):
        """Return a department's goods by JD's number, else by the merchant's.

        :raise Unknown: when the department has no such goods
        """
        found = self.by_no.get(no) if no else self.by_erp_no(department_no, erp_no)
        if not found or found.department_no != department_no:
            raise Unknown(f"no goods {no or erp_no} in {department_no}")
        return found
