"""Read the trees of roll-up cases, and say what a change to one leaf does up such a tree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from goals.method.case_inputs import (
    CaseError,
    Raw,
    approved_updates,
    day,
    first_of,
    needed_number,
    number,
    subgoal_parameters,
)
from goals.method.changes import COMPOSITION, Row, Step, row_kind, step
from goals.method.exact import ONE, ZERO, clamp, exactly, ratio
from goals.method.layers import (
    IndicatorLayer,
    IndicatorRow,
    Numbers,
    OrganizationNode,
    StakeholderLayer,
    SubgoalNode,
    indicator_layer,
    mark_of,
    roll_subgoal,
    roll_subgoals,
)
from goals.method.overall import (
    GoalNode,
    GoalOutcome,
    OverallOutcome,
    goal_outcome,
    overall_outcome,
    roll_goal,
)
from goals.method.status import MONITORED, NOT_ENOUGH_DATA, status_by_pace
from goals.method.subgoals import judge_subgoal

UNCOUNTED = ("draft", "submitted", "sent_back", "withdrawn", "not_started")


@exactly
def numbers(raw: Raw) -> Numbers:
    """The numbers of a row; a schedule nobody states is that of a straight line."""
    progress, expected = number(raw.get("progress")), number(raw.get("expected"))
    stated = "schedule" in raw or raw.get("status") == NOT_ENOUGH_DATA
    schedule = number(raw.get("schedule")) if stated else clamp(ratio(progress, expected))
    return Numbers(progress, expected, schedule)


def indicator_row(raw: Raw) -> IndicatorRow:
    """A judged indicator; a status nobody states follows from the schedule."""
    found = numbers(raw)
    status = raw.get("status")
    if raw.get("kind") == "monitor":
        status = MONITORED
    if status is None:
        status = NOT_ENOUGH_DATA if found.schedule is None else status_by_pace(found.schedule)
    return IndicatorRow(str(raw["id"]), status, found, needed_number(raw.get("weight"), ONE))


def indicator_rows(raw: Any) -> tuple[IndicatorRow, ...]:
    if isinstance(raw, Mapping):
        raw = [{"id": key, **item} for key, item in raw.items()]
    return tuple(indicator_row(item) for item in raw or ())


def subgoal_node(raw: Raw, as_of: date | None = None) -> SubgoalNode:
    children = tuple(subgoal_node(child, as_of) for child in raw.get("children") or ())
    has_own = "progress" in raw or "baseline" in raw
    node = SubgoalNode(
        id=str(raw["id"]),
        numbers=numbers(raw),
        weight=needed_number(raw.get("weight"), ONE),
        counted=raw.get("counted") is not False and _state(raw) not in UNCOUNTED,
        update_state=_update_state(raw),
        progress_from=raw.get("progress_from") or ("children" if children and not has_own else "own"),
        children=children,
    )
    return _judged(node, raw, as_of) if as_of and isinstance(raw.get("target"), Mapping) else node


def _update_state(raw: Raw) -> str | None:
    if _state(raw) in ("completed", "closed"):
        return "closed"
    stated = raw.get("update_state")
    return "awaiting_first" if stated == "awaiting" else stated


def _state(raw: Raw) -> str | None:
    return first_of(raw, ("state", "status"))


def _judged(node: SubgoalNode, raw: Raw, as_of: date) -> SubgoalNode:
    """A node given by its parameters and updates, judged on a day."""
    judged = judge_subgoal(subgoal_parameters(raw), approved_updates(raw), as_of)
    return replace(
        node,
        numbers=Numbers(judged.progress, judged.expected, judged.schedule),
        counted=node.counted and judged.counted,
        update_state=judged.update_state,
    )


def organizations(raw: Raw) -> tuple[OrganizationNode, ...]:
    """Organizations with their root sub-goals, or sub-goals listed flat with `org` and `parent`."""
    as_of = day(raw.get("as_of"))
    listed = first_of(raw, ("stakeholders", "organizations", "organisations", "orgs"), ())
    if isinstance(listed, Mapping):
        listed = [{"org": key, **_listed(item)} for key, item in listed.items()]
    owners: dict[str, list[Raw]] = {}
    for item in listed:
        owners.setdefault(_owner(item), []).extend(first_of(item, ("subgoals", "sub_goals"), ()))
    for root in nested(first_of(raw, ("subgoals", "sub_goals"), ())):
        owners.setdefault(_owner(root), []).append(root)
    return tuple(
        OrganizationNode(org, tuple(subgoal_node(root, as_of) for root in nested(roots)))
        for org, roots in owners.items()
    )


def _listed(item: Any) -> Raw:
    return item if isinstance(item, Mapping) else {"subgoals": item}


def _owner(raw: Raw) -> str:
    return str(first_of(raw, ("org", "organization", "organisation", "owner", "id")))


def nested(listed: Sequence[Raw]) -> list[Raw]:
    """Sub-goals listed flat with `parent`, put under their parents; the roots."""
    ids = {item["id"] for item in listed}
    beneath = {key: [item for item in listed if item.get("parent") == key] for key in ids}
    return [_with_children(item, beneath) for item in listed if item.get("parent") not in ids]


def _with_children(item: Raw, beneath: Mapping[str, list[Raw]]) -> Raw:
    children = [_with_children(child, beneath) for child in beneath[item["id"]]]
    return {**item, "children": [*(item.get("children") or ()), *children]} if children else item


def goal(raw: Raw) -> GoalOutcome:
    """A goal from its rows, or from numbers already rolled up."""
    weight, name = needed_number(raw.get("weight"), ONE), str(raw.get("id", "goal"))
    if isinstance(raw.get("indicators"), list) and isinstance(raw.get("stakeholder_layer"), Mapping):
        return goal_outcome(name, indicator_layer(indicator_rows(raw["indicators"])), _efforts(raw), weight)
    if isinstance(raw.get("indicators"), list) or organizations_listed(raw):
        return roll_goal(GoalNode(name, indicator_rows(raw.get("indicators")), organizations(raw), weight))
    return _rolled_goal(raw, name, weight)


def organizations_listed(raw: Raw) -> bool:
    names = ("stakeholders", "organizations", "organisations", "orgs", "subgoals", "sub_goals")
    return any(isinstance(raw.get(name), list) for name in names)


def _rolled_goal(raw: Raw, name: str, weight: Decimal) -> GoalOutcome:
    """A goal whose layers are given as numbers; an indicator number without a coverage is fully covered."""
    mine = _layer(raw, "indicator")
    has_number = any(mine.get(key) is not None for key in ("progress", "schedule")) or "combined" in raw
    given = number(first_of(raw, ("coverage",), mine.get("coverage")))
    coverage = given if given is not None or "coverage" in raw else (ONE if has_number else ZERO)
    schedule = number(mine.get("schedule"))
    inferred = NOT_ENOUGH_DATA if schedule is None else status_by_pace(schedule)
    indicators = IndicatorLayer(
        number(mine.get("progress")), number(mine.get("expected")), schedule, coverage, mark_of(coverage),
        first_of(raw, ("status",), first_of(mine, ("status",), inferred)), None, None, (), {},
    )  # fmt: skip
    outcome = goal_outcome(name, indicators, _efforts(raw), weight)
    return replace(outcome, combined=number(raw["combined"])) if "combined" in raw else outcome


def _efforts(raw: Raw) -> StakeholderLayer:
    """A stakeholder layer given as numbers already rolled up."""
    theirs = _layer(raw, "stakeholder")
    return StakeholderLayer(
        number(theirs.get("progress")), number(theirs.get("expected")), number(theirs.get("schedule")),
        number(first_of(raw, ("reporting_rate",), theirs.get("reporting_rate"))),
    )  # fmt: skip


def _layer(raw: Raw, kind: str) -> dict[str, Any]:
    """A layer's numbers, under whichever of its names they are given."""
    stated = first_of(raw, (f"{kind}_layer", f"{kind}s"), {})
    found = dict(stated) if isinstance(stated, Mapping) else {"progress": stated}
    for key in ("progress", "expected", "schedule"):
        loose = raw.get(key) if kind == "indicator" else None
        found.setdefault(key, first_of(raw, (f"{kind}_{key}", f"{kind}s_{key}"), loose))
    return found


