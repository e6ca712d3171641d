"""Judges every node of the tree for a moment: targets, sub-goals, organizations, goals and overall.

Nothing is stored here. Each node carries the operation of the method, its input and its outcome, so
that every number can be explained and computed again from its explanation alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from goals import known
from goals.climbing import Tree
from goals.known import Moment
from goals.method import METHOD_VERSION, cases
from goals.method.judging import verdict
from goals.method.moving import judge_under_way
from goals.method.parameters import Point
from goals.method.subgoals import judge_subgoal
from goals.models import Goal, Result, Standing, SubGoal, Target, TargetVersion
from stakeholders.models import Organization

STORED_SCALE = Decimal(1).scaleb(-12)
PROJECTED_KINDS = (TargetVersion.Kind.REACH_LEVEL, TargetVersion.Kind.RELATIVE_CHANGE)
NUMBERS = ("progress", "expected", "schedule")
OTHER_NAMES = ("counted", "listed", "not_counted")
"""What else a case of the method calls the parts of a declared sum."""


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
    """Every node by its key, leaves before what rests on them; the whole tree from scratch."""
    targets = evaluate_targets(moment)
    tree, sub_goals = judge_all(moment)
    nodes = [*with_contributions(targets, map(declared_by, sub_goals)), *side_nodes(tree, sub_goals)]
    goals = [
        goal_node(goal, [indicator_row(node) for node in targets if node.goal == goal], tree.standings)
        for goal in Goal.objects.all()
    ]
    nodes += [*goals, overall_node(goals)]
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


def judge_all(moment: Moment) -> tuple[Tree, list[tuple[SubGoal, Node]]]:
    """The stakeholder side from scratch, and each sub-goal with the verdict on its own updates."""
    tree, judged = Tree(), judge_sub_goals(known.sub_goals(moment), moment)
    for sub_goal, node in judged:
        tree.judge(sub_goal, node.outcome, moment.as_of)
    for sub_goal, _ in judged:
        tree.into[sub_goal.node] = tree.place(sub_goal, moment.as_of)
    tree.carry(list(tree.standings))
    return tree, judged


def judge_sub_goals(sub_goals: Iterable[SubGoal], moment: Moment) -> list[tuple[SubGoal, Node]]:
    """Each sub-goal judged by its own updates as they were known."""
    found = list(sub_goals)
    updates = known.updates_by_sub_goal(moment, found)
    return [(one, judge_sub_goal(one, updates.get(one.pk, []), moment)) for one in found]


def judge_sub_goal(sub_goal: SubGoal, updates: list[dict], moment: Moment) -> Node:
    case = known.sub_goal_case(sub_goal, updates, moment)
    outcome = compute("subgoal", case)
    if not sub_goal.is_public:
        outcome |= {"counted": False, "reason": "draft"}
    return sub_goal_node(sub_goal, "subgoal", case, outcome)


def judge_now(
    sub_goals: Iterable[SubGoal], day: date, points: Mapping[int, list[Point]]
) -> Iterator[dict[str, Any]]:
    """What `judge_sub_goals` says of each today, without putting its input down as a case."""
    for one in sub_goals:
        reports = points.get(one.pk, [])
        asked = known.sub_goal_parameters(one)
        quick = judge_under_way(asked, reports, day)
        judged = quick or judge_subgoal(asked, reports, day, judging=verdict)
        hidden = not one.is_public
        yield {
            "counted": judged.counted and not hidden,
            "reason": "draft" if hidden else judged.reason,
            "status": judged.status,
            "update_state": judged.update_state,
            "latest": judged.latest and {"period": judged.latest.period, "value": judged.latest.value},
            **{name: getattr(judged, name) for name in NUMBERS},
        }


def sub_goal_node(sub_goal: SubGoal, op: str, case: dict, outcome: dict) -> Node:
    return Node(
        sub_goal.node, Result.Level.SUB_GOAL, op, case, outcome, goal=sub_goal.goal, sub_goal=sub_goal,
        organization=sub_goal.organization,
    )  # fmt: skip


def declared_by(judged: tuple[SubGoal, Node]) -> tuple[SubGoal, Decimal | None]:
    """With its latest value; one that takes its progress from its children has none of its own."""
    sub_goal, node = judged
    is_own = sub_goal.progress_from == SubGoal.ProgressFrom.OWN
    latest = node.outcome.get("latest") if is_own else None
    return sub_goal, (latest or {}).get("value")


def with_contributions(
    targets: Iterable[Node], values: Iterable[tuple[SubGoal, Decimal | None]]
) -> list[Node]:
    """The targets, each with the sum of quantities that sub-goals with these latest values declare."""
    declared, nodes = known.declared_by_indicator(values), list(targets)
    for node in nodes:
        rows = declared.get(node.target.indicator_id) if node.target else None
        put_contributions(node.case, node.outcome, rows)
    return nodes


def put_contributions(case: dict[str, Any], outcome: dict[str, Any], rows: list[dict] | None) -> None:
    """Set what is declared for a target beside the verdict on it; nothing where nobody declares anything."""
    case.pop("contributions", None)
    outcome.pop("contributions", None)
    if rows:
        case["contributions"] = contributions_case(outcome, rows)
        outcome["contributions"] = declared_sum(case["contributions"])


def contributions_case(outcome: Mapping[str, Any], rows: list[dict]) -> dict[str, Any]:
    """The input of the sum of declared contributions to an indicator whose target was judged."""
    return {"indicator": anchors_of(outcome), "subgoals": rows}


def anchors_of(outcome: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """The values at baseline and target, as far as they are known."""
    return {name: (outcome.get(name) or {}).get("value") for name in ("baseline", "target")}


def declared_sum(case: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the sum: of one thing the cases of the method call by several names, one."""
    found = compute("contributions", case)
    return {name: value for name, value in found.items() if name not in OTHER_NAMES}


