"""Goods that JD does not have: which of them are needed there, and creating them."""

from odoo import models
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api
from ..mixins.jd_worker_mixin import to_user_error


class JdGoods(models.Model):
    _inherit = "jd.goods"

    # === WHICH === #

    def _filter_needed(self):
        """Return those of these goods that JD ships, or is to keep.

        Their products are for sale, or have been in a JD warehouse of the connection or
        on a transfer there, or somebody asked for them.
        """
        needed = self.filtered(
            lambda row: (
                row.is_awaited or row.is_creation_asked or row.product_id.sale_ok
            )
        )
        rest = self - needed
        moved = rest._find_moved_products() if rest else rest.product_id
        return needed + rest.filtered(lambda row: row.product_id in moved)

    def _find_moved_products(self):
        """Return the products with moves into or out of the connection's warehouses."""
        warehouses = self.connector_id.warehouse_ids
        places = warehouses.view_location_id + warehouses.jd_level_location_ids
        rows = self.env["stock.move"]._read_group(
            Domain("product_id", "in", self.product_id.ids)
            & Domain("state", "!=", "cancel")
            & (
                Domain("location_id", "child_of", places.ids)
                | Domain("location_dest_id", "child_of", places.ids)
            ),
            ["product_id"],
        )
        return self.product_id.browse().union(*(product for [product] in rows))

    def _is_creation_allowed(self):
        return self.is_creation_asked or self.connector_id.create_missing_goods

    # === CREATE === #

    def _get_obstacle(self):
        """Return why this product cannot be created at JD, or None."""
        reference = self._get_reference()
        if not reference:
            return self._explain_no_reference()
        if any(not self._is_code(code) for code in (reference, self.barcode or "")):
            return self.env._(
                "JD accepts internal references and barcodes of at most %(length)s "
                "characters and without commas. Shorten the one of this product.",
                length=const.GOODS_CODE_LENGTH,
            )
        return None

    def _prepare_new_goods(self):
        """Return the `lib.api.NewGoods` to create this product at JD.

        Without a barcode, which JD requires, the reference is sent as barcode.
        """
        product = self.product_id.with_context(
            display_default_code=False, lang=self.company_id.partner_id.lang
        )
        days = self._get_shelf_life_days()
        connector = self.connector_id
        return jd_api.NewGoods(
            own_number=self._get_reference(),
            name=product.display_name[: const.GOODS_NAME_LENGTH],
            barcodes=(self.barcode or self._get_reference(),),
            category=product.categ_id._get_jd_category_no()
            or connector.goods_category_no,
            shelf_life_days=days,
            inbound_threshold=connector.inbound_threshold if days else None,
            outbound_threshold=connector.outbound_threshold if days else None,
            batch_managed=product.tracking == "lot",
            serial_managed=product.tracking == "serial",
        )

    def _get_shelf_life_days(self):
        product = self.product_id
        if "use_expiration_date" in product._fields and product.use_expiration_date:
            return product.expiration_time  # with product_expiry
        return 0

    def _record_created(self, results):
        """Record JD's answers to creations.

        :param dict results: `jd.goods` → JD's goods number, or the error.
        """
        numbers = {}
        for row, result in results.items():
            if isinstance(result, str):
                numbers[row] = result
            elif isinstance(result, jd_api.Refused):
                row._refuse(row._explain_refusal(result))
            elif isinstance(result, jd_api.RetryLater | jd_api.CredentialsRefused):
                # JD did nothing; others stay `to_match`.
                row.write({"state": "to_create", "is_creation_sent": False})
            elif not isinstance(result, jd_api.JdError):
                row._refuse(str(to_user_error(row, result)))
        self._match(numbers)

    # === EXPLANATIONS === #

    def _explain_unneeded(self):
        return self.env._(
            "Not for sale, and never in stock or on a transfer of a JD warehouse: it "
            "is not created at JD. Click Create at JD if JD is to keep it."
        )

    def _explain_missing(self):
        codes = filter(None, [self._get_reference(), self.barcode])
        return self.env._(
            "JD lists no goods with %(codes)s. A JD manager can have them created with "
            "“Create at JD”, or match again once JD has them.",
            codes=", ".join(dict.fromkeys(codes)),
        )

    def _explain_creation_asked(self):
        """Return that these goods will be created, and when, for the merchant."""
        allowed = 0
        for connector, rows in self.grouped("connector_id").items():
            call = connector._get_call_name("create_goods")
            allowed += connector._get_allowance(call, len(rows))
        if allowed == len(self):
            return self.env._(
                "Being created at JD: %(count)s. The connection shows how far that is.",
                count=allowed,
            )
        return self.env._(
            "Being created at JD: %(allowed)s today, as many as it still allows, and "
            "%(left)s on the next days, by themselves.",
            allowed=allowed,
            left=len(self) - allowed,
        )