def goals(raw: Raw) -> list[Raw]:
    """The goals of a tree; an input that is a goal itself is the only one."""
    tree = first_of(raw, ("tree", "before"), raw)
    listed = tree if isinstance(tree, list) else tree.get("goals")
    if isinstance(listed, Mapping):
        listed = [{"id": key, **item} for key, item in listed.items()]
    return [tree] if listed is None else list(listed)


def overall(listed: Sequence[Raw]) -> OverallOutcome:
    return overall_outcome([goal(item) for item in listed])


def changed(raw: Any, leaf: str, values: Raw) -> Any:
    """The tree with the leaf's fields replaced; the one given stays as it is."""
    if isinstance(raw, list):
        return [changed(item, leaf, values) for item in raw]
    if not isinstance(raw, Mapping):
        return raw
    if raw.get("id") == leaf and "indicators" not in raw:
        return {**_entering(raw, values), **values}
    return {key: changed(item, leaf, values) for key, item in raw.items()}


def _entering(raw: Raw, values: Raw) -> Raw:
    """A row without data takes its status from the value that arrives."""
    arrives = raw.get("status") == NOT_ENOUGH_DATA and first_of(values, ("progress", "schedule")) is not None
    return {key: item for key, item in raw.items() if not (arrives and key in ("status", "schedule"))}


