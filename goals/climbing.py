"""A part of the stakeholder side in memory: what changes is carried up to its goal, by difference."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from goals.method.exact import at_nine, exactly
from goals.method.layers import combine
from goals.method.status import NOT_ENOUGH_DATA, status_by_pace
from goals.method.sums import Entry, Shares, on_time
from goals.models import Goal, Result, Standing, SubGoal
from stakeholders.models import Organization

UNCOUNTED = ("draft", "withdrawn", "not_started")
"""Reasons for which a sub-goal does not enter the node above it."""
UPPER = (Result.Level.GOAL, Result.Level.OVERALL)
"""Where what organizations do meets what the indicators say."""
OVERALL = "overall"


@dataclass
class Tree:
    """Standings by node, where each enters, and what the node it enters has been told of it.

    `told` is what the sums above already hold; a node is carried up until they hold what it is now.
    """

    standings: dict[str, Standing] = field(default_factory=dict)
    into: dict[str, str | None] = field(default_factory=dict)
    told: dict[str, tuple[str | None, Entry | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Iterable[Standing]) -> "Tree":
        """Standings as they are stored; what they enter has to be among them."""
        tree, rows = cls(), list(stored)
        names = {row.pk: row.node for row in rows}
        for row in rows:
            into = names[row.enters_id] if row.enters_id else None
            tree.standings[row.node], tree.into[row.node] = row, into
            tree.told[row.node] = (into, row.entry)
        return tree

    # --- Nodes ----------------------------------------------------------------------------------
    def add(self, standing: Standing, into: str | None) -> Standing:
        self.standings[standing.node], self.into[standing.node] = standing, into
        self.told[standing.node] = (None, None)
        return standing

    def overall_node(self, day: date) -> str:
        if OVERALL not in self.standings:
            self.add(Standing(node=OVERALL, level=Result.Level.OVERALL, as_of=day), None)
        return OVERALL

    def goal_node(self, goal: Goal, day: date) -> str:
        node = f"goal:{goal.code}"
        if node not in self.standings:
            standing = Standing(
                node=node, level=Result.Level.GOAL, goal=goal, weight=goal.weight, as_of=day
            )  # fmt: skip
            self.add(standing, self.overall_node(day))
        return node

    def organization_node(self, organization: Organization, goal: Goal, day: date) -> str:
        node = organization_key(organization, goal)
        if node not in self.standings:
            standing = Standing(
                node=node, level=Result.Level.ORGANIZATION, goal=goal, organization=organization, as_of=day
            )
            self.add(standing, self.goal_node(goal, day))
        return node

    def place(self, sub_goal: SubGoal, day: date) -> str | None:
        """The node a sub-goal enters: its organization's, or a parent that takes progress from children."""
        if sub_goal.parent is None:
            return self.organization_node(sub_goal.organization, sub_goal.goal, day)
        parent = sub_goal.parent
        takes = parent.progress_from == SubGoal.ProgressFrom.CHILDREN and parent.node in self.standings
        return parent.node if takes else None

    def judge(self, sub_goal: SubGoal, outcome: Mapping[str, Any], day: date) -> None:
        """Set a sub-goal's standing to what the method says of it."""
        standing = self.standings.get(sub_goal.node) or self.add(new_leaf(sub_goal), None)
        standing.goal, standing.organization = sub_goal.goal, sub_goal.organization
        standing.under_id = sub_goal.parent_id
        standing.from_entries = sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN
        standing.weight = sub_goal.weight
        for name, value in judged_fields(outcome, day, standing.from_entries).items():
            setattr(standing, name, value)

    def compare(self, node: str, **said: Any) -> None:
        """Set beside a goal, or all of them, what its indicators say; `carry` brings it up."""
        for name, value in said.items():
            setattr(self.standings[node], name, value)

    # --- Up the tree ----------------------------------------------------------------------------
    @exactly
    def carry(self, changed: Iterable[str]) -> None:
        """Bring every node above the changed ones in step, the deepest first."""
        pending = set(changed)
        while pending:
            node = max(pending, key=self.depth)
            pending.remove(node)
            settle(self.standings[node])
            pending |= self.tell(node)

    def tell(self, node: str) -> set[str]:
        """Move the sums of what a node enters, or entered; the nodes whose sums moved."""
        (was_into, was), into, now = self.told[node], self.into[node], self.standings[node].entry
        if (was_into, was) == (into, now):
            return set()
        self.told[node] = (into, now)
        if was_into == into:
            return self.move(into, was, now)
        return self.move(was_into, was, None) | self.move(into, None, now)

    def move(self, node: str | None, was: Entry | None, now: Entry | None) -> set[str]:
        if node is None or was == now:
            return set()
        standing = self.standings[node]
        standing.sums = standing.sums.moved(was, now)
        return {node}

    def depth(self, node: str) -> int:
        above = self.into[node]
        return 0 if above is None else 1 + self.depth(above)


def organization_key(organization: Organization, goal: Goal) -> str:
    return f"organization:{goal.code}:{organization.code}"


def new_leaf(sub_goal: SubGoal) -> Standing:
    return Standing(node=sub_goal.node, level=Result.Level.SUB_GOAL, sub_goal=sub_goal)


def judged_fields(outcome: Mapping[str, Any], day: date, from_entries: bool) -> dict[str, Any]:
    """What is kept of a sub-goal's verdict; one that takes its progress from children keeps no own shares."""
    latest = outcome.get("latest") or {}
    period = latest.get("period")
    common = {
        "as_of": day,
        "counted": bool(outcome["counted"]),
        "reason": outcome.get("reason") or "",
        "status": outcome.get("status") or "",
    }
    if from_entries:
        return common | {"update_state": "", "latest_value": None, "latest_on": None}
    return common | {
        "update_state": outcome.get("update_state") or "",
        "latest_value": latest.get("value"),
        "latest_on": date.fromisoformat(period) if period else None,
        "progress": at_nine(outcome.get("progress")),
        "expected": at_nine(outcome.get("expected")),
        "schedule": at_nine(outcome.get("schedule")),
        "reporting": on_time(outcome.get("update_state")),
    }


def settle(standing: Standing) -> None:
    """Give a node that is a mean its shares, from its sums."""
    if not standing.from_entries:
        return
    mean = standing.sums.mean
    if standing.level in UPPER:
        standing.shares = (mean or Shares())._replace(combined=combined_of(standing, mean or Shares()))
        standing.counted = standing.shares != Shares()
        return
    standing.shares = mean or Shares()
    standing.counted = mean is not None and standing.reason not in UNCOUNTED
    if standing.reason not in UNCOUNTED:
        schedule = standing.schedule
        standing.status = NOT_ENOUGH_DATA if schedule is None else status_by_pace(schedule)


def combined_of(standing: Standing, mean: Shares) -> Decimal | None:
    """Without a number of the indicators there is none: effort alone is never progress."""
    if standing.indicator_schedule is None:
        return None
    if standing.level == Result.Level.OVERALL:
        return mean.combined
    return at_nine(combine(Decimal(standing.indicator_schedule), mean.schedule)[0])
