"""The page of JD on which people follow a parcel."""

from urllib.parse import quote

from ... import const


def get_tracking_url(waybill):
    """Return the address of JD's page about a waybill."""
    return const.TRACKING_URL + quote(waybill, safe="")
