"""What one change does up the tree: by difference to stored sums, and as steps to show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from goals.method.described import Described
from goals.method.exact import ZERO, exactly, ratio
from goals.method.layers import Numbers

MOVEMENT = "movement"
COMPOSITION = "composition"


@dataclass(frozen=True)
class Row:
    """What a node gives its parent: its weight and its numbers (already cut to 0..1)."""

    weight: Decimal
    numbers: Numbers


@dataclass(frozen=True)
class Sums(Described):
    """Sum of w·x and of w over the rows that have a value, as stored with a node."""

    weighted: Decimal = ZERO
    weight: Decimal = ZERO

    @property
    def mean(self) -> Decimal | None:
        return ratio(self.weighted, self.weight)

    @exactly
    def plus(self, weight: Decimal, value: Decimal | None, sign: int = 1) -> "Sums":
        """The sums with a row added, or with sign -1 taken away; a missing value changes nothing."""
        if value is None:
            return self
        return Sums(self.weighted + sign * weight * value, self.weight + sign * weight)


@dataclass(frozen=True)
class NodeSums(Described):
    """The sums behind a node's three numbers."""

    progress: Sums = Sums()
    expected: Sums = Sums()
    schedule: Sums = Sums()

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "NodeSums":
        sums = cls()
        for row in rows:
            sums = sums.moved(None, row)
        return sums

    @property
    @exactly
    def numbers(self) -> Numbers:
        return Numbers(self.progress.mean, self.expected.mean, self.schedule.mean)

    def moved(self, before: Row | None, after: Row | None) -> "NodeSums":
        """The sums once a row's contribution has changed; None is a row that is not there."""
        return self._plus(before, -1)._plus(after, 1)

    def _plus(self, row: Row | None, sign: int) -> "NodeSums":
        if row is None:
            return self
        return NodeSums(
            self.progress.plus(row.weight, row.numbers.progress, sign),
            self.expected.plus(row.weight, row.numbers.expected, sign),
            self.schedule.plus(row.weight, row.numbers.schedule, sign),
        )


@dataclass(frozen=True)
class Link:
    """An ancestor of the changed leaf: its sums, and its own weight in the next one up."""

    node: str
    level: str
    sums: NodeSums
    weight: Decimal


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


@exactly
def climb(
    links: Sequence[Link],
    before: Row | None,
    after: Row | None,
    cause: str | None = None,
    kind: str | None = None,
) -> tuple[tuple[Step, ...], tuple[Link, ...]]:
    """Carry a leaf's change from ancestor to ancestor, the lowest first, in one pass.

    Returns a step per ancestor and the links with their new sums. A change of composition stays one
    all the way up: whatever it moves further on is not progress. The rows alone cannot tell a change of
    state; whoever makes one says `kind`.
    """
    kind = kind or row_kind(before, after)
    steps: list[Step] = []
    moved: list[Link] = []
    for link in links:
        sums = link.sums.moved(before, after)
        was, now = link.sums.numbers, sums.numbers
        steps.append(step(link.node, link.level, was.as_dict(), now.as_dict(), kind, cause))
        moved.append(replace(link, sums=sums))
        before, after = _row_of(link, was), _row_of(link, now)
    return tuple(steps), tuple(moved)


def _row_of(link: Link, numbers: Numbers) -> Row | None:
    """A node without any number is no row in its parent."""
    return None if numbers == Numbers() else Row(link.weight, numbers)
