"""JD's departments: scheduled work for each, one step at a time."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain

from ... import const
from ...lib import api as jd_api
from ..connection.jd_application import Paused
from .jd_goods import UNDECIDED

_logger = logging.getLogger(__name__)


class JdDepartment(models.Model):
    """A department of a PIN; goods belong to it, not to a warehouse.

    A worker locks the record while it works on the department; other workers go on to
    the next one.
    """

    _name = "jd.department"
    _description = "JD Department"
    _inherit = ["jd.worker.mixin"]
    _rec_name = "number"

    connector_id = fields.Many2one(
        "jd.connector", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    number = fields.Char(required=True)
    supplier_ids = fields.One2many("jd.supplier", "department_id")
    goods_request = fields.Integer(
        help="The last `goods_request` of the connection for which the goods of all "
        "products were added."
    )
    shops_request = fields.Integer(
        help="The last `goods_request` of the connection for which JD was asked for "
        "the department's shops."
    )
    has_odd_goods = fields.Boolean(
        help="JD's list of goods has rows that Odoo cannot read. A product that seems "
        "to be missing may be one of them: it is not created."
    )
    next_page = fields.Integer(
        help="The page of JD's list of goods to read next; 0 if none."
    )
    served_at = fields.Datetime(help="When the last step for this department was run.")
    unanswered = fields.Json(
        help="The name of a step → how often in a row JD did not answer it."
    )
    reading = fields.Json(
        help="The lists read in part: operation → until when they are read, the next "
        "page of each part (0 after the last), whether rows could not be read, and "
        "whether the time of a run was up."
    )
    pause_until = fields.Datetime(
        help="No calls are made for the department until then."
    )
    level_changes_until = fields.Datetime(
        help="Up to when JD was asked for level changes."
    )
    listed_until = fields.Datetime(
        help="Up to when JD was asked for orders made at JD."
    )
    listed_at = fields.Datetime(help="When JD's list was last read to its end.")

    _number_uniq = models.Constraint(
        "UNIQUE(connector_id, number)", "This department is known already."
    )

    # === CRONS === #

    @api.model
    def _cron_match_goods(self):
        """Run one step for each department that has goods or suppliers to match."""
        cron = self.env["ir.cron"]
        due = self._search_connected().filtered(
            lambda department: department._get_next_step()
        )
        left = len(due)
        for department in due:
            if self._is_patience_over():
                break
            department._process_separately(self._run_next_step)
            if not department._get_next_step():
                left -= 1
            cron._commit_progress(1, remaining=left)
        self._commit_and_retrigger("match_goods", left)

    @api.model
    def _run_next_step(self, department):
        department = department._in_responsible_lang()
        step = department._lock_available() and department._get_next_step()
        if step:
            department._run_step(step)

    @api.model
    def _for_each_department(self, name, operation, action):
        """Run a step for each department that is connected and not paused.

        Where the time of the last run was up, only for the rest of those lists.

        :param str name: A method, called on a locked department.
        :param str operation: The list that the method reads.
        :param str action: The scheduled action, as in `_trigger`.
        """

        def run(department):
            department = department._in_responsible_lang()
            if not department._is_paused() and department._lock_available():
                department._run_step(getattr(department, name))

        connected = self._search_connected()
        if self._is_patience_over():
            self._trigger(action)
            return
        stopped = connected.filtered(lambda each: each._is_stopped(operation))
        (stopped or connected)._process_each(run)

    @api.model
    def _search_connected(self):
        """Return the departments of connected PINs, those served longest ago first."""
        # A scheduled action may run out of time: without the order, the last ones
        # would never have their turn.
        return self.search(
            [("connector_id.state", "=", "connected")],
            order="served_at NULLS FIRST, id",
        )

    def _in_responsible_lang(self):
        """Return this department in the language of who is told about it."""
        return self.with_context(lang=self.connector_id._get_responsible_lang())

    def _report_unforeseen(self, reference):
        # Counts as served: the other departments come first next time.
        self.served_at = fields.Datetime.now()
        self._pause(const.UNFORESEEN_PAUSE)
        self.connector_id._report_unforeseen(reference)

    # === STEPS === #

    def _get_next_step(self):
        """Return the method that runs this department's next step, or None."""
        connector = self.connector_id
        if connector.state != "connected" or self._is_paused():
            return None
        if self.shops_request != connector.goods_request:
            return self._ask_shops
        if self.goods_request != connector.goods_request:
            return self._add_products
        return self._get_next_matching_step() or self._get_next_supplier_step()

    def _is_paused(self):
        return self.pause_until and self.pause_until > fields.Datetime.now()

    def _run_step(self, step):
        """Run a step; pause, ask for a login or give up where JD's error demands it."""
        self.served_at = fields.Datetime.now()
        try:
            step()
            self._record_answered(step.__name__)
        # Before `RetryLater`, of which these and `Throttled` are kinds.
        except jd_api.NotSent as exc:
            _logger.info("%s goes on in the next run: %s", self, exc)
        except Paused:
            self.connector_id._request_decision()
            self._pause(const.GOODS_RETRY_DELAY)
        except jd_api.CredentialsRefused as exc:
            self.connector_id._expire_login(exc.message, exc.token_fingerprint)
        except jd_api.Throttled as exc:
            self._pause(timedelta(seconds=exc.wait_seconds))
        except (jd_api.RetryLater, jd_api.OutcomeUnknown):
            self._record_unanswered(step.__name__)
        except jd_api.Refused as exc:
            self._give_up(exc)

    def _record_answered(self, name):
        """Record that JD answered a step; what was told of its silence is over."""
        if (self.unanswered or {}).get(name):
            self.unanswered = {**self.unanswered, name: 0}
            self.connector_id._close_attention(f"{self.number} {name}")

    def _record_unanswered(self, name):
        """Pause after a step that JD did not answer; tell somebody if that lasts."""
        count = (self.unanswered or {}).get(name, 0) + 1
        self.unanswered = {**(self.unanswered or {}), name: count}
        # Not the longest delay: transfers wait for these goods.
        self._pause(const.RETRY_DELAYS[min(count, len(const.RETRY_DELAYS) - 1) - 1])
        if count == const.UNANSWERED_TOLD:
            self.connector_id._request_attention(
                self.env._(
                    "JD was asked %(count)s times for the goods, suppliers or lists of "
                    "department %(number)s and gave no answer that can be read. Odoo "
                    "goes on asking; ask JD support.",
                    count=count,
                    number=self.number,
                ),
                cause=f"{self.number} {name}",
            )

    def _commit_and_relock(self):
        """Commit and lock only this department again, before JD is called.

        :raise ConcurrencyError: Another worker has locked it meanwhile.
        """
        self.env["ir.cron"]._commit_progress()
        if not self._lock_available():
            raise ConcurrencyError("Another worker has the department")

    def _report_odd_rows(self, odd_rows, activity_type):
        """Give somebody one activity about rows of JD's list that cannot be read.

        :param list odd_rows: `lib.api.OddRow`.
        :param str activity_type: External id.
        """
        if odd_rows:
            shown = [f"{row.reason}: {row.raw}" for row in odd_rows[:5]]
            self.connector_id._request_attention(
                self.env._(
                    "Rows of a list from JD that Odoo cannot read: %(count)s. All "
                    "others were processed. Show these to JD support: %(rows)s",
                    count=len(odd_rows),
                    rows=" · ".join(shown),
                ),
                activity_type,
            )

    def _pause(self, delay):
        self.pause_until = fields.Datetime.now() + delay
        self.env["jd.goods"]._trigger_matching(self.pause_until)

    def _give_up(self, error):
        """Refuse all waiting goods with JD's reason, and stop reading its list."""
        self.write({"next_page": 0, "shops_request": self.connector_id.goods_request})
        rows = self._search_rows(Domain("state", "=", "to_match"))
        if rows:
            rows._refuse(rows[0]._explain_refusal(error))
            self._recheck_orders(rows)

    def _ask_shops(self):
        """Set the shop number of warehouses, if the department has one usable shop."""
        # Of several, only the merchant knows which one a warehouse serves.
        request = self.connector_id.goods_request
        warehouses = self.connector_id.warehouse_ids.filtered(
            lambda warehouse: (
                warehouse.jd_department_no == self.number and not warehouse.jd_shop_no
            )
        )
        if warehouses:
            self._reserve_calls("shops", 1)
            shops = self.connector_id._get_operations().shops(self.number)
            usable = [s for s in shops if s.status in ("", jd_api.ShopStatus.ENABLED)]
            if len(usable) == 1 and not shops.odd_rows:
                warehouses.jd_shop_no = usable[0].number
        self.shops_request = request

    def _add_products(self):
        """Create the `jd.goods` of a batch of storable products that have none."""
        request = self.connector_id.goods_request
        rows = self.env["jd.goods"]
        wanted = self.env["product.product"].search(
            rows._get_products_domain(self.company_id)
            & Domain("is_storable", "=", True),
            order="id",
        )
        # Subtracted here: PostgreSQL may compare every row with every product.
        known = rows.search_fetch(self._get_rows_domain(), ["product_id"]).product_id
        products = (wanted - known)[: const.GOODS_ROWS_BATCH]
        rows._create_rows(self, products)
        if len(products) < const.GOODS_ROWS_BATCH:
            self.goods_request = request

    # === BUSINESS === #

    @api.model
    def _ensure(self, connector, numbers):
        """Return a connection's departments with these numbers; create missing ones."""
        known = self.search(
            [("connector_id", "=", connector.id), ("number", "in", numbers)]
        )
        missing = set(numbers) - set(known.mapped("number"))
        return known + self.create(
            [{"connector_id": connector.id, "number": number} for number in missing]
        )

    def _get_rows_domain(self):
        return self.env["jd.goods"]._get_department_domain(
            self.connector_id, self.number
        )

    def _search_rows(self, domain, limit=None, order=None):
        """Return this department's goods in a domain, without archived products."""
        domain &= self._get_rows_domain()
        return self.env["jd.goods"].search(domain, limit=limit, order=order)

    def _reserve_calls(self, operation, wanted):
        """Count calls of an operation in the day's budget, before they are made.

        :param str operation: A method of `lib.api.Operations`.
        :raise lib.api.Throttled: The day's budget does not allow all of them.
        """
        call = self.connector_id._get_call_name(operation)
        if self.connector_id._get_allowance(call, wanted) < wanted:
            raise jd_api.Throttled(
                "the day's calls are used up",
                wait_seconds=const.GOODS_BUDGET_PAUSE.total_seconds(),
                call=call,
            )
        self.connector_id._count_calls(call, wanted)

    def _recheck_orders(self, rows):
        """Schedule another check of the orders with goods matched or refused now.

        Commits first.
        """
        settled = rows.filtered(lambda row: row.state in ("matched", *UNDECIDED))
        if settled:
            # Transfers confirmed while JD answered are not in this snapshot.
            self._commit_and_relock()
            self.env["jd.order"]._recheck_waiting(settled)
