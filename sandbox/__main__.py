"""The command line: ``python -m sandbox``."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from .memory import Memory
from .server import Server
from .settings import Settings
from .world import Sandbox

DESCRIPTION = "A JD fulfilment service to develop against, on this machine only."


def main(arguments=None):
    options = _parse(arguments)
    _set_up_log(options.log)
    sandbox = Sandbox(
        Settings(
            speed=options.speed,
            latency_ms=options.latency_ms,
            seed=options.seed,
            message_url=options.message_url,
            daily_budget=options.daily_budget,
            demo=options.demo,
        ),
        options.keep and Memory(options.keep),
    )
    server = Server(sandbox, options.port)
    # Not only once it serves: who reads the ready line may end it at once.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    if options.until_stdin_closes:
        threading.Thread(target=_follow_parent, daemon=True).start()
    sandbox.start()
    print(f"JD sandbox listening on {server.url}", flush=True)
    server.run()


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=DESCRIPTION)
    add = parser.add_argument
    add("--port", type=int, default=8070, help="0 takes a free one (default: 8070)")
    add("--log", metavar="FILE", help="write one line per call to FILE (-: stderr)")
    add(
        "--speed",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long an order stays in each status (default 0: it waits for you)",
    )
    add("--latency-ms", type=int, default=0, help="how long JD thinks about a call")
    add("--seed", type=int, default=1, help="makes faults repeatable (default: 1)")
    add("--message-url", default="", metavar="URL", help="where pushes are sent")
    add("--demo", action="store_true", help="start with the goods of Odoo's demo data")
    add(
        "--keep",
        type=Path,
        metavar="FILE",
        help="keep in FILE what JD holds, and go on from there the next time",
    )
    add(
        "--daily-budget",
        type=int,
        default=10_000,
        help="calls a day per application and call (default 10000, documented; 0: any)",
    )
    add(
        "--until-stdin-closes",
        action="store_true",
        help="end with the process that started it",
    )
    return parser.parse_args(arguments)


def _set_up_log(target):
    logger = logging.getLogger("sandbox")
    logger.propagate = False
    if not target:
        logger.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler() if target == "-" else logging.FileHandler(target)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def _follow_parent():
    # Not through sys.stdin: a thread inside its lock would spoil the way out.
    while os.read(0, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
