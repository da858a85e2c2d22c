"""What the processor does for each address and each scheduled action.

Each use is a line of the file that JD_BENCH_CPU names: its name and its seconds of the
processor. It counts the whole process, threads included: one thing at a time runs in
the workers of prefork mode.
"""

import os
import time
from functools import wraps

from odoo.http import Application

from odoo.addons.base.models.ir_cron import IrCron

FILE = os.environ.get("JD_BENCH_CPU")


def install():
    if FILE:
        Application.__call__ = _count(Application.__call__, _name_address)
        IrCron._callback = _count(IrCron._callback, _name_action)


def _count(work, name):
    @wraps(work)
    def counted(*args):
        started = time.process_time()
        try:
            return work(*args)
        finally:
            _write(name(*args), time.process_time() - started)

    return counted


def _name_address(_application, environ, _start_response):
    return environ["PATH_INFO"]


def _name_action(_crons, name, *_others):
    return name


def _write(name, seconds):
    # A short line that is appended is not mixed with those of other processes.
    with open(FILE, "a") as file:
        file.write(f"{name}\t{seconds:.6f}\n")
