"""What a day looks like every few seconds: queues, processor, memory, database."""

import csv
import threading
import time
from collections import Counter
from contextlib import suppress

import psutil

EVERY_SECONDS = 5
COLUMNS = (
    *("seconds", "confirmed", "not_at_jd", "at_jd", "shipped_not_closed", "closed"),
    *("messages_waiting", "odoo_cpu", "postgres_cpu", "sandbox_cpu", "all_cpu"),
    *("odoo_mb", "largest_worker_mb", "database_mb"),
)
COUNTS = """
    SELECT count(*),
           count(*) FILTER (WHERE accepted_at IS NULL),
           count(*) FILTER (WHERE accepted_at IS NOT NULL AND state != 'done'),
           count(*) FILTER (WHERE is_closable IS TRUE),
           count(*) FILTER (WHERE state = 'done'),
           (SELECT count(*) FROM jd_message WHERE state = 'new'),
           pg_database_size(current_database())
      FROM jd_order WHERE picking_id = ANY(%s)"""
MB = 1 << 20


class Series:
    """Takes a row of COLUMNS every few seconds while its block runs.

    Processor columns are seconds since the row before, of all cores together.
    """

    def __init__(self, world, picking_ids):
        self._world, self._pickings = world, picking_ids
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._known = {}  # process → the seconds it had used
        self.rows = []

    def __enter__(self):
        self._used = self._count_cpu()
        self._machine = _count_machine()
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._stopping.set()
        self._thread.join()
        self._take()

    @property
    def postgres_seconds(self):
        return sum(row["postgres_cpu"] for row in self.rows)

    def count_open(self):
        return len(self._pickings) - (self.rows[-1]["closed"] if self.rows else 0)

    def get_most(self, column):
        return max(row[column] for row in self.rows)

    def _watch(self):
        while not self._stopping.wait(EVERY_SECONDS):
            self._take()

    def _take(self):
        with self._world.odoo.connection() as cr:
            cr.execute(COUNTS, [self._pickings])
            *counts, size = cr.fetchone()
        used, machine = self._count_cpu(), _count_machine()
        spent = [used[name] - self._used[name] for name in ("odoo", "postgres", "jd")]
        spent.append(machine - self._machine)
        self._used, self._machine = used, machine
        sizes = list(self._read_sizes())
        seconds = time.monotonic() - self._started
        values = (
            *(round(seconds), *counts),
            *(round(each, 2) for each in spent),
            *(sum(sizes) // MB, max(sizes) // MB, size // MB),
        )
        self.rows.append(dict(zip(COLUMNS, values, strict=True)))

    def _count_cpu(self):
        """Return who → seconds of the processor, of processes that ended as well."""
        for who, processes in (
            ("odoo", self._find_odoo()),
            ("postgres", _find_postgres(self._world.odoo.database)),
            ("jd", [psutil.Process(self._world.sandbox.pid)]),
        ):
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    self._known[who, process] = times.user + times.system
        total = Counter()
        for (who, _process), seconds in self._known.items():
            total[who] += seconds
        return total

    def _read_sizes(self):
        for process in self._find_odoo():
            with suppress(psutil.NoSuchProcess):
                yield process.memory_info().rss

    def _find_odoo(self):
        master = psutil.Process(self._world.odoo.pid)
        return [master, *master.children(recursive=True)]

    def write(self, path):
        path.parent.mkdir(exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)

    def draw(self, title):
        """Return a Mermaid chart of what waits, which Markdown can show."""
        rows = self.rows[:: max(1, len(self.rows) // 60)]
        minutes = self.rows[-1]["seconds"] / 60

        def line(column):
            return f"    line [{', '.join(str(row[column]) for row in rows)}]"

        return "\n".join(
            (
                *("```mermaid", "xychart-beta"),
                f'    title "{title}: not at JD yet; shipped and not closed"',
                f'    x-axis "minutes" 0 --> {minutes:.1f}',
                '    y-axis "orders"',
                *(line("not_at_jd"), line("shipped_not_closed"), "```"),
            )
        )


def _find_postgres(database):
    """Return PostgreSQL's processes that serve a database, or write for all."""
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if words.startswith("postgres:") and (
            f" {database} " in words or "writer" in words or "checkpointer" in words
        ):
            yield process


def _count_machine():
    times = psutil.cpu_times()
    return sum(times) - times.idle - times.iowait - times.guest - times.guest_nice
