"""Judges every node of the tree for a moment: targets, sub-goals, organizations, goals and overall.

Nothing is stored here. Each node carries the operation of the method, its input and its outcome, so
that every number can be explained and computed again from its explanation alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from goals import known
from goals.known import Moment
from goals.method import METHOD_VERSION, cases
from goals.method.status import NOT_ENOUGH_DATA, status_by_pace
from goals.models import Goal, Result, SubGoal, Target, TargetVersion
from stakeholders.models import Organization

STORED_SCALE = Decimal(1).scaleb(-12)
PROJECTED_KINDS = (TargetVersion.Kind.REACH_LEVEL, TargetVersion.Kind.RELATIVE_CHANGE)
NUMBERS = ("progress", "expected", "schedule")


@dataclass(frozen=True)
class Node:
    """One node of the tree with the verdict on it; `key` names it, e.g. `target:food-trade`."""

    key: str
    level: str
    op: str
    case: dict[str, Any]
    outcome: dict[str, Any]
    goal: Goal | None = None
    target: Target | None = None
    sub_goal: SubGoal | None = None
    organization: Organization | None = None

    @property
    def explanation(self) -> dict[str, Any]:
        return {"op": self.op, "input": self.case, "method_version": METHOD_VERSION}


def compute(op: str, case: Mapping[str, Any]) -> dict[str, Any]:
    """Run one operation of the method; numbers come back at the stored scale."""
    return stored(cases.run(op, case))


def stored(value: Any) -> Any:
    """Decimals of an outcome rounded to the scale results are stored with."""
    if isinstance(value, Decimal):
        small = value.adjusted() < 14
        return value.quantize(STORED_SCALE, ROUND_HALF_EVEN).normalize() + 0 if small else value
    if isinstance(value, dict):
        return {str(key): stored(item) for key, item in value.items()}
    return [stored(item) for item in value] if isinstance(value, list) else value


def evaluate(moment: Moment) -> dict[str, Node]:
    """Every node by its key, leaves before what rests on them."""
    targets = evaluate_targets(moment)
    sub_goals = evaluate_sub_goals(moment)
    nodes = [*with_contributions(targets, sub_goals), *sub_goals]
    goals = list(Goal.objects.all())
    for goal in goals:
        nodes += evaluate_goal(goal, targets, sub_goals)
    nodes.append(evaluate_overall(goals, {node.key: node for node in nodes}))
    return {node.key: node for node in nodes}


# --- Leaves -------------------------------------------------------------------------------------
def evaluate_targets(moment: Moment) -> list[Node]:
    observations = known.observations_by_indicator(moment)
    return [
        evaluate_target(version, observations.get(version.target.indicator_id, {}), moment)
        for version in known.versions_in_force(moment)
    ]


def evaluate_target(version: TargetVersion, subjects: dict, moment: Moment) -> Node:
    case = known.target_case(version, subjects, moment)
    outcome = compute("target", case)
    if version.kind in PROJECTED_KINDS and "entities" not in case:
        outcome["projection"] = compute("projection", case)
    target = version.target
    return Node(target.node, Result.Level.TARGET, "target", case, outcome, goal=target.goal, target=target)


def evaluate_sub_goals(moment: Moment) -> list[Node]:
    updates = known.updates_by_sub_goal(moment)
    judged = []
    for sub_goal in known.sub_goals(moment):
        case = known.sub_goal_case(sub_goal, updates.get(sub_goal.pk, []), moment)
        judged.append(sub_goal_node(sub_goal, "subgoal", case, compute("subgoal", case)))
    rows = children_rows(judged)
    return [roll_children(node, rows) for node in judged]


def sub_goal_node(sub_goal: SubGoal, op: str, case: dict, outcome: dict) -> Node:
    return Node(
        sub_goal.node, Result.Level.SUB_GOAL, op, case, outcome, goal=sub_goal.goal, sub_goal=sub_goal,
        organization=sub_goal.organization,
    )  # fmt: skip


def with_contributions(targets: Iterable[Node], sub_goals: Iterable[Node]) -> list[Node]:
    """The targets, each with the sum of quantities that sub-goals declare for its indicator."""
    declared: dict[int, list[dict]] = defaultdict(list)
    for node in sub_goals:
        if node.sub_goal and node.sub_goal.contributes_to_id:
            row = known.contribution_case(node.sub_goal, node.outcome)
            declared[node.sub_goal.contributes_to_id].append(row)
    return [with_contribution(node, declared) for node in targets]


def with_contribution(node: Node, declared: Mapping[int, list[dict]]) -> Node:
    rows = declared.get(node.target.indicator_id) if node.target else None
    if not rows:
        return node
    anchors = {
        name: (node.outcome.get(name) or {}).get("value")
        for name in ("baseline", "target")
    }  # fmt: skip
    case = {"indicator": anchors, "subgoals": rows}
    node.case["contributions"] = case
    node.outcome["contributions"] = compute("contributions", case)
    return node


# --- The stakeholder side -----------------------------------------------------------------------
def row_of(node: Node, children: list[dict]) -> dict[str, Any]:
    """How a judged sub-goal enters the roll-up."""
    assert node.sub_goal is not None
    return {
        "id": node.key,
        "weight": node.sub_goal.weight,
        "progress_from": node.sub_goal.progress_from,
        "counted": node.outcome.get("counted", True),
        "update_state": node.outcome.get("update_state"),
        **{name: node.outcome.get(name) for name in NUMBERS},
        "children": children,
    }


def children_rows(judged: list[Node]) -> dict[int | None, list[dict]]:
    """The roll-up rows by the id of their parent (None: roots), each holding its own children."""
    by_parent: dict[int | None, list[Node]] = defaultdict(list)
    for node in judged:
        assert node.sub_goal is not None
        by_parent[node.sub_goal.parent_id].append(node)

    def rows(parent_id: int | None) -> list[dict]:
        return [row_of(node, rows(node.sub_goal.pk)) for node in by_parent[parent_id] if node.sub_goal]

    return {parent_id: rows(parent_id) for parent_id in list(by_parent)}


def roll_children(node: Node, rows: Mapping[int | None, list[dict]]) -> Node:
    """A sub-goal that takes its progress from its children shows their mean."""
    sub_goal = node.sub_goal
    assert sub_goal is not None
    if sub_goal.progress_from != SubGoal.ProgressFrom.CHILDREN or not node.outcome.get("counted", True):
        return node
    case = {"stakeholders": [{"org": sub_goal.organization.code, "subgoals": rows.get(sub_goal.pk, [])}]}
    rolled = compute("stakeholder_layer", case)
    counted = rolled.get("schedule") is not None or rolled.get("progress") is not None
    # It is not reported on itself, so it has neither a pace nor a rhythm of its own.
    outcome = node.outcome | {name: rolled.get(name) for name in NUMBERS}
    outcome |= {"counted": counted, "pace": None, "update_state": None}
    outcome["status"] = (
        status_by_pace(rolled["schedule"]) if rolled.get("schedule") is not None else NOT_ENOUGH_DATA
    )
    return sub_goal_node(sub_goal, "stakeholder_layer", case, outcome)


# --- Goals --------------------------------------------------------------------------------------
def evaluate_goal(goal: Goal, targets: list[Node], sub_goals: list[Node]) -> list[Node]:
    """The goal and, before it, each organization that works toward it."""
    own = [node for node in sub_goals if node.goal == goal]
    case = {
        "id": goal.code,
        "weight": goal.weight,
        "indicators": [indicator_row(node) for node in targets if node.goal == goal],
        "stakeholders": stakeholder_rows(own),
    }
    outcome = compute("goal", case)
    node = Node(f"goal:{goal.code}", Result.Level.GOAL, "goal", case, outcome, goal=goal)
    return [*organization_nodes(goal, own, case["stakeholders"]), node]


def indicator_row(node: Node) -> dict[str, Any]:
    return {
        "id": node.key,
        "weight": node.case["weight"],
        "status": node.outcome["status"],
        **{name: node.outcome.get(name) for name in NUMBERS},
    }


def stakeholder_rows(sub_goals: list[Node]) -> list[dict[str, Any]]:
    roots = children_rows(sub_goals).get(None, [])
    owners = {node.key: node.organization.code for node in sub_goals if node.organization}
    grouped: dict[str, list[dict]] = defaultdict(list)
    for row in roots:
        grouped[owners[row["id"]]].append(row)
    return [{"org": code, "subgoals": rows} for code, rows in sorted(grouped.items())]


def organization_nodes(goal: Goal, sub_goals: list[Node], stakeholders: list[dict]) -> list[Node]:
    organizations = {node.organization.code: node.organization for node in sub_goals if node.organization}
    nodes = []
    for row in stakeholders:
        case = {"stakeholders": [row]}
        nodes.append(
            Node(
                f"organization:{goal.code}:{row['org']}", Result.Level.ORGANIZATION, "stakeholder_layer",
                case, compute("stakeholder_layer", case), goal=goal, organization=organizations[row["org"]],
            )
        )  # fmt: skip
    return nodes


def evaluate_overall(goals: list[Goal], nodes: Mapping[str, Node]) -> Node:
    case = {"goals": [nodes[f"goal:{goal.code}"].case for goal in goals]}
    outcome = compute("overall", case)
    outcome.pop("goals", None)
    return Node("overall", Result.Level.OVERALL, "overall", case, outcome)
