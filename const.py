"""What the module fixes about JD and about itself, in one place."""

from datetime import timedelta

from .lib.api import Endpoints

# === ROUTES (JD's console asks for both addresses) === #

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

# The protocol behind the operations, a key of `lib`.
PROTOCOL = "jdl"
CALLS_AT_ONCE = 16

# === IDENTIFIERS (open.jdl.com, unit 367; lengths from queryWarehouseInfo, 1602) === #

DEPARTMENT_PATTERN = r"EBU[0-9]+"
WAREHOUSE_PATTERN = r"11[0-9]+"
IDENTIFIER_LENGTH = 50

# === LOGIN === #

LOGIN_TIME_LIMIT = timedelta(minutes=10)
# JD documents about a year; a tenth of any lifetime is left to renew in, a month at
# most.
RENEWAL_SHARE = 0.1
RENEWAL_LEAD_MAXIMUM = timedelta(days=30)
# How long a worker that asks for the next token keeps the others from asking.
RENEWAL_CLAIM = timedelta(minutes=10)
# How long renewals may fail before somebody is asked to sign in.
RENEWAL_PATIENCE = timedelta(days=1)
EXPIRY_WARNING = timedelta(days=14)

# === ACTIVITIES (data/) === #

LOGIN_ACTIVITY = "jd_fulfillment.mail_activity_login"
DECISION_ACTIVITY = "jd_fulfillment.mail_activity_decision"
LEVELS_ACTIVITY = "jd_fulfillment.mail_activity_levels"
GOODS_ACTIVITY = "jd_fulfillment.mail_activity_goods"
MADE_AT_JD_ACTIVITY = "jd_fulfillment.mail_activity_foreign"

# === CALLS (open.jdl.com, unit 367: dailyCall 10,000 for most calls) === #

DAILY_CALLS = 10_000
# Left for questions that must be asked: what became of an order that JD did not answer.
RESERVED_SHARE = 0.2
# How far the pulls of a day may run ahead of the clock, as a share of the budget.
PULL_HEAD_START = 0.25

# How long a department is left alone after an error that nobody foresaw.
UNFORESEEN_PAUSE = timedelta(minutes=15)

# === GOODS (open.jdl.com, unit 367: queryGoodsInfo 1610, saveGoodsInfo 1609) === #

# Not refused, and not at JD yet.
GOODS_WAITING = ("to_match", "to_create")
# erpGoodsNo and one barcode; JD's lists of them have commas between.
GOODS_CODE_LENGTH = 50
GOODS_NAME_LENGTH = 500
# What JD's API calls "other"; the pattern is that of thirdCategoryCode.
GOODS_CATEGORY = "4159"
GOODS_CATEGORY_PATTERN = r"[0-9]{1,20}"
# Up to so many products are asked about by number, more are looked for in JD's list.
GOODS_ASK_BATCH = 200
GOODS_PAGES_AT_ONCE = 4
GOODS_ROWS_BATCH = 2_000
GOODS_DECIDE_BATCH = 1_000
GOODS_CREATE_BATCH = 100
GOODS_RETRY_DELAY = timedelta(minutes=1)
# The day's calls are used up.
GOODS_BUDGET_PAUSE = timedelta(hours=1)
# How long a refusal counts for a transfer that waits, unless the product is changed.
GOODS_REFUSAL_KEPT = timedelta(hours=1)

# === ORDERS === #

# A batch is large enough that the ORM's share of it is small. When JD is slow, what is
# not sent within CALLS_PATIENCE waits for the next run: a scheduled action must be done
# before its time is up.
CALLS_PATIENCE = 60
CHECK_BATCH = 200
PUSH_BATCH = 200
PULL_BATCH = 200
CLOSE_BATCH = 100
MESSAGE_BATCH = 500
# PostgreSQL's advisory locks of this module; "jd" in ASCII.
CLAIM_LOCK_CLASS = 0x6A64

CHECK_AGAIN = timedelta(hours=1)
# While goods or a supplier are being looked up at JD.
CHECK_SOON = timedelta(minutes=2)
RETRY_DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# JD may still be working on what it did not answer: leave it time before asking.
ASK_DELAY = timedelta(minutes=1)

# How long after the last answer an order is asked about again: a share of the time
# since JD took it, within these bounds. An order that leaves within a day costs eight
# calls.
PULL_SHARE = 0.9
PULL_SOONEST = timedelta(minutes=30)
PULL_LATEST = timedelta(hours=12)
# The pull is the safety net only while messages come in, and once goods have left.
PULL_AT_LEISURE = timedelta(hours=12)
PULL_AFTER_SHIPPING_LATEST = timedelta(days=7)
FOLLOW_SHIPPED = timedelta(days=30)
# Something is expected any minute: quantities of what has left, the answer to a cancel.
PULL_IMPATIENT = timedelta(minutes=10)
CLOSE_RETRY = timedelta(hours=1)

# addSoOrder (1596): receiverInfo.name 20, mobile or phone 30, detailAddress 100
RECEIVER_LIMITS = {"name": 20, "phone": 30, "address": 100}

# === MESSAGES === #

MESSAGE_LIMIT = 64 * 1024
MESSAGE_AGE = timedelta(minutes=10)
MESSAGES_KEPT = timedelta(days=30)
# How long a message may take before a change counts as missed.
MESSAGE_GRACE = timedelta(minutes=2)
# So many changes in a row that only a pull found mean that messages are missing.
MISSED_MESSAGES = 5
# After so long without a message, this many orders are asked about, to see whether it
# is quiet at JD or the messages are missing.
MESSAGE_SILENCE = timedelta(hours=2)
PROBE_ORDERS = 5

# === SUPPLIERS (open.jdl.com, unit 367: upsertSupplier, querySupplier) === #

SUPPLIER_BATCH = 50
# How long a refusal counts, unless the contact is changed.
SUPPLIER_REFUSAL_KEPT = timedelta(hours=1)

# === ORDERS MADE AT JD BY HAND (open.jdl.com, unit 367: queryOrderNosByPage 1581) === #

LIST_OVERLAP = timedelta(hours=1)
# With messages coming in, the list is the safety net only.
LIST_WITH_MESSAGES = timedelta(hours=12)

# JD's clock may be ahead of ours: ask for what happened a little later than now.
CLOCK_MARGIN = timedelta(minutes=1)

# === GOODS LEVELS (open.jdl.com, unit 367: queryGoodsLevelChange) === #

LEVEL_OVERLAP = timedelta(hours=1)

# === LISTS (what a row that is not understood costs) === #

# So long the time of such a row is asked for again, in case JD mends it.
ODD_ROWS_RETRIED = timedelta(days=2)
