"""The whole tree of progress for a moment as plain data and as text."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from goals import words
from goals.climbing import UNCOUNTED
from goals.evaluation import Node
from goals.known import Moment
from goals.method import METHOD_VERSION
from goals.models import Goal
from indicators import formats

HIDDEN = {"goals", "entities_known", "problems", "points"}


def as_data(nodes: Mapping[str, Node], moment: Moment) -> dict[str, Any]:
    """Overall, goals, both layers, every indicator and sub-goal; numbers are Decimal, missing is None."""
    return {
        "as_of": moment.as_of.isoformat(),
        "known": moment.known.isoformat(),
        "method_version": METHOD_VERSION,
        "overall": outcome_of(nodes["overall"]),
        "goals": [goal_data(node, nodes) for node in goal_nodes(nodes)],
    }


def goal_nodes(nodes: Mapping[str, Node]) -> list[Node]:
    return [node for key, node in nodes.items() if key.startswith("goal:")]


def goal_data(node: Node, nodes: Mapping[str, Node]) -> dict[str, Any]:
    assert node.goal is not None
    return {
        "code": node.goal.code,
        "name": node.goal.name,
        **outcome_of(node),
        "indicators_judged": [indicator_data(leaf) for leaf in leaves(node.goal, nodes, "target:")],
        "organizations": [organization_data(row, nodes) for row in leaves(node.goal, nodes, "organization:")],
    }


def leaves(goal: Goal, nodes: Mapping[str, Node], prefix: str) -> list[Node]:
    return [node for key, node in nodes.items() if key.startswith(prefix) and node.goal == goal]


def indicator_data(node: Node) -> dict[str, Any]:
    assert node.target is not None
    indicator = node.target.indicator
    return {
        "code": indicator.code,
        "number": node.target.number,
        "name": indicator.name,
        "is_headline": node.target.is_headline,
        "unit": indicator.unit,
        **outcome_of(node),
    }


def organization_data(node: Node, nodes: Mapping[str, Node]) -> dict[str, Any]:
    assert node.organization is not None
    own = [
        leaf for leaf in leaves_of_goal(node, nodes) if leaf.organization == node.organization
    ]  # fmt: skip
    return {
        "code": node.organization.code,
        "name": node.organization.name,
        **outcome_of(node),
        "sub_goals": [sub_goal_data(leaf) for leaf in own],
    }


def leaves_of_goal(node: Node, nodes: Mapping[str, Node]) -> list[Node]:
    assert node.goal is not None
    return leaves(node.goal, nodes, "sub-goal:")


def sub_goal_data(node: Node) -> dict[str, Any]:
    assert node.sub_goal is not None
    parent = node.sub_goal.parent
    return {
        "code": node.sub_goal.code,
        "title": node.sub_goal.title,
        "parent": parent.code if parent else None,
        "state": node.sub_goal.state,
        **outcome_of(node),
    }


def outcome_of(node: Node) -> dict[str, Any]:
    return {"node": node.key} | {key: value for key, value in node.outcome.items() if key not in HIDDEN}


# --- As text ------------------------------------------------------------------------------------
def as_text(nodes: Mapping[str, Node]) -> Iterator[str]:
    yield line(0, "Overall", layers_text(nodes["overall"].outcome))
    for node in goal_nodes(nodes):
        assert node.goal is not None
        yield ""
        yield line(0, f"Goal {node.goal.number}: {node.goal.name}", layers_text(node.outcome))
        judged = leaves(node.goal, nodes, "target:")
        yield from indicator_lines(leaf for leaf in judged if leaf.outcome["status"] != "monitored")
        monitored = sum(leaf.outcome["status"] == "monitored" for leaf in judged)
        yield line(1, f"{monitored} indicators monitored without a target")
        yield from organization_lines(leaves(node.goal, nodes, "organization:"), nodes)


def line(depth: int, name: str, *facts: str) -> str:
    return "  " * depth + "  ".join([name, *(fact for fact in facts if fact)])


def layers_text(outcome: Mapping[str, Any]) -> str:
    indicators, stakeholders = outcome["indicator_layer"], outcome["stakeholder_layer"]
    return (
        f"[{status_text(outcome)}]  indicators on the path {share(indicators['schedule'])}, "
        f"organizations {share(stakeholders['schedule'])}, combined {share(outcome['combined'])}, "
        f"coverage {share(outcome['coverage'])}"
    )


def status_text(outcome: Mapping[str, Any]) -> str:
    reason = f": {words.reason_text(outcome['reason'])}" if outcome.get("reason") else ""
    return f"{words.STATUSES[outcome['status']]} ({outcome['status']}){reason}"


def indicator_lines(leaves: Iterable[Node]) -> Iterator[str]:
    for node in leaves:
        assert node.target is not None
        yield line(1, str(node.target), f"[{status_text(node.outcome)}]")
        facts = indicator_facts(node)
        if facts:
            yield line(2, ", ".join(facts))


def indicator_facts(node: Node) -> list[str]:
    """Value, expected, pace, progress and projection, as far as there are any."""
    assert node.target is not None
    outcome, indicator = node.outcome, node.target.indicator

    def amount(value: Decimal | None) -> str:
        return formats.quantity(value, indicator.unit, indicator.decimals, get_language() or "en")

    facts = []
    if latest := outcome.get("latest"):
        facts.append(f"{latest['period']}: {amount(latest['value'])}")
    if outcome.get("expected_value") is not None:
        facts.append(f"the path asks {amount(outcome['expected_value'])}")
    if outcome.get("pace") is not None:
        facts.append(f"pace {outcome['pace']:.2f}")
    if outcome.get("binding"):
        facts.append(f"binding {outcome['binding']}")
    if outcome.get("first_unmet"):
        facts.append(f"first unmet {outcome['first_unmet']}")
    projection = outcome.get("projection") or {}
    if projection.get("projection") is not None:
        facts.append(f"at the current pace {amount(projection['projection'])} ({projection['outlook']})")
    return facts


def organization_lines(organizations: Iterable[Node], nodes: Mapping[str, Node]) -> Iterator[str]:
    for node in organizations:
        assert node.organization is not None
        yield line(1, node.organization.name, f"on the path {share(node.outcome['schedule'])}")
        for leaf in leaves_of_goal(node, nodes):
            if leaf.organization == node.organization and leaf.sub_goal:
                yield line(2, leaf.sub_goal.title, *sub_goal_facts(leaf.outcome))


def sub_goal_facts(outcome: Mapping[str, Any]) -> list[str]:
    """Of one that does not count only why: a status would read as a verdict."""
    if outcome.get("reason") in UNCOUNTED:
        return [f"[{words.reason_text(outcome['reason'])}]"]
    reported = outcome.get("update_state") or ""
    return [f"[{status_text(outcome)}]", reported, f"progress {share(outcome['progress'])}"]


def share(value: Decimal | None) -> str:
    """A share of 1 as a number from 0 to 100; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f}"
