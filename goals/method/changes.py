"""What one change did to the nodes of a tree, as steps to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from goals.method.described import Described
from goals.method.exact import exactly
from goals.method.layers import Numbers

MOVEMENT = "movement"
COMPOSITION = "composition"


@dataclass(frozen=True)
class Row:
    """What a node gives its parent: its weight and its numbers (already cut to 0..1)."""

    weight: Decimal
    numbers: Numbers


Measures = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Step(Described):
    """One node before and after a change; `delta` is None for a measure missing on either side."""

    node: str
    level: str
    before: Measures
    after: Measures
    delta: Measures = field(default_factory=dict)
    kind: str = MOVEMENT
    cause: str | None = None


@exactly
def step(
    node: str,
    level: str,
    before: Measures,
    after: Measures,
    kind: str | None = None,
    cause: str | None = None,
) -> Step:
    """Set a node's measures side by side; without a `kind` one that appears or disappears is composition."""
    delta = {name: difference(before.get(name), after.get(name)) for name in after}
    return Step(node, level, before, after, delta, kind or kind_of(before, after), cause)


@exactly
def difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def kind_of(before: Measures, after: Measures) -> str:
    """Composition when a value enters or leaves, else movement."""
    entered_or_left = any((before.get(name) is None) != (after.get(name) is None) for name in after)
    return COMPOSITION if entered_or_left else MOVEMENT


def row_kind(before: Row | None, after: Row | None) -> str:
    """Composition when a row, or one of its values, enters or leaves, or its weight changes."""
    if before is None or after is None or before.weight != after.weight:
        return COMPOSITION
    return kind_of(before.numbers.as_dict(), after.numbers.as_dict())
