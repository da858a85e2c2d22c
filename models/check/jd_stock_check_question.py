"""The text with which JD is asked about differences, in Chinese and English."""

from odoo import api, models

from ...lib.api import GoodsLevel

# JD's staff read Chinese; the merchant reads what is sent in English below it.
LEVELS = {
    GoodsLevel.GOOD: ("良品", "good"),
    GoodsLevel.DEFECTIVE: ("残品", "defective"),
    GoodsLevel.SAMPLE: ("样品", "sample"),
}
CHINESE = {
    "head": "您好，以下商品的库存与我方系统不一致，请核查并告知原因。",
    "place": "事业部：{department}　仓库：{warehouse}　核对时间（UTC）：{at}",
    "goods": "商品编号：{goods}　等级：{level}{lot}",
    "lot": "　批次：{lot}",
    "numbers": "京东库存：{jd}　我方库存：{odoo}　差异：{difference}",
    "documents": "已知相关单据：{documents}",
    "missing": "未返回",
    "also": "、",
}
ENGLISH = {
    "head": "Hello, your stock of these goods differs from ours. Please check and tell "
    "us the reason.",
    "place": "Department: {department}, warehouse: {warehouse}, compared (UTC): {at}",
    "goods": "Goods number: {goods}, level: {level}{lot}",
    "lot": ", lot: {lot}",
    "numbers": "JD: {jd}, ours: {odoo}, difference: {difference}",
    "documents": "Documents we know of: {documents}",
    "missing": "not reported",
    "also": ", ",
}


class JdStockCheckLine(models.Model):
    _inherit = "jd.stock.check.line"

    @api.depends(
        *("check_id", "goods_no", "level", "lot_name", "is_reported"),
        *("jd_quantity", "odoo_quantity", "difference"),
        "explanation_ids.document_name",
    )
    def _compute_question(self):
        for line in self:
            line.question = line._write_question()

    def _write_question(self):
        """Return one text about all of these lines, grouped by check."""
        texts = []
        for check, lines in self.grouped("check_id").items():
            for index, words in enumerate((CHINESE, ENGLISH)):
                rows = [words["head"], check._describe_place(words)]
                rows += [line._describe(words, index) for line in lines]
                texts.append("\n\n".join(rows))
        return "\n\n".join(texts)

    def _describe(self, words, index):
        """Return the part of the question about this line.

        :param int index: The language, as in `LEVELS`.
        """
        goods = words["goods"].format(
            goods=self.goods_no or self.product_id.default_code or "-",
            level=f"{LEVELS[self.level][index]} ({self.level})" if self.level else "-",
            lot=words["lot"].format(lot=self.lot_name) if self.lot_name else "",
        )
        numbers = words["numbers"].format(
            jd=self.jd_quantity if self.is_reported else words["missing"],
            odoo=f"{self.odoo_quantity:g}",
            difference=f"{self.difference:+g}",
        )
        rows = [goods, numbers]
        names = filter(None, self.explanation_ids.mapped("document_name"))
        if documents := words["also"].join(dict.fromkeys(names)):
            rows.append(words["documents"].format(documents=documents))
        return "\n".join(rows)


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _describe_place(self, words):
        return words["place"].format(
            department=self.warehouse_id.jd_department_no,
            warehouse=self.warehouse_id.jd_warehouse_no,
            at=self.taken_at,
        )
