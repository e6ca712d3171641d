"""The small language of derived indicators: `SUBJECT = expression over {indicator:area/partner/product}`.

`NAM = 100 * ({gdp-current:MEX} + {gdp-current:USA}) / {gdp-current:WLD}` gives one series; a place is an
area, with a partner and a product where a series has them (`USA/MEX`, `USA//NAICS 334`). `@area`, `@partner`
and `@product` give one series for every area, partner or product for which all the inputs exist.
`growth(x)` is the change in percent on the year before, `yearly(x)` the sum of the twelve months of each
whole year, `sum(x)` the sum of x over everything that a `*` in it can stand for. A placeholder and a `*`
never stand for what the formula names itself in the same place of the same indicator: a share of the world
has no series for the world.
Pure: parsing, the graph of dependencies, evaluation on anything that can be added and divided.
"""

import ast
import copy
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from typing import Any

Place = tuple[str, str, str]
"""Area, partner and product; the last two may be blank."""

Binding = Mapping[str, str]
"""What each placeholder stands for: {"@partner": "MEX"}."""

REFERENCE = re.compile(r"\{([a-z0-9-]+):([A-Z0-9@*a-z-]+)(?:/([A-Z0-9@*a-z-]*)(?:/([^{}/=]+))?)?\}")
PLACEHOLDERS = ("@area", "@partner", "@product")
ANY = "*"
OPERATORS: dict[type, Callable] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
FUNCTIONS = ("growth", "yearly")
SUM = "sum"


def filled(place: Place, binding: Binding) -> Place:
    area, partner, product = (binding.get(part, part) for part in place)
    return area, partner, product


class FormulaError(ValueError):
    """The formula cannot be read, or depends on itself; the message says where."""


@dataclass(frozen=True)
class Reference:
    """One input of a formula: the series of an indicator for an area, a partner and a product."""

    indicator: str
    area: str
    partner: str = ""
    product: str = ""

    @property
    def place(self) -> Place:
        return self.area, self.partner, self.product

    def bound(self, binding: Binding) -> "Reference":
        """The reference with its placeholders filled in."""
        return Reference(self.indicator, *filled(self.place, binding))

    def at(self, place: Place) -> "Reference":
        """The reference with every `*` replaced by the same part of a place."""
        parts = (other if part == ANY else part for part, other in zip(self.place, place, strict=True))
        return Reference(self.indicator, *parts)


@dataclass(frozen=True)
class Formula:
    """A parsed formula; `names` maps the variables of `tree` to the references they stand for."""

    place: Place
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

    def names_itself(self, indicator: str, part: int) -> set[str]:
        """What its references to an indicator name as area (0), partner (1) or product (2)."""
        named = {one.place[part] for one in self.references if one.indicator == indicator}
        return named - {*PLACEHOLDERS, ANY}

    def bound(self, binding: Binding) -> "Formula":
        """The formula of one subject."""
        names = {name: reference.bound(binding) for name, reference in self.names.items()}
        return Formula(filled(self.place, binding), self.tree, names)

    def expanded(self, places: Callable[[Reference], set[Place]]) -> "Formula":
        """The formula with each sum written out over the places that its `*` stands for.

        A sum over nothing stays as it is: what it refers to has no values.
        """
        sums = WrittenOut(self.names, places)
        tree = sums.visit(copy.deepcopy(self.tree))
        used = set(variables(tree))
        return replace(self, tree=tree, names={name: ref for name, ref in sums.names.items() if name in used})


