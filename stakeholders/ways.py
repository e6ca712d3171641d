"""By which way a change comes: a page, the API, an import, a task or a command, and with which request."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

KINDS = ("page", "api", "import", "task", "command")


@dataclass(frozen=True)
class Way:
    kind: str
    request_id: str = ""


SHELL = Way("command")
_way: ContextVar[Way] = ContextVar("way", default=SHELL)


@contextmanager
def way(kind: str, request_id: str = "") -> Iterator[Way]:
    """Everything recorded inside came by this way; an inner one keeps the request's id."""
    if kind not in KINDS:
        raise ValueError(f"{kind} is no way of a change.")
    mark = _way.set(Way(kind, request_id or _way.get().request_id))
    try:
        yield _way.get()
    finally:
        _way.reset(mark)


def current_way() -> Way:
    return _way.get()


# --- Tasks --------------------------------------------------------------------------------------
_under_way: dict[str, AbstractContextManager[Way]] = {}


def begin_task(task_id: str, **kwargs: Any) -> None:
    """Receives Celery's `task_prerun`."""
    _under_way[task_id] = way("task", task_id)
    _under_way[task_id].__enter__()


def end_task(task_id: str, **kwargs: Any) -> None:
    """Receives Celery's `task_postrun`."""
    if (entered := _under_way.pop(task_id, None)) is not None:
        entered.__exit__(None, None, None)
