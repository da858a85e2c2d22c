"""Matches products with JD's goods: by internal reference, then by barcode."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api

# The cause of activities about codes that were changed.
HINT = "codes"


class JdGoods(models.Model):
    _inherit = "jd.goods"

    # === COMPARE === #

    def _compare(self, goods):
        """Match goods of one department by reference; keep candidates by barcode.

        :param list goods: `lib.api.Goods`.
        """
        by_reference = {row.own_number: row for row in goods if row.own_number}
        by_barcode = defaultdict(list)
        for row in goods:
            for barcode in row.barcodes:
                by_barcode[barcode].append(row)
        found = {}
        for row in self - self._refuse_twins():
            match = by_reference.get(row._get_reference())
            if match:
                found[row] = match
            # A later page of JD's list may have goods with the reference, which are the
            # better match.
            else:
                row._add_candidates(by_barcode.get(row.barcode, []))
        for row, match in found.items():
            if match.enabled is False:
                row._refuse(row._explain_disabled(match.number))
        self._match({row: match.number for row, match in found.items()})

    def _add_candidates(self, goods):
        numbers = [row.number for row in goods if row.enabled is not False]
        known = self._get_candidates()
        if not set(numbers) <= set(known):
            self.candidates = ",".join(dict.fromkeys([*known, *numbers]))

    def _get_candidates(self):
        return self.candidates.split(",") if self.candidates else []

    def _match(self, numbers):
        """Record JD's goods numbers; refuse a number that another product has.

        :param dict numbers: `jd.goods` of one department → JD's goods number.
        """
        rows = self.filtered(lambda row: row in numbers and row.state != "refused")
        if not rows:
            return
        domain = self._get_department_domain(rows.connector_id, rows[0].department_no)
        holders = self.with_context(active_test=False).search(
            domain & Domain("goods_no", "in", [numbers[row] for row in rows])
        )
        holder_by_number = {holder.goods_no: holder for holder in holders}
        for row in rows:
            number = numbers[row]
            holder = holder_by_number.setdefault(number, row)
            if holder == row:
                row._record_match(number)
            else:
                row._refuse(row._explain_held(number, holder), holder.product_id)
        rows._close_hint()

    def _record_match(self, number):
        self.write(
            self._prepare_cleared_values()
            | {
                "goods_no": number,
                "state": "matched",
                "is_awaited": False,
                "is_creation_asked": False,
                "is_creation_sent": False,
                # Created without an answer, it is found later.
                "created_no": number if self.is_creation_sent else self.created_no,
                "matched_code": self._get_code(),
            }
        )

    # === CHANGED AFTERWARDS === #

    @api.model
    def _hint_at_changed(self, products):
        """Tell somebody of matched products that got the code of another product.

        JD's goods stay those that were matched: the code may only have been corrected.
        """
        rows = self.search(
            [("product_id", "in", products.ids), ("matched_code", "!=", False)]
        ).filtered(lambda row: row.state == "matched")
        for row in rows:
            is_same = row._get_code() == row.matched_code
            row.reason = not is_same and row._explain_changed()
        rows._close_hint()
        hinted = rows.filtered("reason")
        for connector, changed in hinted.grouped("connector_id").items():
            connector._request_attention(
                self.env._(
                    "Products got another internal reference or barcode after they "
                    "were matched: %(products)s. JD goes on moving the goods they were "
                    "matched with. If they are other products now, select all of them "
                    "under JD Fulfillment ▸ Goods and click Match Again.",
                    products=self.env["jd.order"]._name_products(
                        changed.product_id[:5]
                    ),
                ),
                const.GOODS_ACTIVITY,
                cause=HINT,
            )

    def _close_hint(self):
        """Close the activity about changed codes where none is left."""
        for connector in self.connector_id:
            hinted = Domain("connector_id", "=", connector.id) & Domain(
                "state", "=", "matched"
            )
            if not self.search_count(hinted & Domain("reason", "!=", False), limit=1):
                connector._close_attention(HINT)

    def _explain_changed(self):
        return self.env._(
            "It had the code %(code)s when it was matched with JD's goods %(goods)s, "
            "which JD goes on moving. If it is another product now, click Match Again, "
            "for the product that had its code before as well.",
            code=self.matched_code,
            goods=self.goods_no,
        )

    def _refuse(self, reason, other_product=None, state="refused"):
        """Mark as refused, or as missing or unneeded.

        :param str reason: Why, and what to do, for the merchant.
        :param other_product: The product that it conflicts with.
        """
        self.write(
            self._prepare_cleared_values()
            | {
                "state": state,
                "is_creation_sent": False,
                "reason": reason,
                "other_product_id": other_product and other_product.id,
                "refused_at": fields.Datetime.now(),
                "is_awaited": False,
            }
        )

    # === DECIDE === #

    def _decide(self, *, may_create=True):
        """Match by barcode or mark for creation: JD has no goods with the reference.

        :param bool may_create: Whether JD's list could be read completely.
        """
        rows = self - self._refuse_twins()
        candidates = {row: row._get_candidates() for row in rows}
        needed = rows._filter_needed()
        for row, numbers in candidates.items():
            if len(numbers) > 1:
                row._refuse(row._explain_ambiguous(numbers))
            elif not numbers and row not in needed:
                row._refuse(row._explain_unneeded(), state="unneeded")
            elif not numbers:
                row._decide_missing(may_create)
        rows._match({row: found[0] for row, found in candidates.items() if found})

    def _decide_missing(self, may_create):
        """Mark for creation at JD if that was asked; else say what prevents it."""
        obstacle = self._get_obstacle()
        # One of the unreadable rows may be these goods: JD would overwrite them.
        if not may_create:
            obstacle = obstacle or self._explain_odd_list()
        if obstacle:
            self._refuse(obstacle)
        elif not self._is_creation_allowed():
            self._refuse(self._explain_missing(), state="missing")
        else:
            self.write(self._prepare_cleared_values() | {"state": "to_create"})

    def _refuse_twins(self):
        """Refuse and return the goods whose product shares a code with another one."""
        # JD could ship one product for the other.
        twins = self._find_twins()
        for row, (other, code) in twins.items():
            row._refuse(row._explain_twin(other, code), other)
        return self.filtered(lambda row: row in twins)

    def _find_twins(self):
        """Return goods → (another product, the reference or barcode that both have)."""
        references = list(filter(None, self.mapped("default_code")))
        barcodes = list(filter(None, self.mapped("barcode")))
        products = self.env["product.product"].search(
            self._get_products_domain(self.company_id)
            & (
                Domain("default_code", "in", references)
                | Domain("barcode", "in", barcodes)
            )
        )
        by_code = defaultdict(list)
        for product in products:
            by_code["default_code", product.default_code].append(product)
            by_code["barcode", product.barcode].append(product)
        twins = {}
        for row in self:
            for name in filter(row.__getitem__, ("barcode", "default_code")):
                others = [p for p in by_code[name, row[name]] if p != row.product_id]
                if others:
                    twins[row] = others[0], row[name]
        return twins

    # === CODES === #

    def _get_code(self):
        """Return the code by which JD's goods are found, or an empty string."""
        return self._get_reference() or self.barcode or ""

    def _get_reference(self):
        return (self.default_code or "").strip()

    @api.model
    def _is_code(self, code):
        """Tell whether JD accepts a text as reference or barcode, also in filters."""
        return len(code) <= const.GOODS_CODE_LENGTH and "," not in code

    # === EXPLANATIONS === #

    def _explain_odd_list(self):
        return self.env._(
            "JD's list of goods has rows that Odoo cannot read, and this product may "
            "be one of them: it is not created, because JD would change the goods it "
            "has. Show the rows to JD support, then click Match Again."
        )

    def _explain_disabled(self, number):
        return self.env._(
            "JD has switched its goods %(goods)s off. Ask JD support to switch them "
            "on, then click Match Again.",
            goods=number,
        )

    def _explain_held(self, number, holder):
        if not holder.product_id.active:
            return self.env._(
                "JD's goods %(goods)s belong to the archived product “%(other)s”. "
                "Restore that one, or give this product another internal reference.",
                goods=number,
                other=holder.product_id.display_name,
            )
        return self.env._(
            "JD's goods %(goods)s belong to “%(other)s” already. Give this product an "
            "internal reference and a barcode of its own.",
            goods=number,
            other=holder.product_id.display_name,
        )

    def _explain_twin(self, other, code):
        return self.env._(
            "“%(other)s” has %(code)s too. Give each product an internal reference "
            "and a barcode of its own, so that JD ships the right one.",
            other=other.display_name,
            code=code,
        )

    def _explain_ambiguous(self, numbers):
        return self.env._(
            "JD lists several goods with the barcode %(barcode)s: %(goods)s. Give the "
            "product the internal reference that the right one has at JD.",
            barcode=self.barcode,
            goods=", ".join(numbers),
        )

    def _explain_no_reference(self):
        if self.barcode:
            return self.env._(
                "JD lists no goods with the barcode %(barcode)s. Give the product an "
                "internal reference, so that they can be created at JD.",
                barcode=self.barcode,
            )
        return self.env._(
            "Give the product an internal reference, so that its goods can be found or "
            "created at JD."
        )

    def _explain_refusal(self, error):
        if isinstance(error, jd_api.PermissionRefused):
            return self.connector_id._explain_permission(None, self.department_no)
        reasons = jd_api.RefusalReason
        advice = {
            reasons.CONTENT_CHECK: self.env._(
                "Its name did not pass JD's content check: change it."
            ),
            reasons.SHELF_LIFE: self.env._("Check its expiration time."),
            reasons.GOODS_NAME: self.env._("JD does not accept its name: change it."),
        }.get(error.reason, self.env._("Correct the product, then click Match Again."))
        return self.env._(
            "JD refused this product: %(words)s (code %(code)s). %(advice)s",
            words=error.message,
            code=error.code or "-",
            advice=advice,
        )
