"""Keeps the stakeholder side in step: one change moves its own leaf and its ancestors, by difference.

A change reads and writes only the nodes from its leaf up to the overall number, however many sub-goals stand
beside it. Whoever writes here holds the edition's lock first, so that two changes never meet in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from goals import evaluation, known, rows
from goals.climbing import OVERALL, Tree, organization_key
from goals.declarations import declaring
from goals.method.parameters import Point
from goals.method.sums import NUMBERS, SUM_FIELDS
from goals.models import Result, Standing, Step, SubGoal, Update
from indicators import edition

MOVING = (
    "from_entries", "as_of", "counted", "reason", "status", "update_state", "latest_value", "latest_on",
    "weight", *NUMBERS, *SUM_FIELDS,
)  # fmt: skip
"""The fields a change may move; together with what a node enters they are the whole of a standing."""
HELD = ("goal_id", "organization_id", "enters_id", "under_id", *MOVING)
SIGNED = ("cause", "change_kind", "recorded_at")
"""Written with every change, beside what of HELD is other than before."""
READ = ("id", "node", "level", "sub_goal_id", "indicator_schedule", *HELD)
RELATED = ("organization", "goal", "parent")
VERSIONS = """
SELECT s.id, s.version,
    (SELECT o.is_active FROM stakeholders_organization o WHERE o.id = s.organization_id),
    (SELECT p.version FROM goals_subgoal p WHERE p.id = s.parent_id),
    (SELECT d.id FROM goals_declaration d WHERE d.sub_goal_id = s.id)
FROM goals_subgoal s WHERE s.id IN ({})
"""
UNSEEN = set(SUM_FIELDS) - {"members"}
"""What may move in a node without anything to tell."""


def follow(sub_goals: Sequence[SubGoal], cause: str, *, composed: bool = False) -> list[Step]:
    """Judge these sub-goals again and move everything above them; return a step for each node that moved.

    Call it inside the transaction that changed them, their updates, their weight, state or parent; raises
    TransactionManagementError outside of one. `composed`: the change is one of composition whatever it moves.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("What follows a change belongs in the transaction of the change.")
    change = Change(sub_goals, today(), first=[edition.advancing()], composed=composed)
    steps = change.steps(cause)
    change.save(cause, steps)
    declaring.follow(change.declaring, change.displaced)
    return steps


def preview(update: Update) -> list[Step]:
    """The steps that publishing an update would make; nothing is stored."""
    return Change([update.sub_goal], today(), update).steps(f"update:{update.pk}")


