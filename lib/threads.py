"""Runs many calls in threads, so that their waiting times overlap."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

from .api import CredentialsRefused, RetryLater, Throttled


def run_all(function, items, workers, patience=math.inf):
    """Call `function` for each item in threads; return the results in their order.

    An exception is returned as the result of its item; the other calls go on. After JD
    asked for a pause or refused the credentials, no further call is made: the items
    left over get that error as their result.

    :param function: Must not use the ORM: a cursor belongs to one thread.
    :param int workers: How many threads.
    :param patience: Seconds after which no further call is made; the items left over
        get a `RetryLater`.
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
        # JD would refuse the next calls as well, and count them.
        except (CredentialsRefused, Throttled) as error:
            stopped_by.append(error)
            return error
        except Exception as error:  # noqa: BLE001 - one bad row must not lose the rest
            return error

    with ThreadPoolExecutor(max_workers=workers) as executor:
        return list(executor.map(run, items))
