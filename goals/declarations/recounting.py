"""Counts every declaration and every sum of them from scratch: what is other is set right, or named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects

from goals.declarations import declaring, neighborhood
from goals.declarations.declaring import Declarations
from goals.declarations.neighborhood import Neighbors
from goals.models import Declaration, DeclaredSum
from indicators import edition

NOTHING = DeclaredSum().values
Wrong = tuple[DeclaredSum, tuple]
"""A sum as it is stored, and the values that it ought to have."""
Drift = tuple[str, str, Any, Any]
"""Node, field, stored and counted value."""


def recount() -> list[str]:
    """Set right what is other than counted; return the nodes that were. The caller holds the lock."""
    found = Recount(neighborhood.everybody())
    if nodes := found.nodes:
        for one, values in found.sums:
            one.values = values
        declaring.store(*found.differing, [one for one, _values in found.sums])
        edition.advance()
    return nodes


def drifted() -> Iterator[Drift]:
    return Recount(neighborhood.everybody()).drifts()


@dataclass(frozen=True)
class Recount:
    """All declarations and sums as they are kept, beside what counting from scratch gives."""

    found: Neighbors

    @cached_property
    def before(self) -> Declarations:
        return declaring.kept(self.found, self.found)

    @cached_property
    def after(self) -> Declarations:
        return declaring.counted(self.found, self.found)

    @cached_property
    def differing(self) -> tuple[list[Declaration], list[Declaration]]:
        return declaring.differing(self.before, self.after)

    @cached_property
    def sums(self) -> list[Wrong]:
        wrong = wrong_sums(self.after.values())
        prefetch_related_objects([one for one, _values in wrong], "indicator", "organization")
        return wrong

    @property
    def keys(self) -> list[int]:
        """Sub-goals whose declaration is other."""
        return sorted({row.sub_goal_id for rows in self.differing for row in rows})

    @property
    def nodes(self) -> list[str]:
        return [*(self.found[key].node for key in self.keys), *(one.node for one, _values in self.sums)]

    def drifts(self) -> Iterator[Drift]:
        for key in self.keys:
            for difference in told(self.before.get(key), self.after.get(key)):
                yield self.found[key].node, *difference
        for one, values in self.sums:
            for name, stored, value in zip(DeclaredSum.MOVING, one.values, values, strict=True):
                if stored != value:
                    yield one.node, f"declared {name}", stored, value


def wrong_sums(declarations: Iterable[Declaration]) -> list[Wrong]:
    right = declaring.moves([], declarations)
    stored = {(one.indicator_id, one.organization_id): one for one in DeclaredSum.objects.all()}
    for indicator, organization in right.keys() - stored.keys():
        stored[indicator, organization] = DeclaredSum(indicator_id=indicator, organization_id=organization)
    found = [(one, right.get(key, NOTHING)) for key, one in stored.items()]
    return [(one, values) for one, values in found if one.values != values]


def told(before: Declaration | None, after: Declaration | None) -> Iterator[tuple[str, Any, Any]]:
    """What differs between a declaration and the counted one; of a missing or needless one, its quantity."""
    if before is None or after is None:
        yield "declaration", before and before.quantity, after and after.quantity
        return
    for name in declaring.KEPT:
        stored, counted = getattr(before, name), getattr(after, name)
        if stored != counted:
            yield f"declared {name}", stored, counted