# --- The stakeholder side -----------------------------------------------------------------------
def side_nodes(tree: Tree, judged: Iterable[tuple[SubGoal, Node]]) -> list[Node]:
    """Sub-goals, then the organizations of each goal, with the shares the tree gives them."""
    leaves = {sub_goal.node: node for sub_goal, node in judged}
    rows = sorted(tree.standings.values(), key=lambda row: (-tree.depth(row.node), row.node))
    return [
        leaves[row.node] if row.sub_goal and not row.from_entries else mean_node(row, entries_of(tree, row))
        for row in rows
        if row.level != Result.Level.GOAL
    ]


def entries_of(tree: Tree, standing: Standing) -> list[Standing]:
    return [tree.standings[node] for node, into in sorted(tree.into.items()) if into == standing.node]


def mean_node(standing: Standing, entries: Iterable[Standing]) -> Node:
    """A node whose shares are the mean of what enters it, with those entries as its explanation."""
    owner = standing.organization.code if standing.organization else standing.node
    case = {"stakeholders": [{"org": owner, "subgoals": [entry_row(row) for row in entries]}]}
    return Node(
        standing.node, standing.level, "stakeholder_layer", case, standing.outcome,
        goal=standing.goal, sub_goal=standing.sub_goal, organization=standing.organization,
    )  # fmt: skip


def entry_row(standing: Standing) -> dict[str, Any]:
    return {
        "id": standing.node,
        "weight": standing.weight,
        "counted": standing.counted,
        "update_state": standing.update_state or None,
        **{name: getattr(standing, name) for name in NUMBERS},
    }


# --- Goals --------------------------------------------------------------------------------------
def indicator_row(node: Node) -> dict[str, Any]:
    return {
        "id": node.key,
        "weight": node.case["weight"],
        "status": node.outcome["status"],
        **{name: node.outcome.get(name) for name in NUMBERS},
    }


def goal_node(goal: Goal, indicators: list[dict], standings: Mapping[str, Standing]) -> Node:
    """A goal from its judged indicators and the sums of its organizations."""
    key = f"goal:{goal.code}"
    case = {
        "id": goal.code,
        "weight": goal.weight,
        "indicators": indicators,
        "stakeholder_layer": layer_case(standings.get(key)),
    }
    outcome = compute("goal", case) | {"organizations_counted": members_of(standings.get(key))}
    return Node(key, Result.Level.GOAL, "goal", case, outcome, goal=goal)


def layer_case(standing: Standing | None) -> dict[str, Any]:
    found = {name: getattr(standing, name, None) for name in NUMBERS}
    return found | {"reporting_rate": getattr(standing, "reporting", None)}


def members_of(standing: Standing | None) -> int:
    return standing.members if standing else 0


def overall_node(goals: Iterable[Node]) -> Node:
    return overall_of([rolled_goal(node.case["weight"], node.outcome) for node in goals])


def overall_from(goals: Iterable[tuple[Decimal, Mapping[str, Any]]]) -> Node:
    """The overall number from the weights and stored outcomes of the goals."""
    return overall_of([rolled_goal(weight, outcome) for weight, outcome in goals])


def overall_of(rows: list[dict]) -> Node:
    case = {"goals": rows}
    outcome = stored(cases.overall_alone(case))
    return Node("overall", Result.Level.OVERALL, "overall", case, outcome)


def rolled_goal(weight: Decimal, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """A judged goal as a row of the overall number: its two layers with their numbers."""
    layer = outcome["indicator_layer"]
    return {
        "id": outcome["id"],
        "weight": weight,
        "status": outcome["status"],
        "coverage": outcome["coverage"],
        "indicator_layer": {name: layer[name] for name in NUMBERS},
        "stakeholder_layer": {
            **{name: outcome["stakeholder_layer"][name] for name in NUMBERS},
            "reporting_rate": outcome["reporting_rate"],
        },
    }
