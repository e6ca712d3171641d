"""Writes what the evaluation found: results with their history, up the whole tree, in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from goals import charting
from goals.evaluation import Node, evaluate
from goals.known import Moment
from goals.method import METHOD_VERSION
from goals.models import Result
from indicators import edition

TIME = "time"
PASSING = {"age", "expected_today", "soft", "hard"}
"""Fields that move by the mere passing of time; alone they make no new result in the history."""

QUIET_FIELDS = ("progress", "status", "coverage", "counted", "update_state")
"""What must change before a sub-goal or an organization gets a new row; its path moves every day."""


def refresh(day: date, cause: str = TIME) -> list[str]:
    """Evaluate everything for `day` and store what differs; return the keys of the nodes that changed.

    Charts of changed targets are drawn anew in the same transaction, so a page never mixes two editions.
    """
    with transaction.atomic():
        edition.lock()
        nodes = evaluate(Moment(day, day))
        current = {result.node: result for result in Result.objects.current()}
        gone = [result for key, result in current.items() if key not in nodes]
        changed = [key for key, node in nodes.items() if write(node, current.get(key), day, cause)]
        retire(gone)
        drawn = charting.draw(node for node in nodes.values() if node.target)
        if changed or gone or drawn:
            edition.advance()
    return changed


def write(node: Node, current: Result | None, day: date, cause: str) -> bool:
    """Store one node: a new result when something happened, the same row moved on when only time passed."""
    if current and current.outcome == node.outcome and current.explanation == node.explanation:
        return False
    if current and is_same(node, current.outcome):
        move_on(current, node, day)
        return True
    if current:
        retire([current])
    create(node, day, cause, change_kind(node, current))
    return True


def is_same(node: Node, before: Mapping[str, Any]) -> bool:
    if node.level in (Result.Level.SUB_GOAL, Result.Level.ORGANIZATION):
        return all(node.outcome.get(name) == before.get(name) for name in QUIET_FIELDS)
    return without_passing(node.outcome) == without_passing(before)


def without_passing(outcome: Any) -> Any:
    if isinstance(outcome, Mapping):
        return {key: without_passing(value) for key, value in outcome.items() if key not in PASSING}
    return [without_passing(item) for item in outcome] if isinstance(outcome, list) else outcome


def change_kind(node: Node, current: Result | None) -> str:
    """Movement, or composition when rows entered or left: that must never look like progress."""
    if current is None or not node.goal:
        return Result.ChangeKind.COMPOSITION if current is None else Result.ChangeKind.MOVEMENT
    same_rows = members(node.outcome) == members(current.outcome)
    return Result.ChangeKind.MOVEMENT if same_rows else Result.ChangeKind.COMPOSITION


def members(outcome: Mapping[str, Any]) -> Any:
    """What a node's mean was taken over."""
    layer = outcome.get("indicator_layer") or {}
    organizations = (outcome.get("stakeholder_layer") or outcome).get("organizations") or {}
    return sorted(layer.get("included", [])), sorted(organizations), outcome.get("counted")


def fields_of(node: Node, day: date) -> dict[str, Any]:
    outcome = node.outcome
    numbers = {
        name: outcome.get(name)
        for name in ("progress", "expected", "pace", "schedule", "coverage", "combined")
    }  # fmt: skip
    return {
        **numbers,
        "as_of": day,
        "known": day,
        "status": outcome.get("status") or "",
        "reason": outcome.get("reason") or "",
        "outcome": outcome,
        "explanation": node.explanation,
        "method_version": METHOD_VERSION,
    }


def create(node: Node, day: date, cause: str, kind: str) -> None:
    Result.objects.create(
        node=node.key, level=node.level, goal=node.goal, target=node.target, sub_goal=node.sub_goal,
        organization=node.organization, cause=cause, change_kind=kind, **fields_of(node, day),
    )  # fmt: skip


def move_on(result: Result, node: Node, day: date) -> None:
    for name, value in fields_of(node, day).items():
        setattr(result, name, value)
    result.recorded_at = timezone.now()
    result.save()


def retire(results: Iterable[Result]) -> None:
    Result.objects.filter(pk__in=[result.pk for result in results]).update(is_current=False)