def preview_measure(sub_goal: SubGoal) -> list[Step]:
    """The steps that measuring it as it stands in memory would make; nothing is stored."""
    return Change([sub_goal], today(), composed=True).steps(f"{sub_goal.node}:measure")


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
        composed: bool = False,
    ) -> None:
        self.day, self.composed, self.sub_goals = day, composed, list(sub_goals)
        *moment, seen, stored, updates = rows.ask(
            *first, versions(sub_goals), named(sub_goals), known.published(sub_goals, day)
        )
        self.now = edition.moment_of(moment[0]) if moment else timezone.now()
        self.tree = Tree.of(chains(stored))
        if any([self.is_outdated(seen), self.adopts()]):
            stored, updates = rows.ask(named(self.sub_goals), known.published(self.sub_goals, day))
            self.tree = Tree.of(chains(stored))
        declared = {key for key, *_versions, declaration in seen if declaration}
        self.declaring = declared | {one.pk for one in self.sub_goals if one.contributes_to_id}
        self.before = {node: self.state(node) for node in self.tree.standings}
        self.judge(known.points_by_sub_goal(updates, announced))

    def is_outdated(self, seen: Iterable[Sequence]) -> bool:
        """Whether a sub-goal was changed while the lock was waited for; then all are read again."""
        now = {key: (version, bool(is_active), above) for key, version, is_active, above, _declared in seen}
        if all(now.get(one.pk) == version_of(one) for one in self.sub_goals):
            return False
        self.sub_goals = list(SubGoal.objects.select_related(*RELATED).filter(pk__in=now).order_by("pk"))
        return True

    def adopts(self) -> bool:
        """Take along the children that a change takes in or lets go; whether there are any."""
        adopted = adopted_by([one for one in self.sub_goals if self.may_adopt(one)])
        self.sub_goals += adopted
        return bool(adopted)

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
    def altered(self) -> dict[str, list[str]]:
        """The fields that are other than before, of each standing that is new or not what it was."""
        found = {node: self.differing(node) for node in self.tree.standings}
        return {node: names for node, names in found.items() if names}

    def differing(self, node: str) -> list[str]:
        before, now = self.before.get(node), vars(self.tree.standings[node])
        if before is None:
            return list(HELD)
        placed = [] if before["into"] == self.tree.into[node] else ["enters_id"]
        return placed + [name for name in HELD if before[name] != now[name]]

    @cached_property
    def moved(self) -> list[Standing]:
        """Standings that are new or other than before, what is entered before what enters."""
        return sorted(
            (self.tree.standings[node] for node in self.altered), key=lambda row: self.tree.depth(row.node)
        )

    def save(self, cause: str, steps: Sequence[Step]) -> None:
        kind, now = self.kind, self.now
        for row in self.moved:
            into = self.tree.into[row.node]
            row.enters_id = self.tree.standings[into].pk if into else None
            row.cause, row.change_kind, row.recorded_at = cause[:100], kind, now
            if not row.pk:
                row.save()
        rows.send(*self.changes(), *rows.additions(steps))

    def changes(self) -> list[rows.Batch]:
        """Only what is other than before: a key set to its own table makes SQLite renew every index."""
        known = [row for row in self.moved if row.node in self.before]
        names = dict.fromkeys(name for row in known for name in self.altered[row.node])
        return rows.changes(known, (*SIGNED, *sorted(names)))

    @property
    def displaced(self) -> set[int]:
        """Sub-goals that stand under another one than before, or that nobody saw before or sees now."""
        found = [(one.pk, self.before.get(one.node), self.state(one.node)) for one in self.sub_goals]
        return {key for key, before, after in found if before is None or is_displaced(before, after)}

    # --- Steps ----------------------------------------------------------------------------------
    def steps(self, cause: str) -> list[Step]:
        """Leaves first, then up to the overall number."""
        common = {"at": self.now, "as_of": self.day, "cause": cause[:100], "kind": self.kind}
        return [
            Step.between(self.before.get(row.node, {}), row, **common)
            for row in reversed(self.moved)
            if self.tells(row)
        ]

    def tells(self, row: Standing) -> bool:
        """Whether more than sums moved: among many a change may be too small for the nodes above."""
        return not UNSEEN.issuperset(self.altered[row.node])

    @cached_property
    def kind(self) -> str:
        """Composition when a row enters, leaves, or weighs otherwise: that must never look like progress."""
        composed = self.composed or any(
            is_composed(self.before.get(sub_goal.node), self.state(sub_goal.node))
            for sub_goal in self.sub_goals
        )
        return Result.ChangeKind.COMPOSITION if composed else Result.ChangeKind.MOVEMENT

    def state(self, node: str) -> dict[str, Any]:
        """What a standing holds at the moment, and the name of the node it enters."""
        return {**vars(self.tree.standings[node]), "into": self.tree.into[node]}


def takes_in(sub_goal: SubGoal) -> bool:
    return sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN


def is_composed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    if before is None or any(before[name] != after[name] for name in ("into", "counted", "weight")):
        return True
    return any((before[name] is None) != (after[name] is None) for name in ("progress", "schedule"))


def is_displaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before["under_id"] != after["under_id"] or "draft" in (before["reason"], after["reason"])


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
        .select_related(*RELATED)
    )
    return list(adopted)


def versions(sub_goals: Sequence[SubGoal]) -> rows.Question:
    """Which version of each sub-goal, its organization and its parent is stored, and its declaration."""
    return rows.with_marks(VERSIONS, len(sub_goals)), [one.pk for one in sub_goals]


def version_of(sub_goal: SubGoal) -> tuple[int, bool, int | None]:
    parent = sub_goal.parent
    return sub_goal.version, sub_goal.organization.is_active, parent.version if parent else None


def named(sub_goals: Iterable[SubGoal]) -> rows.Question:
    """The standings of these sub-goals and of the nodes they enter or will enter, as far as names tell."""
    names: set[str] = {OVERALL}
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
    return rows.with_marks(where(column), len(values)), sorted(values)


@cache
def where(column: str) -> str:
    return f"{rows.selection(Standing, READ)} WHERE {column} IN ({{}})"
