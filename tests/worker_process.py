"""A worker of Odoo's scheduled actions, driven by a test, which may kill it."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PROGRAM = Path(__file__).with_name("odoo_worker.py")
WAIT = 120


class WorkerProcess:
    """A process that runs scheduled actions on a database; see `odoo_worker`."""

    def __init__(self, database):
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, crons):
        """Run these scheduled actions, by their ids, until none is ready."""
        self.begin_run(crons)
        return self.finish()

    def begin_run(self, crons):
        self._tell("run", crons=crons)

    def call(self, function, **arguments):
        """Call a function that takes an environment; what it does is committed."""
        self.begin_call(function, **arguments)
        return self.finish()

    def begin_call(self, function, **arguments):
        # A class method belongs to the class it was taken from, not where it stands.
        owner = getattr(function, "__self__", None)
        path = f"{owner.__qualname__}.{function.__name__}" if owner else None
        name = f"{(owner or function).__module__}:{path or function.__qualname__}"
        self._tell("call", function=name, arguments=arguments)

    def _tell(self, command, **arguments):
        print(json.dumps({"do": command, **arguments}), file=self._process.stdin)
        self._process.stdin.flush()

    def finish(self):
        """Wait for what was begun and return its result."""
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    @property
    def pid(self):
        return self._process.pid

    def kill(self):
        """End the process as a crash does: it records and cleans up nothing."""
        self._process.kill()
        self.stop()

    def stop(self):
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(WAIT)
        self._process.stdout.close()
