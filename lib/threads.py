"""Runs many calls in threads, so that their waiting times overlap."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .api import CredentialsRefused, NotSent, Throttled


def run_all(function, items, workers, patience=math.inf):
    """Call `function` for each item in threads; return the results in their order.

    An exception is returned as the result of its item; the other calls go on. After JD
    asked for a pause or refused the credentials, no further call is made: the items
    left over get a `NotSent` as their result.

    :param function: Must not use the ORM: a cursor belongs to one thread.
    :param int workers: How many threads.
    :param patience: Seconds after which no further call is made, either.
    """
    stopped_by = []
    ends_at = time.monotonic() + patience

    def run(item):
        if stopped_by:
            return NotSent("not sent", stopped_by=stopped_by[0])
        if time.monotonic() > ends_at:
            return NotSent("not sent yet: JD is slow")
        try:
            return function(item)
        # JD would refuse the next calls as well, and count them.
        except (CredentialsRefused, Throttled) as error:
            stopped_by.append(error)
            return error
        except Exception as error:  # noqa: BLE001 - one bad row must not lose the rest
            return error

    dbname = getattr(threading.current_thread(), "dbname", None)
    with ThreadPoolExecutor(workers, "jd", _name_database, (dbname,)) as executor:
        return list(executor.map(run, items))


def _name_database(dbname):
    """Have the log name the database in what this thread writes."""
    if dbname:
        threading.current_thread().dbname = dbname
