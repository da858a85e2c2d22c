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
SANDBOX_HOSTS = ("127.0.0.1", "localhost", "::1")

# The protocol behind the operations, a key of `lib`.
PROTOCOL = "jdl"
CALLS_AT_ONCE = 16

# === IDENTIFIERS (open.jdl.com, unit 367; lengths from queryWarehouseInfo, 1602) === #

DEPARTMENT_PATTERN = r"EBU[0-9]+"
WAREHOUSE_PATTERN = r"11[0-9]+"
IDENTIFIER_LENGTH = 50

# === LOGIN === #

LOGIN_TIME_LIMIT = timedelta(minutes=10)
# JD documents about a year; a tenth of any lifetime is left to renew in, a month at most.
RENEWAL_SHARE = 0.1
RENEWAL_LEAD_MAXIMUM = timedelta(days=30)
# How long renewals may fail before somebody is asked to sign in.
RENEWAL_PATIENCE = timedelta(days=1)
EXPIRY_WARNING = timedelta(days=14)
LOGIN_ACTIVITY = "jd_fulfillment.mail_activity_login"
