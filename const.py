"""The constants of the module: JD's addresses and limits, and our own settings."""

from datetime import timedelta

from .lib.api import Endpoints

# === ROUTES (to be registered in JD's console) === #

CALLBACK_ROUTE = "/jd_fulfillment/oauth/callback"
MESSAGE_ROUTE = "/jd_fulfillment/message"

# === ENVIRONMENTS === #

# Hosts are fixed: open.jdl.com, access guide "OAuth" and "gateway". The address of a
# sandbox is the system parameter SANDBOX_URL_PARAMETER and must be on this machine.
ENDPOINTS = {
    "production": Endpoints(
        oauth="https://oauth.jdl.com", gateway="https://api.jdl.com"
    ),
    "test": Endpoints(
        oauth="https://uat-oauth.jdl.com", gateway="https://uat-api.jdl.com"
    ),
}
SANDBOX_URL_PARAMETER = "jd_fulfillment.sandbox_url"

# The protocol of all connections, a key of `lib._PROTOCOLS`.
PROTOCOL = "jdl"
# Enough to hide JD's latency; each call takes a thread and a connection.
CALLS_AT_ONCE = 16

# === IDENTIFIERS (open.jdl.com, unit 367; lengths from queryWarehouseInfo, 1602) === #

DEPARTMENT_PATTERN = r"EBU[0-9]+"
WAREHOUSE_PATTERN = r"11[0-9]+"
IDENTIFIER_LENGTH = 50

# === CONNECTION MODE === #

# Quick mode is for fewer orders a day than this; JD names no mode for exactly as many,
# and the shared application must not be the one that has too many.
QUICK_ORDERS_LIMIT = 1_000
QUICK_ORDERS_WARNING = 800
# The last days whose deliveries are counted: the current pace, and longer.
ADVICE_DAYS = (30, 90)
# Averages below this are shown with a decimal.
ROUND_FROM = 10

# === LOGIN === #

LOGIN_TIME_LIMIT = timedelta(minutes=10)
# JD's tokens live about a year. They are renewed in the last tenth of their life, a
# month before the end at the earliest.
RENEWAL_SHARE = 0.1
RENEWAL_LEAD_MAXIMUM = timedelta(days=30)
# How long a worker may hold a renewal before another one tries.
RENEWAL_CLAIM = timedelta(minutes=10)
# How long renewals may fail before somebody is asked to sign in again.
RENEWAL_PATIENCE = timedelta(days=1)
EXPIRY_WARNING = timedelta(days=14)

# === ACTIVITIES (data/) === #

LOGIN_ACTIVITY = "jd_fulfillment.mail_activity_login"
DECISION_ACTIVITY = "jd_fulfillment.mail_activity_decision"
MODE_ACTIVITY = "jd_fulfillment.mail_activity_mode"
LEVELS_ACTIVITY = "jd_fulfillment.mail_activity_levels"
GOODS_ACTIVITY = "jd_fulfillment.mail_activity_goods"
MADE_AT_JD_ACTIVITY = "jd_fulfillment.mail_activity_foreign"
STOCK_CHECK_ACTIVITY = "jd_fulfillment.mail_activity_stock_check"

# After this time a connection's user is told again what was marked as done.
TOLD_AGAIN = timedelta(days=7)
# The time between two e-mails with all that is open.
ALERT_EMAILS = timedelta(days=1)

# === SCHEDULED ACTIONS (data/ir_cron_data.xml) === #

ACTIONS = {
    *("renew_tokens", "check_logins", "match_goods", "push_orders", "follow_orders"),
    *("process_messages", "close_orders", "list_orders", "pull_level_changes"),
    *("send_confirmations", "check_stock", "accept_stock", "update_alerts"),
    "learn_lead_times",
}
# Those that share the work on orders where somebody adds a worker.
SHARED_ACTIONS = (
    *("push_orders", "follow_orders", "process_messages"),
    *("close_orders", "send_confirmations"),
)
# How long an action may be overdue before somebody is told.
ACTION_OVERDUE = timedelta(hours=1)

