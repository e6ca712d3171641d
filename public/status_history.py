"""The history of a status from stored results: from, to, when and why."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from goals import words
from goals.models import Result
from public import presenting


def changes(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Each change of the status with the day it was first judged so, the newest first."""
    oldest_first = sorted(results, key=lambda result: (result.recorded_at, result.pk))
    found: list[dict[str, Any]] = []
    before: Result | None = None
    for result in oldest_first:
        if before is None or (before.status, before.reason) != (result.status, result.reason):
            found.insert(0, change(result, before))
        before = result
    return found


def change(result: Result, before: Result | None) -> dict[str, Any]:
    return {
        "day": presenting.day(result.recorded_at),
        "iso": result.recorded_at.date().isoformat(),
        "status": words.status_tag({"status": result.status, "reason": result.reason}),
        "before": str(words.STATUSES[before.status]) if before else "",
        "why": why(result, before),
    }


def why(result: Result, before: Result | None) -> str:
    """What led to the change, as far as the stored cause says it."""
    if before is None:
        return _("First judged.")
    if result.cause == "time":
        return _("The day of judging moved on.")
    if result.cause.startswith("update:"):
        return _("An organization sent an update.")
    if result.change_kind == Result.ChangeKind.COMPOSITION:
        return _("Something entered or left what is counted.")
    return _("New or revised values came in.")