@exactly
def steps_between(
    before: Sequence[Raw], after: Sequence[Raw], leaf: str, cause: str | None, changes_state: bool = False
) -> tuple[Step, ...]:
    """One step per node from the leaf to the whole. Raises CaseError when there is no such leaf."""
    was, now = measured(before, leaf), measured(after, leaf)
    rows = [row_at(listed, leaf) for listed in (before, after)]
    kind = COMPOSITION if changes_state else row_kind(*rows)
    return tuple(
        step(node, level, was[node, level], measures, kind, cause) for (node, level), measures in now.items()
    )


Measured = dict[tuple[str, str], dict[str, Decimal | None]]


def measured(listed: Sequence[Raw], leaf: str) -> Measured:
    """The measures of the leaf and of every node above it, the leaf first."""
    for raw in listed:
        chain = _indicator_chain(raw, leaf) or _subgoal_chain(raw, leaf)
        if chain:
            outcome = goal(raw)
            chain[outcome.id, "goal"] = _both(outcome)
            chain["overall", "overall"] = _both(overall(listed))
            return chain
    raise CaseError(f"the tree has no leaf “{leaf}”")


def _indicator_chain(raw: Raw, leaf: str) -> Measured:
    listed = raw.get("indicators")
    row = (
        next((r for r in indicator_rows(listed) if r.id == leaf), None) if isinstance(listed, list) else None
    )
    if row is None:
        return {}
    return {
        (leaf, "indicator"): row.numbers.clamped().as_dict(),
        (f"{raw.get('id', 'goal')}.indicators", "layer"): goal(raw).indicator_layer.numbers.as_dict(),
    }


def _subgoal_chain(raw: Raw, leaf: str) -> Measured:
    for organization in organizations(raw):
        chain = branch(organization.subgoals, leaf)
        if chain:
            owner = roll_subgoals(organization.subgoals)
            return {
                **{(node.id, "sub_goal"): _rolled(roll_subgoal(node)) for node in chain},
                (organization.id, "organization"): _rolled(owner),
                (f"{raw.get('id', 'goal')}.stakeholders", "layer"): _rolled(goal(raw).stakeholder_layer),
            }
    return {}


def branch(nodes: Sequence[SubgoalNode], leaf: str) -> list[SubgoalNode]:
    """The leaf and the nodes above it, the leaf first; empty when it is not among them."""
    for node in nodes:
        if node.id == leaf:
            return [node]
        below = branch(node.children, leaf)
        if below:
            return [*below, node]
    return []


def _rolled(rolled: Any) -> dict[str, Decimal | None]:
    return Numbers().as_dict() if rolled is None else rolled.numbers.as_dict()


def _both(outcome: GoalOutcome | OverallOutcome) -> dict[str, Decimal | None]:
    return {
        "combined": outcome.combined,
        "indicators": outcome.indicators,
        "indicators_schedule": outcome.indicator_layer.schedule,
        "stakeholders": outcome.stakeholders,
        "stakeholders_schedule": outcome.stakeholder_layer.schedule,
        "coverage": outcome.coverage,
    }


def row_at(listed: Sequence[Raw], leaf: str) -> Row | None:
    """The leaf as a row of its parent; None when it has no part in it."""
    for raw in listed:
        rows = indicator_rows(raw.get("indicators")) if isinstance(raw.get("indicators"), list) else ()
        for row in rows:
            if row.id == leaf:
                return Row(row.weight, row.numbers.clamped()) if row.numbers.schedule is not None else None
        for organization in organizations(raw):
            for node in branch(organization.subgoals, leaf)[:1]:
                rolled = roll_subgoal(node)
                return None if rolled is None else Row(node.weight, rolled.numbers)
    return None
