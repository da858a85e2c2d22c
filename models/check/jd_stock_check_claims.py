"""What could explain a check's differences: documents of Odoo, and what JD reports."""

from datetime import time, timedelta
from functools import partial

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...lib.stock_diff import Claim, find_pack
from .claims import Causes

# In UTC.
_BEIJING_MIDNIGHT = time(16)


class JdStockCheck(models.Model):
    _inherit = "jd.stock.check"

    def _get_claims(self, differences, counts=()):
        """Return what could explain differences, as `lib.stock_diff.Claim` records.

        JD is asked nothing here, and no query is made for each place. What happened
        before a place last agreed is left out, except documents that are still open.

        :param differences: Place → (JD's number or None, Odoo's number).
        :param counts: JD's own counts, as `lib.api.StockCount` records.
        """
        if not differences:
            return []
        self.ensure_one()
        self = self.sudo()  # whoever starts a check may lack access to its documents
        start = self.connector_id.create_date
        since = self._get_agreed_since(list(differences))
        causes = Causes(differences, since, start)
        self._add_open_orders(causes)
        self._add_parcels(causes)
        self._add_ended_orders(causes)
        self._add_moves_during_check(causes)
        self._add_moves_in_odoo_only(causes)
        self._add_level_changes(causes)
        self._add_foreign_orders(causes)
        self._add_shared_goods(causes)
        self._add_other_departments(causes)
        next_run = self._get_action("close_orders").nextcall
        return [
            *causes.get_claims(partial(self._describe_cause, next_run)),
            *self._get_count_claims(causes, counts),
            *self._get_unknown_claims(differences),
            *self._get_decided_claims(causes),
        ]

    # === LEVELS === #

    def _add_level_changes(self, causes):
        """Add the level changes that Odoo could not take over."""
        changes = self.env["jd.level.change"].search(
            [
                ("department_id.connector_id", "=", self.connector_id.id),
                ("department_id.number", "=", self.warehouse_id.jd_department_no),
                ("warehouse_no", "=", self.warehouse_id.jd_warehouse_no),
                ("state", "=", "to_fix"),
                ("quantity", ">", 0),
            ]
        )
        # Goods that were matched since: the change names no product yet.
        products = self._find_products(set(changes.mapped("goods_no")))
        for change in changes:
            old, new = (
                self.warehouse_id._jd_get_level_group(level)
                for level in (change.old_level, change.new_level)
            )
            if old == new:
                continue
            for level, sign in ((old, -1), (new, 1)):
                causes.add(
                    "level_change",
                    change,
                    change.product_id.id
                    or products.get(change.goods_no, change.goods_no),
                    level,
                    change.lot_name,
                    sign * change.quantity,
                )

    def _find_products(self, numbers):
        """Return JD's goods number → product id, for those that have a product."""
        if not numbers:
            return {}
        rows = self._search_goods([("goods_no", "in", list(numbers))])
        return {row.goods_no: row.product_id.id for row in rows}

    # === COUNTS BY JD === #

    def _get_count_claims(self, causes, counts):
        """Return a claim for each of JD's counts since its goods last agreed.

        A count names no level: it may be about any.
        """
        numbers = self._find_products({count.goods_number for count in counts})
        settled = self._get_settled_counts(causes, counts)
        claims = []
        for count in counts:
            goods = numbers.get(count.goods_number, count.goods_number)
            if (goods, count.number) in settled:
                continue
            place = causes.find(
                goods,
                "",
                count.lot.number if count.lot else "",
                self._get_counted_by(count),
            )
            if place and count.quantity:
                evidence = self._explain_count(count)
                claims.append(
                    Claim(
                        "jd_count",
                        place,
                        count.quantity,
                        number=count.number,
                        evidence=evidence,
                    )
                )
        return claims

    def _get_settled_counts(self, causes, counts):
        """Return (product id, number) of the counts that an accepted number includes.

        JD may name the day only on which it counted.
        """
        rows = self.env["jd.stock.check.explanation"].search(
            [
                ("check_id.warehouse_id", "=", self.warehouse_id.id),
                ("line_id.state", "=", "accepted"),
                ("kind", "=", "jd_count"),
                ("product_id", "in", causes.product_ids),
                ("document_name", "in", [count.number for count in counts]),
            ]
        )
        return {(row.product_id.id, row.document_name) for row in rows}

    def _get_counted_by(self, count):
        """Return by when JD had counted: the day's end where it names only the day."""
        is_day = count.at and count.at.time() == _BEIJING_MIDNIGHT
        return count.at + timedelta(days=1) if is_day else count.at

    def _explain_count(self, count):
        return self.env._(
            "JD's count %(number)s of %(time)s: %(pieces)s pieces. JD's reason: "
            "%(reason)s",
            number=count.number,
            time=self._format_time(count.at),
            pieces=f"{count.quantity:+g}",
            reason=count.reason or self.env._("none given"),
        )

    # === GOODS === #

    def _get_unknown_claims(self, differences):
        """Return a claim for each of JD's goods that no product is matched with."""
        return [
            Claim(
                "unknown_goods",
                place,
                (number or 0) - quantity,
                None,
                self.env._(
                    "JD holds %(pieces)s of its goods %(number)s, and no product is "
                    "matched with them.",
                    pieces=f"{number or 0:g}",
                    number=place.goods,
                ),
            )
            for place, (number, quantity) in differences.items()
            if isinstance(place.goods, str)
        ]

    def _format_time(self, moment):
        if not moment:
            return self.env._("a time that JD does not name")
        return format_datetime(self.env, moment)

    # === DECISIONS === #

    def _get_decided_claims(self, causes):
        """Return a claim for each place whose difference somebody knows already.

        It holds for exactly the pieces that were unexplained then.
        """
        numbers = [p.goods for p in causes.differences if isinstance(p.goods, str)]
        lines = self.env["jd.stock.check.line"].search(
            Domain("warehouse_id", "=", self.warehouse_id.id)
            & Domain("check_id", "!=", self.id)
            & Domain("state", "in", ("kept", "asked"))
            & (
                Domain("product_id", "in", causes.product_ids)
                | Domain("goods_no", "in", numbers) & Domain("product_id", "=", False)
            ),
            order="taken_at, id",
        )
        latest = {}
        for line in lines:
            place = line._get_place()
            if causes.find(*place, line.decided_at or line.taken_at) == place:
                latest[place] = line
        return [
            Claim(
                "decided",
                place,
                line.unexplained,
                (line._name, line.id),
                self._explain_decision(line),
            )
            for place, line in latest.items()
        ]

    def _explain_decision(self, line):
        facts = {
            "pieces": f"{line.unexplained:+g}",
            "time": self._format_time(line.decided_at or line.taken_at),
            "user": line.decided_by.name or "",
            "reason": line.reason or "",
        }
        if line.state == "asked":
            return self.env._(
                "JD was asked about the same %(pieces)s on %(time)s by %(user)s.",
                **facts,
            )
        return self.env._(
            "The same %(pieces)s, kept on %(time)s by %(user)s: %(reason)s", **facts
        )

    # === EVIDENCE === #

    def _get_evidence(self, part):
        """Return what shows a `lib.stock_diff.Part`, in the merchant's words."""
        claim, pieces = part.claim, f"{abs(part.quantity):g}"
        if claim.kind == "unit":
            sizes = self._get_packs([claim.place]).get(claim.place.goods, ())
            size = find_pack(part.quantity, sizes)
            return self.env._(
                "The difference is exactly %(count)s times a pack of %(size)s.",
                count=f"{abs(part.quantity) / size:g}",
                size=f"{size:g}",
            )
        if claim.kind == "lot":
            return self.env._(
                "%(pieces)s pieces that other lots of the same product and level have "
                "the other way round: the sum agrees.",
                pieces=pieces,
            )
        return claim.evidence

    def _describe_cause(self, next_run, cause, pieces, moment):
        """Return the evidence of a cause, and when it ends by itself or None.

        :param next_run: When transfers are closed next.
        """
        document = cause.document
        # The name of a move is only its places.
        is_move = document._name == "stock.move"
        facts = {
            "pieces": f"{abs(pieces):g}",
            "name": document.reference if is_move else document.display_name,
            "time": self._format_time(moment),
        }
        if document._name == "jd.order":
            return self._describe_order(cause, facts, next_run)
        if cause.kind == "level_change":
            return self._explain_level_change(document, facts), None
        if cause.kind == "foreign_order":
            return self._explain_foreign_order(document, facts), None
        if cause.kind == "shared_goods":
            return self._explain_shared(cause, pieces), None
        return self._explain_move(cause, pieces, facts), None

    def _explain_level_change(self, change, facts):
        return self.env._(
            "JD moved %(pieces)s from %(old)s to %(new)s with %(name)s on %(time)s. "
            "%(problem)s",
            **facts
            | {
                "time": self._format_time(change.happened_at),
                "old": change.old_level_name,
                "new": change.new_level_name,
                "problem": change.problem or "",
            },
        )

    def _explain_foreign_order(self, order, facts):
        return self.env._(
            "%(name)s was made at JD, moved %(pieces)s on %(time)s and has no transfer "
            "in Odoo.",
            **facts,
        )