# Limits of Odoo's that end an action before it is done; see PASS_PATIENCE.
ACTION_TIME_LEAST = timedelta(seconds=120)
ACTION_CPU_LEAST = timedelta(seconds=60)
# JD accepts calls whose time differs from its own by six minutes (another page: ten).
CLOCK_WARNING = timedelta(minutes=2)

# === CALLS (open.jdl.com, unit 367: dailyCall 10,000 for most calls) === #

DAILY_CALLS = 10_000
# Kept for orders with an unknown outcome: asking about them must not have to wait.
RESERVED_SHARE = 0.2
# How far the pulls of a day may run ahead of the time, as a share of the budget.
PULL_HEAD_START = 0.25

# Seconds in which a run of a scheduled action begins calls, in all its batches and
# repetitions; what is left waits for the next run.
RUN_PATIENCE = 25
# The same for all actions that a worker runs in a row, counted from the first of them.
# Odoo kills it if together they take 120 s, and the last calls begun may take half a
# minute each. Some actions have another limit (`jd_patience` in ir_cron_data.xml):
# sending and following come first and leave the others some time; what makes no calls
# comes last and goes on longer, as far as a worker's 60 s of CPU allow.
PASS_PATIENCE = 45
# How many questions or requests in a row JD leaves without a readable answer, before
# somebody is told. With the delays between them, this is after some four hours.
UNANSWERED_TOLD = 7
# How many attempts to send an order may fail in a row, before somebody is told that JD
# accepts no orders. With the delays between them, this is after some 20 minutes.
NOT_ACCEPTED_TOLD = 4

# How long a department is paused after an unexpected error.
UNFORESEEN_PAUSE = timedelta(minutes=15)

# === GOODS (open.jdl.com, unit 367: queryGoodsInfo 1610, saveGoodsInfo 1609) === #

# The states of goods whose match is still open.
GOODS_WAITING = ("to_match", "to_create")
# The length of erpGoodsNo and of one barcode. Filters separate codes by commas.
GOODS_CODE_LENGTH = 50
GOODS_NAME_LENGTH = 500
# The category "other" at JD; the pattern is that of thirdCategoryCode.
GOODS_CATEGORY = "4159"
GOODS_CATEGORY_PATTERN = r"[0-9]{1,20}"
# Up to this many products are looked up by code; for more, JD's whole list is read.
GOODS_ASK_BATCH = 200
GOODS_PAGES_AT_ONCE = 4
GOODS_ROWS_BATCH = 2_000
GOODS_DECIDE_BATCH = 1_000
GOODS_CREATE_BATCH = 100
GOODS_RETRY_DELAY = timedelta(minutes=1)
# How long goods wait after the day's calls are used up.
GOODS_BUDGET_PAUSE = timedelta(hours=1)
# After this time a transfer that needs refused goods has them matched again.
GOODS_REFUSAL_KEPT = timedelta(hours=1)

# === ORDERS === #

# Batches are large enough to make the ORM's overhead small.
CHECK_BATCH = 200
# Of so many transfers that become ready at once, whoever confirms them sees the
# problems right away; of more, the scheduled action finds them, and nobody waits.
CHECK_AT_ONCE = 50
PUSH_BATCH = 200
PULL_BATCH = 200
CLOSE_BATCH = 100
CONFIRM_BATCH = 100
MESSAGE_BATCH = 500
# The first key of our advisory locks in PostgreSQL: "jd" in ASCII.
CLAIM_LOCK_CLASS = 0x6A64

# How often a draft with problems is checked again without a hint.
CHECK_AGAIN = timedelta(hours=1)
# The same while its goods or supplier are being looked up at JD.
CHECK_SOON = timedelta(minutes=2)
# After each attempt in a row that failed; the last one repeats.
RETRY_DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# JD may still be working on an order that it did not answer: ask a little later.
ASK_DELAY = timedelta(minutes=1)

