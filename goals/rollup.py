"""Writes what the evaluation found: results with their history, up the whole tree, in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from goals import charting, commitments, passing, upper
from goals.evaluation import (
    Node,
    evaluate_targets,
    goal_node,
    indicator_row,
    overall_node,
)
from goals.known import Moment
from goals.method import METHOD_VERSION
from goals.models import Goal, Result, Standing
from indicators import clock, edition

TIME = "time"
PASSING = {"age", "expected_today", "soft", "hard"}
"""Fields that move by the mere passing of time; alone they make no new result in the history."""


def refresh(day: date, cause: str = TIME) -> list[str]:
    """Evaluate everything for `day` and store what differs; return the keys of the nodes that changed."""
    with transaction.atomic():
        edition.lock()
        before = upper.states()
        moved = [*passing.follow_time(day), *refresh_upper(day, cause, before)]
    commitments.count()  # after the lock: publishing need not wait for it
    return moved


def refresh_upper(day: date, cause: str, before: upper.States | None = None) -> list[str]:
    """The same for targets, goals and overall, with what organizations do as it stands.

    Goals and overall make their steps from where they stood `before`. Charts of changed targets are drawn
    anew in the same transaction, so a page never mixes two editions.
    """
    with transaction.atomic():
        edition.lock()
        was = upper.states() if before is None else before
        nodes = {node.key: node for node in evaluate_upper(Moment(day, day))}
        current = {result.node: result for result in Result.objects.current()}
        gone = [result for key, result in current.items() if key not in nodes]
        changed = [key for key, node in nodes.items() if write(node, current.get(key), day, cause)]
        retire(gone)
        moved = upper.follow(goals_and_overall(nodes, current), was, day, cause)
        drawn = charting.draw(node for node in nodes.values() if node.target)
        if changed or gone or drawn or moved:
            edition.advance()
    return list(dict.fromkeys([*changed, *moved]))


def goals_and_overall(nodes: Mapping[str, Node], current: Mapping[str, Result]) -> list[upper.Said]:
    return [
        upper.Said(
            node.key, node.goal, node.outcome["indicator_layer"]["schedule"], node.outcome["status"],
            is_composed=change_kind(node, current.get(node.key)) == Result.ChangeKind.COMPOSITION,
        )
        for node in nodes.values()
        if node.target is None
    ]  # fmt: skip


def evaluate_upper(moment: Moment) -> list[Node]:
    """Targets, goals and overall; what organizations do comes from the standings."""
    targets = evaluate_targets(moment)
    standings = {row.node: row for row in Standing.objects.filter(level=Result.Level.GOAL)}
    rows = [(node.goal, indicator_row(node)) for node in targets]
    goals = [
        goal_node(goal, [row for owner, row in rows if owner == goal], standings)
        for goal in Goal.objects.all()
    ]
    return [*targets, *goals, overall_node(goals)]


def write(node: Node, current: Result | None, day: date, cause: str) -> bool:
    """Store one node: a new result when something happened, the same row moved on when only time passed."""
    outcome = upper.kept(node.level, node.outcome)
    if current and current.outcome == outcome and current.explanation == kept_explanation(node):
        return False
    if current and is_same(outcome, current.outcome):
        move_on(current, node, day)
        return True
    if current:
        retire([current])
    create(node, day, cause, change_kind(node, current))
    return True


def is_same(outcome: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return without_passing(outcome) == without_passing(before)


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
    """The indicators a goal's mean was taken over."""
    layer = outcome.get("indicator_layer") or {}
    return sorted(layer.get("included", []))


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
        "outcome": upper.kept(node.level, outcome),
        "explanation": kept_explanation(node),
        "method_version": METHOD_VERSION,
    }


def kept_explanation(node: Node) -> dict[str, Any]:
    """Without what organizations move all day: `explain.explanation_of` adds that from what is stored."""
    case = {} if node.level == Result.Level.OVERALL else node.case
    moving = ("stakeholder_layer",) if node.level == Result.Level.GOAL else ()
    return node.explanation | {"input": {name: case[name] for name in case if name not in moving}}


def create(node: Node, day: date, cause: str, kind: str) -> None:
    Result.objects.create(
        node=node.key, level=node.level, goal=node.goal, target=node.target, sub_goal=node.sub_goal,
        organization=node.organization, cause=cause, change_kind=kind, recorded_at=clock.now(),
        **fields_of(node, day),
    )  # fmt: skip


def move_on(result: Result, node: Node, day: date) -> None:
    """The day of judging moves; when it was first found so stays, as the day of the change."""
    for name, value in fields_of(node, day).items():
        setattr(result, name, value)
    result.save()


def retire(results: Iterable[Result]) -> None:
    Result.objects.filter(pk__in=[result.pk for result in results]).update(is_current=False)
