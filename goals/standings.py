"""Keeps the stakeholder side in step: one change moves its own leaf and its ancestors, by difference.

A change reads and writes only the nodes from its leaf up to the overall number, however many sub-goals stand
beside it. Whoever writes here holds the edition's lock first, so that two changes never meet in between.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from goals import declaring, evaluation, known, rows
from goals.climbing import Tree, organization_key
from goals.method.parameters import Point
from goals.method.sums import NUMBERS, SUM_FIELDS, at_nine
from goals.models import Result, Standing, Step, SubGoal, Update
from indicators import edition
from indicators.models import Edition

MOVING = (
    "from_entries", "as_of", "counted", "reason", "status", "update_state", "latest_value", "latest_on",
    "weight", *NUMBERS, *SUM_FIELDS,
)  # fmt: skip
"""The fields a change may move; together with what a node enters they are the whole of a standing."""
HELD = ("goal_id", "organization_id", "enters_id", *MOVING)
SIGNED = ("cause", "change_kind", "recorded_at")
"""Written with every change, beside what of HELD is other than before."""
READ = ("id", "node", "level", "sub_goal_id", *HELD)
WEIGHTS: rows.Question = "SELECT 'goal:' || code, weight FROM goals_goal ORDER BY number", ()
WHOLE: rows.Question = (
    "SELECT id, node, level, goal_id, status, outcome FROM goals_result "
    "WHERE is_current AND level IN ('goal', 'overall')",
    (),
)
"""What is stored of the goals and the overall number."""
Measures = dict[str, Decimal | None]


def follow(sub_goals: Sequence[SubGoal], cause: str) -> list[Step]:
    """Judge these sub-goals again and move everything above them; return a step for each node that moved.

    Call it inside the transaction that changed them, their updates, their weight, state or parent.
    """
    with transaction.atomic(savepoint=False):
        change = Change(sub_goals, today(), first=[edition.advancing()])
        steps = change.steps(cause)
        change.save(cause, steps)
        declaring.follow(sub_goals)
    return steps


def preview(update: Update) -> list[Step]:
    """The steps that publishing an update would make; nothing is stored."""
    return Change([update.sub_goal], today(), update).steps(f"update:{update.pk}")


def moment_of(advanced: Sequence) -> datetime:
    """When the edition moved on, from what the statement reads that moves it."""
    return rows.loaded(Edition, advanced, ("published_at",))[0].published_at


def today() -> date:
    return timezone.now().date()


class Change:
    """What a change to some sub-goals does to the nodes above them, worked out in memory.

    What it works with is read after the `first` statements: the lock that every change waits for.
    """

    def __init__(
        self,
        sub_goals: Sequence[SubGoal],
        day: date,
        announced: Update | None = None,
        first: Sequence[rows.Question] = (),
    ) -> None:
        self.day = day
        *moment, stored, updates, weights, whole = rows.ask(
            *first, named(sub_goals), known.published(sub_goals, day), WEIGHTS, WHOLE
        )
        self.now = moment_of(moment[0]) if moment else timezone.now()
        self.tree = Tree.of(chains(stored))
        self.sub_goals = list(sub_goals)
        if adopted := adopted_by([one for one in sub_goals if self.may_adopt(one)]):
            self.sub_goals += adopted
            stored, updates = rows.ask(named(self.sub_goals), known.published(self.sub_goals, day))
            self.tree = Tree.of(chains(stored))
        self.before = {node: state_of(row, self.tree.into[node]) for node, row in self.tree.standings.items()}
        self.judge(known.points_by_sub_goal(updates, announced))
        self.whole = Whole(weights, whole, self.tree)

    def may_adopt(self, sub_goal: SubGoal) -> bool:
        """Whether it newly stands, or newly takes or no longer takes its progress from its children."""
        standing = self.tree.standings.get(sub_goal.node)
        return standing is None or standing.from_entries != takes_in(sub_goal)

    def judge(self, points: Mapping[int, list[Point]]) -> None:
        outcomes = evaluation.judge_now(self.sub_goals, self.day, points)
        for sub_goal, outcome in zip(self.sub_goals, outcomes, strict=True):
            self.tree.judge(sub_goal, outcome, self.day)
        for sub_goal in self.sub_goals:
            self.tree.into[sub_goal.node] = self.tree.place(sub_goal, self.day)
        self.tree.carry(sub_goal.node for sub_goal in self.sub_goals)

    @cached_property
    def moved(self) -> list[Standing]:
        """Standings that are new or other than before, what is entered before what enters."""
        rows = [
            row
            for node, row in self.tree.standings.items()
            if self.before.get(node) != state_of(row, self.tree.into[node])
        ]
        return sorted(rows, key=lambda row: self.tree.depth(row.node))

    def save(self, cause: str, steps: Sequence[Step]) -> None:
        kind, now = self.kind, self.now
        for row in self.moved:
            into = self.tree.into[row.node]
            row.enters_id = self.tree.standings[into].pk if into else None
            row.cause, row.change_kind, row.recorded_at = cause[:100], kind, now
            if not row.pk:
                row.save()
        old = [row for row in self.moved if row.node in self.before]
        batches = [rows.changes([row], (*SIGNED, *self.altered(row))) for row in old]
        rows.send(*batches, self.whole.changes(), *rows.additions(steps))

    def altered(self, row: Standing) -> Iterator[str]:
        """What is other than before; setting a key to its own table makes SQLite renew every index."""
        before = self.before[row.node]
        return (name for name in HELD if getattr(row, name) != before[name])

    # --- Steps ----------------------------------------------------------------------------------
    def steps(self, cause: str) -> list[Step]:
        """Leaves first, then up to the overall number."""
        common = {"at": self.now, "as_of": self.day, "cause": cause[:100], "kind": self.kind}
        return [
            *(self.step(row, common) for row in reversed(self.moved) if row.level != Result.Level.GOAL),
            *self.whole.steps(common),
        ]

    def step(self, row: Standing, common: Mapping[str, Any]) -> Step:
        before = self.before.get(row.node, {})
        return Step(
            node=row.node, level=row.level, goal_id=row.goal_id, organization_id=row.organization_id,
            sub_goal_id=row.sub_goal_id, status_before=before.get("status", ""), status_after=row.status,
            progress_before=before.get("progress"), progress_after=row.progress,
            schedule_before=before.get("schedule"), schedule_after=row.schedule, **common,
        )  # fmt: skip

    @cached_property
    def kind(self) -> str:
        """Composition when a row enters, leaves, or weighs otherwise: that must never look like progress."""
        composed = any(
            is_composed(self.before.get(sub_goal.node), self.state(sub_goal.node))
            for sub_goal in self.sub_goals
        )
        return Result.ChangeKind.COMPOSITION if composed else Result.ChangeKind.MOVEMENT

    def state(self, node: str) -> dict[str, Any]:
        return state_of(self.tree.standings[node], self.tree.into[node])


def state_of(row: Standing, into: str | None) -> dict[str, Any]:
    return {name: getattr(row, name) for name in HELD} | {"into": into}


def takes_in(sub_goal: SubGoal) -> bool:
    return sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN


def is_composed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    if before is None or any(before[name] != after[name] for name in ("into", "counted", "weight")):
        return True
    return any((before[name] is None) != (after[name] is None) for name in ("progress", "schedule"))


def adopted_by(sub_goals: Sequence[SubGoal]) -> list[SubGoal]:
    """The children that a change of these takes in or lets go."""
    if not sub_goals:
        return []
    misplaced = Q(parent__progress_from=SubGoal.ProgressFrom.CHILDREN) & ~Q(
        standing__enters__sub_goal=F("parent")
    )
    misplaced |= Q(parent__progress_from=SubGoal.ProgressFrom.OWN, standing__enters__isnull=False)
    adopted = (
        SubGoal.objects.public()
        .filter(misplaced, parent__in=sub_goals, standing__isnull=False)
        .exclude(pk__in=[one.pk for one in sub_goals])
        .select_related("organization", "goal", "parent")
    )
    return list(adopted)


def named(sub_goals: Iterable[SubGoal]) -> rows.Question:
    """The standings of these sub-goals and of the nodes they enter or will enter, as far as names tell."""
    names: set[str] = set()
    for one in sub_goals:
        names |= {one.node, organization_key(one.organization, one.goal), f"goal:{one.goal.code}"}
        names |= {one.parent.node} if one.parent else set()
    return those("node", names)


def chains(found: Iterable[Sequence]) -> list[Standing]:
    """The standings that `named` reads, and what lies between them and their goals."""
    standings = {row.pk: row for row in rows.loaded(Standing, found, READ)}
    # What lies between a nested sub-goal and its organization is known by number alone.
    while above := {row.enters_id for row in standings.values() if row.enters_id} - standings.keys():
        [found] = rows.ask(those("id", above))
        standings |= {row.pk: row for row in rows.loaded(Standing, found, READ)}
    return list(standings.values())


def those(column: str, values: set) -> rows.Question:
    marks = ", ".join(["%s"] * len(values))
    return f"{rows.selection(Standing, READ)} WHERE {column} IN ({marks})", sorted(values)


class Whole:
    """The goals above some standings and the overall number, moved from their stored results."""

    COLUMNS = ("id", "node", "level", "goal_id", "status", "outcome")

    def __init__(self, weighed: Sequence[Sequence], found: Sequence[Sequence], tree: Tree) -> None:
        self.results = {result.node: result for result in rows.loaded(Result, found, self.COLUMNS)}
        self.moved: list[tuple[Result, Measures, Measures]] = []
        weights = {node: Decimal(weight) for node, weight in weighed if node in self.results}
        for node in [node for node in weights if node in tree.standings]:
            outcome = self.results[node].outcome
            self.set(node, evaluation.with_efforts(weights[node], outcome, tree.standings[node]))
        if "overall" in self.results:
            goals = [(weight, self.results[node].outcome) for node, weight in weights.items()]
            self.set("overall", evaluation.overall_now(goals))

    def set(self, node: str, outcome: dict[str, Any]) -> None:
        result = self.results[node]
        before, whom = measures(result.outcome), counted(result.outcome)
        result.outcome, result.combined = outcome, outcome.get("combined")
        after = measures(outcome)
        if (before, whom) != (after, counted(outcome)):
            self.moved.append((result, before, after))

    def changes(self) -> rows.Batch:
        """The verdict of the indicators is the same, so when it was recorded stays; the steps are dated."""
        return rows.changes([result for result, *_ in self.moved], ("outcome", "combined"))

    def steps(self, common: Mapping[str, Any]) -> list[Step]:
        return [
            Step(
                node=row.node, level=row.level, goal_id=row.goal_id, **common, status_before=row.status,
                status_after=row.status,
                **{f"{name}_before": value for name, value in before.items()},
                **{f"{name}_after": value for name, value in after.items()},
            )
            for row, before, after in self.moved
        ]  # fmt: skip


def measures(outcome: Mapping[str, Any]) -> Measures:
    """What organizations move in a goal or overall, at the scale of a step."""
    layer = outcome["stakeholder_layer"]
    shown = {
        "progress": layer.get("progress"),
        "schedule": layer.get("schedule"),
        "combined": outcome.get("combined"),
    }
    return {name: at_nine(value) for name, value in shown.items()}


def counted(outcome: Mapping[str, Any]) -> Any:
    """The whole layer of the organizations, and how many they are."""
    return outcome["stakeholder_layer"], outcome.get("organizations_counted")