# The time between two pulls of an order: a share of the time since JD accepted it,
# within these bounds.
PULL_SHARE = 0.9
PULL_SOONEST = timedelta(minutes=30)
PULL_LATEST = timedelta(hours=12)
# How many questions an order may take until its goods have moved, where the day's calls
# allow it: more would be no help.
PULL_QUESTIONS = 2
# The longest wait where it is known how long the warehouse takes.
PULL_LEARNT_LATEST = timedelta(days=2)
# Pulled rarely: while messages arrive, and after the goods have left.
PULL_AT_LEISURE = timedelta(hours=12)
PULL_AFTER_SHIPPING_LATEST = timedelta(days=7)
FOLLOW_SHIPPED = timedelta(days=30)
# An answer is due any minute: the shipped quantities, or the result of a cancellation.
PULL_IMPATIENT = timedelta(minutes=10)
# No status, and so no message, says that JD has counted a part of an order.
PULL_PARTS = timedelta(hours=2)
# Into how many orders JD may split one, parts of parts included: each is asked for.
SPLIT_PARTS_MOST = 50
# When a last question that the day's calls never allowed is given up.
PULL_OVERDUE = timedelta(days=1)
# What orders may always use of a day's calls whose goods have left.
PULL_AFTER_SHIPPING_SHARE = 0.02
# How long JD may owe the pieces of what has left or arrived, before somebody is told.
QUANTITIES_OVERDUE = timedelta(days=1)
# How long JD may take to decide about a cancel, before somebody is told.
CANCEL_OVERDUE = timedelta(days=1)
# After closing a transfer failed: usually somebody must correct something first.
CLOSE_RETRY = timedelta(hours=1)
# A worker that tells a customer for longer has died: Odoo ends it after 15 minutes.
CONFIRM_PATIENCE = timedelta(minutes=20)

# After so long without news JD is asked whether it names a problem, and when again: a
# call answers for a hundred orders (queryExceptionOrderList 1909).
STANDSTILL = timedelta(days=1)
STANDSTILL_ASKED_AGAIN = timedelta(days=1)

# === LEAD TIMES (lib/lead_times.py) === #

# Of other kinds JD does not tell when something happened.
LEAD_TIMES_KINDS = ("outbound",)
# The last weeks, of which each ten minutes teach as much.
LEAD_TIMES_LEARNT = timedelta(weeks=4)
LEAD_TIMES_SLOT = timedelta(minutes=10)
LEAD_TIMES_SLOT_ORDERS = 6
# For how many seconds the number of orders a day is kept.
ORDERS_COUNTED_FOR = 600

# addSoOrder (1596): receiverInfo.name 20, mobile or phone 30, detailAddress 100
RECEIVER_LIMITS = {"name": 20, "phone": 30, "address": 100}

# === TRACKING === #

# Where people look parcels up; many integrators link to it. The waybill follows.
TRACKING_URL = "https://www.jdl.com/orderSearch/?waybillCodes="

# === MESSAGES === #

MESSAGE_LIMIT = 64 * 1024
MESSAGE_AGE = timedelta(minutes=10)
# How long a message without our number waits for an order that JD has not answered.
MESSAGE_HELD = timedelta(hours=1)
# How exactly the time of the last message is kept.
MESSAGE_NOTED = timedelta(seconds=30)
# How long a message may take before it counts as missed.
MESSAGE_GRACE = timedelta(minutes=2)
# After this many changes in a row without a message, messages count as not arriving.
MISSED_MESSAGES = 5
# After this time without a message, this many orders are pulled: this shows whether
# nothing has changed at JD, or the messages are not arriving.
MESSAGE_SILENCE = timedelta(hours=2)
PROBE_ORDERS = 5

# === SUPPLIERS (open.jdl.com, unit 367: upsertSupplier, querySupplier) === #

