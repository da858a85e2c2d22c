"""Many calls at once, so that JD's latency is waited for only once."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

from .api import CredentialsRefused, RetryLater, Throttled


def run_all(function, items, workers, patience=math.inf):
    """Call `function` for each item in threads; return the results in their order.

    What one call raises stands in its place among the results and disturbs no other.
    After JD asked for a pause or refused the credentials, nothing more is sent: the
    items left over share that error.

    :param function: Must not touch the ORM: a cursor belongs to one thread.
    :param patience: Seconds after which nothing more is sent either.
    """
    stopped_by = []
    ends_at = time.monotonic() + patience

    def run(item):
        if stopped_by:
            return stopped_by[0]
        if time.monotonic() > ends_at:
            return RetryLater("not sent yet: JD is slow")
        try:
            return function(item)
        except (CredentialsRefused, Throttled) as error:
            stopped_by.append(error)
            return error
        except Exception as error:  # noqa: BLE001 - one bad row must not lose the rest
            return error

    with ThreadPoolExecutor(max_workers=workers) as executor:
        return list(executor.map(run, items))
