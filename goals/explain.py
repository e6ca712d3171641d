"""The tree behind a number, and the same number computed again from that tree alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goals import upper
from goals.declarations import declared
from goals.evaluation import NUMBERS, Node, compute, declared_sum, judge_sub_goals, mean_node, overall_from
from goals.known import Moment
from goals.method.exact import at_nine
from goals.models import Result, Standing


@dataclass(frozen=True)
class Difference:
    """A number that its explanation does not give."""

    field: str
    stored: Any
    recomputed: Any


def recompute(explanation: dict[str, Any]) -> dict[str, Any]:
    """The outcome, from nothing but the explanation."""
    case = explanation["input"]
    if explanation["op"] == "stakeholder_layer":
        return mean_of(case)
    outcome = compute(explanation["op"], case)
    if "contributions" in case:
        outcome["contributions"] = declared_sum(case["contributions"])
    return outcome


def explanation_of(stored: Result | Standing) -> dict[str, Any]:
    """What a stored number was worked out from.

    What organizations move all day is put together when somebody asks: a sub-goal from its own updates, a
    mean from its entries, goals and overall with their layers, a target with what sub-goals declare for it.
    """
    if isinstance(stored, Standing):
        return explanation_of_standing(stored)
    if stored.level == Result.Level.OVERALL:
        goals = Result.objects.current().filter(level=Result.Level.GOAL).order_by("goal__number")
        found = upper.completed(goals.select_related("goal"))
        return overall_from((one.goal.weight, one.outcome) for one in found if one.goal).explanation
    if stored.level == Result.Level.GOAL:
        layer = upper.completed([stored])[0].outcome["stakeholder_layer"]
        shown = {name: layer[name] for name in (*NUMBERS, "reporting_rate")}
        return stored.explanation | {"input": stored.explanation["input"] | {"stakeholder_layer": shown}}
    contributions = declared.case(stored)
    more = {"contributions": contributions} if contributions else {}
    return stored.explanation | {"input": stored.explanation["input"] | more}


def outcome_of(stored: Result | Standing) -> dict[str, Any]:
    """What that explanation gives, as it is stored: beside the outcome all that is declared."""
    contributions = None if isinstance(stored, Standing) else declared.contributions(stored)
    return stored.outcome | ({"contributions": contributions} if contributions else {})


def explanation_of_standing(standing: Standing) -> dict[str, Any]:
    if standing.sub_goal and not standing.from_entries:
        moment = Moment(standing.as_of, standing.as_of)
        [(_, node)] = judge_sub_goals([standing.sub_goal], moment)
        return node.explanation
    return mean_node(standing, standing.entries.order_by("node")).explanation


def mean_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """The mean of the entries of a node, at the nine decimals sums are kept with."""
    outcome = compute("stakeholder_layer", case)
    return {name: at_nine(outcome[name]) for name in (*NUMBERS, "reporting_rate")}


def differences(explanation: dict[str, Any], outcome: dict[str, Any]) -> Iterator[Difference]:
    """Every field in which the stored outcome and the recomputed one differ; none if all is well."""
    again = recompute(explanation)
    for field, value in again.items():
        if field in outcome and outcome[field] != value:
            yield Difference(field, outcome[field], value)


def parts(node: Node, nodes: Mapping[str, Node]) -> list[Node]:
    """The nodes a node's number rests on, in the order they are shown."""
    if node.op == "overall":
        return [nodes[f"goal:{goal['id']}"] for goal in node.case["goals"]]
    rows = [row["id"] for row in node.case.get("indicators", [])]
    for organization in node.case.get("stakeholders", []):
        rows += [row["id"] for row in organization["subgoals"]]
    return [nodes[key] for key in rows if key in nodes]