SUPPLIER_BATCH = 50
# After this time a refused supplier is looked up again when an order needs it.
SUPPLIER_REFUSAL_KEPT = timedelta(hours=1)

# === ORDERS MADE AT JD BY HAND (open.jdl.com, unit 367: queryOrderNosByPage 1581) === #

# Each list begins before the end of the last one: JD may list an order late.
LIST_OVERLAP = timedelta(hours=1)
# While messages arrive, they name such orders: the list is asked for rarely.
LIST_WITH_MESSAGES = timedelta(hours=12)
# The list names no goods: of how many orders a run asks for them, and when again.
FOREIGN_BATCH = 50
FOREIGN_ASKED_AGAIN = timedelta(hours=1)

# JD's clock may be ahead of ours: lists are asked for up to a little after now.
CLOCK_MARGIN = timedelta(minutes=1)

# === GOODS LEVELS (open.jdl.com, unit 367: queryGoodsLevelChange) === #

# As LIST_OVERLAP.
LEVEL_OVERLAP = timedelta(hours=1)

# === STOCK CHECKS (open.jdl.com, unit 367: queryStock 1612, queryCheckStock 1576) === #

# A reading that takes longer is begun anew: its pages are not of one instant.
STOCK_READING_LIMIT = timedelta(minutes=30)
# How often a reading is begun anew, or JD gives no readable answer, before the check
# ends as incomplete.
STOCK_READING_ATTEMPTS = 3
STOCK_RETRY_DELAY = timedelta(minutes=5)
# How long a check may wait for calls that the day's budget does not allow.
STOCK_CALLS_PATIENCE = timedelta(days=2)
STOCK_PAGES_AT_ONCE = 16
# When goods that moved during a check are compared again, alone.
STOCK_RECOUNT_DELAY = timedelta(minutes=15)
# More goods than these are not asked for again: what moved waits for the next check.
STOCK_AGAIN_LIMIT = 5_000
# How many orders made at JD a check asks for what they moved.
STOCK_FOREIGN_ORDERS = 50
# How many open orders with goods that differ are asked about, those asked longest ago.
STOCK_ORDERS_ASKED = 500
# What began so long before the books agreed may have been committed after it.
STOCK_AGREED_MARGIN = timedelta(minutes=10)
# How many earlier checks are searched for the last one that agreed.
STOCK_CHECKS_LOOKED_AT = 60
# How far back JD's own counts are asked for at most.
STOCK_COUNTS_KEPT = timedelta(days=90)
# The time zone of a warehouse whose address and company name none.
JD_TZ = "Asia/Shanghai"
# How old the numbers of a check may be for JD's to be accepted.
STOCK_ACCEPT_LIMIT = timedelta(days=1)
# How many differences are accepted while the user waits; more are left to the scheduled
# action, which takes them in batches.
STOCK_ACCEPT_AT_ONCE = 100
STOCK_ACCEPT_BATCH = 100
# How long checks and their lines are kept; the latest of a warehouse always is.
STOCK_CHECKS_KEPT = timedelta(days=365)

# === HOW LONG HISTORY IS KEPT === #

RETENTION_PARAMETER = "jd_fulfillment.{}_kept"
# Unless an administrator sets other numbers of days; 0 keeps them for ever.
RETENTION = {
    "messages": timedelta(days=30),
    "foreign_orders": timedelta(days=365),
    "events": timedelta(days=180),
}
# What is needed until then: JD sends messages again, names an order again that was made
# there, and reports statuses of orders that it is still asked about.
RETENTION_LEAST = {
    "messages": timedelta(days=7),
    "foreign_orders": timedelta(days=90),
    "events": 2 * FOLLOW_SHIPPED,
}
DELETE_BATCH = 10_000

# === LISTS WITH ROWS THAT CANNOT BE READ === #

# How long the same period is asked for again, in case JD corrects the row.
ODD_ROWS_RETRIED = timedelta(days=2)
