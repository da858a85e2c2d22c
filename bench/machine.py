"""What the measurements ran on."""

import os
import platform
from pathlib import Path

from odoo import release, sql_db


def describe():
    with sql_db.db_connect("postgres").cursor() as cr:
        cr.execute("SHOW server_version")
        [postgresql] = cr.fetchone()
    return [
        ("Processor", _processor()),
        ("Cores", os.cpu_count()),
        ("Load before", f"{os.getloadavg()[0]:.1f}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", postgresql),
        ("Odoo", release.version),
    ]


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
