"""`manage.py explain NODE`: the tree behind a number, computed again from that tree."""

from collections.abc import Mapping
from typing import Any

import simplejson
from django.core.management.base import BaseCommand, CommandError

from goals import explain
from goals.evaluation import Node, evaluate
from goals.management.commands.progress import add_moment_arguments, moment

SHOWN = ("status", "progress", "expected", "schedule", "pace", "combined", "coverage")


class Command(BaseCommand):
    help = "Print what a number rests on: `overall`, a goal (g3), an indicator or a sub-goal."

    def add_arguments(self, parser) -> None:
        parser.add_argument("node", help="e.g. overall, g3, intraregional-goods-trade")
        parser.add_argument("--json", action="store_true", help="the whole input of the method as JSON")
        add_moment_arguments(parser)

    def handle(self, *args, node: str, json: bool, as_of: str | None, known: str | None, **options) -> None:
        nodes = evaluate(moment(as_of, known))
        found = find(node, nodes)
        if json:
            self.stdout.write(
                simplejson.dumps(found.explanation | {"output": found.outcome}, use_decimal=True, indent=2)
            )
        else:
            self.show(found, nodes, 0)
        self.confirm(found)

    def show(self, node: Node, nodes: Mapping[str, Node], depth: int) -> None:
        indent = "  " * depth
        numbers = [f"{name} {node.outcome[name]}" for name in SHOWN if node.outcome.get(name) is not None]
        self.stdout.write(f"{indent}{node.key} = {node.op}({', '.join(numbers)})")
        for line in inputs(node):
            self.stdout.write(f"{indent}    {line}")
        for part in explain.parts(node, nodes):
            self.show(part, nodes, depth + 1)

    def confirm(self, node: Node) -> None:
        wrong = list(explain.differences(node.explanation, node.outcome))
        if wrong:
            fields = ", ".join(difference.field for difference in wrong)
            raise CommandError(f"Computed again from this tree, other values come out for: {fields}.")
        self.stderr.write("Computed again from this tree: the same numbers.")


def find(name: str, nodes: Mapping[str, Node]) -> Node:
    """The node by its key, or by the code of a goal, an indicator or a sub-goal. Raises CommandError."""
    for key in (name, f"goal:{name}", f"target:{name}", f"sub-goal:{name}"):
        if key in nodes:
            return nodes[key]
    raise CommandError(f"There is no node “{name}”. `manage.py progress --json` names them all.")


def inputs(node: Node) -> list[str]:
    """The parameters and the values a leaf was judged with, each with its record and vintage."""
    lines = [f"{name}: {text(value)}" for name, value in node.case.items() if is_parameter(value)]
    for country, entity in sorted((node.case.get("entities") or {}).items()):
        lines += [f"{country} {observation(point)}" for point in entity["observations"][-5:]]
    lines += [observation(point) for point in (node.case.get("observations") or [])]
    lines += [
        f"update {point['update']}: {point['period']} = {point['value']}"
        for point in node.case.get("updates", [])
    ]
    return lines


def is_parameter(value: Any) -> bool:
    return not isinstance(value, list | dict) or (isinstance(value, dict) and "period" in value)


def text(value: Any) -> str:
    return " ".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)


def observation(point: Mapping[str, Any]) -> str:
    origin = f"vintage {point['vintage'][:10]}, {point['source']}"
    return f"observation {point['observation']}: {point['period']} = {point['value']} ({origin})"
