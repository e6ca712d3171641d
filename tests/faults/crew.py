"""Keeps workers and schedulers alive: `python -m tests.faults.crew worker worker beat`.

Each is a process of its own, forked from this one so that it need not import everything again; one that
dies is replaced at once, as by any service manager.
"""

import os
import sys
from pathlib import Path

from tests.faults.worker_app import app

WORKER = ["--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def start(role: str, number: int) -> int:
    """Fork one process and return its id."""
    if pid := os.fork():
        return pid
    options = [*WORKER, "--hostname", f"{number}@{os.environ['TEST_QUEUE']}"] if role == "worker" else []
    if role == "beat":
        options = ["--schedule", str(Path(os.environ["DATA_DIR"]) / f"schedule-{number}"), "--pidfile="]
    app.start([role, "--loglevel", "WARNING", *options])
    os._exit(0)


def main() -> None:
    roles = sys.argv[1:]
    crew = {start(role, number): role for number, role in enumerate(roles)}
    number = len(roles)
    while True:
        died, _status = os.wait()
        role = crew.pop(died)
        crew[start(role, number)] = role
        number += 1


if __name__ == "__main__":
    main()