class WrittenOut(ast.NodeTransformer):
    """Replaces `sum(x)` by x at each place its `*` stands for, joined by plus signs."""

    def __init__(self, names: Mapping[str, Reference], places: Callable[[Reference], set[Place]]) -> None:
        self.names = dict(names)
        self.places = places

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not is_sum(node):
            return self.generic_visit(node)
        starred = [self.names[name] for name in variables(node) if ANY in self.names[name].place]
        everywhere = sorted(set.intersection(*(self.places(reference) for reference in starred)))
        terms = [self.at(place, node.args[0]) for place in everywhere] or node.args
        return reduce(lambda left, right: ast.BinOp(left, ast.Add(), right), terms)

    def at(self, place: Place, term: ast.expr) -> ast.expr:
        """A copy of the term with its `*` replaced, under variables of its own."""
        term = copy.deepcopy(term)
        for node in ast.walk(term):
            if isinstance(node, ast.Name) and node.id in self.names:
                name = f"x{len(self.names)}"
                self.names[name] = self.names[node.id].at(place)
                node.id = name
        return term


def variables(tree: ast.AST) -> Iterator[str]:
    """The variables of an expression, without the names of functions."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)


def is_sum(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SUM


# --- Reading ------------------------------------------------------------------------------------
def parse(text: str) -> Formula:
    """Read a formula. Raises FormulaError."""
    subject, equals, expression = text.partition("=")
    area, partner, product, *rest = [*(part.strip() for part in subject.split("/")), "", ""]
    if not equals or not area or any(rest):
        raise FormulaError("A formula reads SUBJECT = expression.")
    names: dict[str, Reference] = {}

    def name_for(match: re.Match) -> str:
        names[f"x{len(names)}"] = Reference(match[1], match[2], match[3] or "", match[4] or "")
        return f"x{len(names) - 1}"

    source = REFERENCE.sub(name_for, expression).strip()
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"“{expression.strip()}” cannot be read as a formula.") from error
    check(tree, names)
    check_stars(tree, names)
    if not names:
        raise FormulaError("A formula needs an input, such as {population:MEX}.")
    return Formula((area, partner, product), tree, names)


def check(node: ast.expr, names: Mapping[str, Reference]) -> None:
    """Refuse everything but numbers, inputs, + - * / and the known functions."""
    match node:
        case ast.BinOp(op=ast.Div(), right=ast.Constant(value=0)):
            raise FormulaError(f"“{ast.unparse(node)}” divides by zero.")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            check(left, names)
            check(right, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            check(operand, names)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in (*FUNCTIONS, SUM):
            check(argument, names)
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if name in names:
            return
        case _:
            raise FormulaError(f"“{ast.unparse(node)}” is not allowed in a formula.")


def check_stars(tree: ast.expr, names: Mapping[str, Reference]) -> None:
    """Refuse a `*` outside a sum, a sum without one or with them in other parts, and a sum in a sum."""
    sums = [node for node in ast.walk(tree) if is_sum(node)]
    summed = [name for node in sums for name in variables(node)]
    if len(summed) != len(set(summed)):
        raise FormulaError("A sum holds another sum.")
    if any(ANY in names[name].place for name in variables(tree) if name not in summed):
        raise FormulaError("A “*” in a reference stands for many series: put it into sum(…).")
    for node in sums:
        shapes = {stars(names[name]) for name in variables(node)} - {()}
        if len(shapes) != 1:
            raise FormulaError("A sum needs a “*” in its references, in the same parts of each.")


def stars(reference: Reference) -> tuple[int, ...]:
    return tuple(at for at, part in enumerate(reference.place) if part == ANY)


# --- Calculating --------------------------------------------------------------------------------
def plainly(operation: Callable, left: Any, right: Any) -> Any:
    return operation(left, right)


def evaluate(
    formula: Formula,
    values: Mapping[str, Any],
    functions: Mapping[str, Callable[[Any], Any]],
    combine: Callable[[Callable, Any, Any], Any] = plainly,
) -> Any:
    """The formula's value; `values` maps each variable to its input, `functions` each name to its meaning.

    `combine` applies an operation to two values. Sums must have been written out (`Formula.expanded`).
    """

    def value_of(node: ast.expr) -> Any:
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                return combine(OPERATORS[type(op)], value_of(left), value_of(right))
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


# --- Order --------------------------------------------------------------------------------------
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
