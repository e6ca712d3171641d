"""Goals and the overall number as they stand: what indicators say beside what organizations do.

A result keeps what the indicators say, which moves when agencies publish; what organizations move all day
stands in the standing of the same node. Whoever reads a result of a goal or of all goals gets both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from goals.climbing import OVERALL, UPPER, Tree
from goals.method.overall import lowest_goal
from goals.models import Goal, Result, Standing, Step
from indicators import clock

EFFORTS = ("progress", "expected", "schedule")
MOVED = {
    Result.Level.GOAL: {"combined", "flags", "reporting_rate", "organizations_counted"},
    Result.Level.OVERALL: {"combined", "reporting_rate", "lowest_goal"},
}
"""With all that begins with `stakeholder`, what organizations move in an outcome."""
NO_OUTCOME, OUTCOME_ONLY = ["no_outcome_data"], ["outcome_only"]


def kept(level: str, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """What a result keeps of the outcome of its node."""
    if level not in UPPER:
        return dict(outcome)
    return {
        name: value
        for name, value in outcome.items()
        if name not in MOVED[Result.Level(level)] and not name.startswith("stakeholder")
    }


# --- What indicators say ------------------------------------------------------------------------
@dataclass(frozen=True)
class Said:
    """What the indicators of a goal, or of all goals, say; whether other ones are counted than before."""

    node: str
    goal: Goal | None
    schedule: Decimal | None
    status: str
    is_composed: bool


States = dict[str, dict[str, Any]]
"""What can be told of a move, by node."""
TOLD = ("status", *Step.MEASURES)


def states() -> States:
    """Where goals and overall stand now."""
    return {row.node: state_of(row) for row in standings_by_node().values()}


def state_of(row: Standing) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*TOLD, "members")}


def follow(said: Sequence[Said], before: States, day: date, cause: str) -> list[str]:
    """Set it beside what organizations do, up to the overall number; return the nodes that moved.

    The caller holds the edition's lock. Each move since `before` makes a step.
    """
    tree = Tree.of(standings_by_node().values())
    for one in said:
        node = tree.goal_node(one.goal, day) if one.goal else tree.overall_node(day)
        weight = one.goal.weight if one.goal else Decimal(1)
        tree.compare(node, weight=weight, indicator_schedule=one.schedule, status=one.status)
    tree.carry([one.node for one in said])
    steps = [step for one in said if (step := step_of(tree.standings[one.node], one, before, day, cause))]
    save(tree, day)
    Step.objects.bulk_create(steps)
    return [step.node for step in steps]


def step_of(row: Standing, said: Said, before: States, day: date, cause: str) -> Step | None:
    """What moved since; nothing of a node that did not stand before: that is no move."""
    was, now = before.get(row.node), state_of(row)
    if was is None or was == now:
        return None
    kind = Result.ChangeKind.COMPOSITION if is_composed(said, was, now) else Result.ChangeKind.MOVEMENT
    row.cause, row.change_kind, row.recorded_at = cause[:100], kind, clock.now()
    common = {"at": row.recorded_at, "as_of": day, "cause": row.cause, "kind": kind}
    return Step.between(was, row, **common)


def is_composed(said: Said, was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if said.is_composed or was["members"] != now["members"]:
        return True
    return any((was[name] is None) != (now[name] is None) for name in Step.MEASURES)


def save(tree: Tree, day: date) -> None:
    """The overall number first: goals enter it."""
    for row in sorted(tree.standings.values(), key=lambda row: tree.depth(row.node)):
        into = tree.into[row.node]
        row.enters, row.as_of = tree.standings[into] if into else None, day
        row.save()


# --- Both together ------------------------------------------------------------------------------
def standings_by_node() -> dict[str, Standing]:
    return {row.node: row for row in Standing.objects.filter(level__in=UPPER).order_by("node")}


def completed(results: Iterable[Result]) -> list[Result]:
    """These current results, each with what organizations do as it stands now; one query."""
    standings = standings_by_node()
    return [complete(one, standings) if one.level in UPPER else one for one in results]


def complete(result: Result, standings: Mapping[str, Standing]) -> Result:
    standing = standings.get(result.node) or Standing()
    result.combined = standing.combined
    result.outcome = {**result.outcome, **moved(standing)}
    if result.level == Result.Level.OVERALL:
        result.outcome["lowest_goal"] = lowest(standings)
    return result


def moved(standing: Standing) -> dict[str, Any]:
    """What organizations move, under the names an outcome of the method has for it."""
    layer = {name: getattr(standing, name) for name in EFFORTS} | {"reporting_rate": standing.reporting}
    prefixes = ("stakeholder", "stakeholders")
    found: dict[str, Any] = {f"{prefix}_{name}": layer[name] for prefix in prefixes for name in EFFORTS}
    found |= {
        "stakeholders": standing.progress,
        "stakeholder_layer": layer,
        "reporting_rate": standing.reporting,
        "combined": standing.combined,
    }
    return found if standing.node == OVERALL else found | of_goal(standing, layer)


def of_goal(standing: Standing, layer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stakeholder_layer": {**layer, "organizations": {}},
        "organizations_counted": standing.members,
        "flags": flags(standing),
    }


def flags(standing: Standing) -> list[str]:
    if standing.indicator_schedule is None:
        return NO_OUTCOME
    return OUTCOME_ONLY if standing.schedule is None else []


def lowest(standings: Mapping[str, Standing]) -> str | None:
    goals = [row for row in standings.values() if row.node != OVERALL]
    return lowest_goal((row.node.partition(":")[2], row.combined, row.schedule) for row in goals)
