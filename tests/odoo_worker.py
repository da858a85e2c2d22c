"""The program of a worker of Odoo's scheduled actions; see `worker_process`.

Started with the database's name. Every line of its input is a command in
JSON, answered by a line of output in JSON.
"""

import json
import sys
import time
import traceback
from importlib import import_module
from operator import attrgetter

from odoo import SUPERUSER_ID, api, sql_db, tools
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules

PATIENCE = 300  # seconds until actions that never rest are a failure


def main():
    database = sys.argv[1]
    tools.config.parse_config(["-d", database, "--log-level=error"], setup_logging=True)
    load_server_wide_modules()
    Registry(database)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"result": COMMANDS[command.pop("do")](database, **command)}
        except Exception:  # noqa: BLE001 - told to whoever gave the command
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def run(database, crons):
    """Run those of these scheduled actions that are ready, as Odoo's scheduler does.

    It looks again only when it is notified, or after a minute: what is ready without a
    notification stays so until the next command.
    """
    deadline = time.monotonic() + PATIENCE
    with sql_db.db_connect("postgres").cursor() as listener:
        listener.execute("LISTEN cron_trigger")
        listener.commit()
        look = True
        while look:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the scheduled actions {crons} never rest")
            with sql_db.db_connect(database).cursor() as cr:
                ready = Registry(database)["ir.cron"]._get_all_ready_jobs(cr)
                jobs = [job["id"] for job in ready if job["id"] in crons]
                Registry(database)["ir.cron"]._process_jobs_loop(cr, job_ids=jobs)
            look = _is_notified(listener, database)


def _is_notified(listener, database):
    connection = listener.connection
    connection.poll()
    payloads = [notification.payload for notification in connection.notifies]
    connection.notifies.clear()
    return database in payloads


def call(database, function, arguments):
    """Call `module:name` with an environment, commit, and return what it returns."""
    module, name = function.split(":")
    with Registry(database).check_signaling().cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        return attrgetter(name)(import_module(module))(env, **arguments)


COMMANDS = {"run": run, "call": call}

if __name__ == "__main__":
    main()
