"""The small language of derived indicators: `SUBJECT = expression over {indicator:area/partner}`.

`NAM = 100 * ({gdp-current:MEX} + {gdp-current:USA}) / {gdp-current:WLD}` gives one series;
`@area` and `@partner` stand for every area or partner for which all the inputs exist. `growth(x)` is
the change in percent on the year before, `yearly(x)` the sum of the twelve months of each whole year.
Pure: parsing, the graph of dependencies, evaluation on anything that can be added and divided.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

REFERENCE = re.compile(r"\{([a-z0-9-]+):([A-Z0-9@a-z-]+)(?:/([A-Z0-9@a-z-]+))?\}")
OPERATORS: dict[type, Callable] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
FUNCTIONS = ("growth", "yearly")


class FormulaError(ValueError):
    """The formula cannot be read, or depends on itself; the message says where."""


@dataclass(frozen=True)
class Reference:
    """One input of a formula: the series of an indicator for an area and a partner (may be blank)."""

    indicator: str
    area: str
    partner: str = ""

    def bound(self, area: str, partner: str) -> "Reference":
        """The reference with its placeholders filled in."""
        fill = {"@area": area, "@partner": partner}
        return Reference(self.indicator, fill.get(self.area, self.area), fill.get(self.partner, self.partner))


@dataclass(frozen=True)
class Formula:
    """A parsed formula; `names` maps the variables of `tree` to the references they stand for."""

    area: str
    partner: str
    tree: ast.expr
    names: Mapping[str, Reference]

    @property
    def references(self) -> list[Reference]:
        return list(self.names.values())

    @property
    def functions(self) -> set[str]:
        """The names of the functions it calls."""
        calls = (node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return {called.id for called in calls if isinstance(called, ast.Name)}

    @property
    def has_placeholders(self) -> bool:
        return "@area" in (self.area, self.partner) or "@partner" in (self.area, self.partner)


def parse(text: str) -> Formula:
    """Read a formula. Raises FormulaError."""
    subject, equals, expression = text.partition("=")
    area, _, partner = subject.strip().partition("/")
    if not equals or not area:
        raise FormulaError("A formula reads SUBJECT = expression.")
    names: dict[str, Reference] = {}

    def name_for(match: re.Match) -> str:
        names[f"x{len(names)}"] = Reference(match[1], match[2], match[3] or "")
        return f"x{len(names) - 1}"

    source = REFERENCE.sub(name_for, expression).strip()
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"“{expression.strip()}” cannot be read as a formula.") from error
    check(tree, names)
    return Formula(area, partner, tree, names)


def check(node: ast.expr, names: Mapping[str, Reference]) -> None:
    """Refuse everything but numbers, inputs, + - * / and the known functions."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            check(left, names)
            check(right, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            check(operand, names)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            check(argument, names)
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if name in names:
            return
        case _:
            raise FormulaError(f"“{ast.unparse(node)}” is not allowed in a formula.")


def evaluate(
    formula: Formula, values: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]]
) -> Any:
    """The formula's value; `values` maps each variable to its input, `functions` each name to its meaning."""

    def value_of(node: ast.expr) -> Any:
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value_of(left), value_of(right))
            case ast.UnaryOp(operand=operand):
                return -value_of(operand)
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                return functions[name](value_of(argument))
            case ast.Constant(value=number):
                return Decimal(repr(number))
            case ast.Name(id=name):
                return values[name]
        raise FormulaError(f"“{ast.unparse(node)}” is not allowed in a formula.")

    return value_of(formula.tree)


def calculation_order(formulas: Mapping[str, str]) -> list[str]:
    """The derived indicators, each after its inputs. Raises FormulaError naming a circle."""
    order: list[str] = []
    path: list[str] = []

    def visit(code: str) -> None:
        if code in order or code not in formulas:
            return
        if code in path:
            circle = " → ".join([*path[path.index(code) :], code])
            raise FormulaError(f"The formulas run in a circle: {circle}.")
        path.append(code)
        for reference in parse(formulas[code]).references:
            visit(reference.indicator)
        order.append(path.pop())

    for code in sorted(formulas):
        visit(code)
    return order


def dependents(formulas: Mapping[str, str], changed: set[str]) -> list[str]:
    """The derived indicators that depend on the changed ones, directly or not, in calculation order."""
    touched, found = set(changed), []
    for code in calculation_order(formulas):
        if any(reference.indicator in touched for reference in parse(formulas[code]).references):
            touched.add(code)
            found.append(code)
    return found
