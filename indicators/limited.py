"""Runs one function of this project in a process of its own, with limits of time and memory.

For input nobody vouches for, such as uploaded workbooks. The process is started anew, not forked: the caller
may have threads and database connections. It knows nothing of the environment, so no keys, and writes no
file. What goes in is bytes and JSON; what comes back is JSON, never a pickle. The function must be importable
by its name without Django.

Linux holds the limit of memory; macOS may not, and there the limits of time and of the input remain.
"""

import json
import logging
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
MEGABYTE = 1024 * 1024
OUT_OF_MEMORY, ANSWER_TOO_LONG = 3, 4


@dataclass(frozen=True)
class Limits:
    """Seconds by the clock and of computing, and megabytes of memory and of the answer."""

    seconds: int = 30
    memory: int = 512
    answer: int = 32


USUAL = Limits()


class LimitReached(Exception):
    """The function needed more than it may have; the sentence names the limit."""


class Failed(Exception):
    """The function raised an error or its process died; the log says which."""


def call(function: Callable[..., Any], body: bytes, limits: Limits = USUAL, **arguments: Any) -> Any:
    """What `function(body, **arguments)` answers, as JSON has it. Raises LimitReached or Failed."""
    question = {
        "module": function.__module__, "name": function.__name__, "arguments": arguments,
        "limits": asdict(limits),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "indicators.limited"],
            input=json.dumps(question).encode() + b"\n" + body,
            capture_output=True,
            timeout=limits.seconds,
            cwd=PROJECT,
            env=ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_slow(limits) from error
    if done.returncode:
        refuse(function.__name__, done, limits)
    return json.loads(done.stdout)


def refuse(name: str, done: subprocess.CompletedProcess[bytes], limits: Limits) -> None:
    """Raise what the end of the process means."""
    if done.returncode == -signal.SIGXCPU:
        raise too_slow(limits)
    if done.returncode in (OUT_OF_MEMORY, -signal.SIGKILL):  # what the system kills had too much of it
        raise LimitReached(f"Reading the file takes more than {limits.memory} MB of memory.")
    if done.returncode == ANSWER_TOO_LONG:
        raise LimitReached(f"The file holds more than {limits.answer} MB of text.")
    said = done.stderr.decode("utf-8", "replace")[-4000:]
    logger.error("%s ended with %s in its own process: %s", name, done.returncode, said)
    raise Failed(f"{name} ended with {done.returncode}")


def too_slow(limits: Limits) -> LimitReached:
    return LimitReached(f"Reading the file takes longer than {limits.seconds} s.")


# --- Inside the process -------------------------------------------------------------------------
def answer() -> int:
    """Read the question, box this process in, answer it; the exit code says what went wrong."""
    question = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**question["limits"])
    box_in(limits)
    leave_out("numpy")
    try:
        function = getattr(import_module(question["module"]), question["name"])
        found = json.dumps(function(sys.stdin.buffer.read(), **question["arguments"])).encode()
    except MemoryError:
        return OUT_OF_MEMORY
    if len(found) > limits.answer * MEGABYTE:
        return ANSWER_TOO_LONG
    sys.stdout.buffer.write(found)
    return 0


def leave_out(module: str) -> None:
    """Let nobody import it: what reads workbooks would take numpy along, two fifths of the time it needs."""
    modules: dict[str, Any] = sys.modules
    modules[module] = None  # how Python is told that there is none


def box_in(limits: Limits) -> None:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CPU, limits.seconds, grace=1)
    with suppress(ValueError, OSError):  # macOS does not let a process limit its memory
        limit(resource.RLIMIT_AS, limits.memory * MEGABYTE)


def limit(kind: int, most: int, grace: int = 0) -> None:
    """Set a limit for good; one that is tighter already stays. Within the grace the process can still end."""
    _soft, before = resource.getrlimit(kind)
    hard = most + grace if before == resource.RLIM_INFINITY else min(most + grace, before)
    resource.setrlimit(kind, (min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(answer())
