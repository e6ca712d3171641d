"""The tree behind a number, and the same number computed again from that tree alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goals.evaluation import Node, compute


@dataclass(frozen=True)
class Difference:
    """A number that its explanation does not give."""

    field: str
    stored: Any
    recomputed: Any


def recompute(explanation: dict[str, Any]) -> dict[str, Any]:
    """The outcome, from nothing but the explanation."""
    case = explanation["input"]
    outcome = compute(explanation["op"], case)
    if "contributions" in case:
        outcome["contributions"] = compute("contributions", case["contributions"])
    return outcome


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
