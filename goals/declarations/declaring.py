"""Keeps what sub-goals declare for indicators, and its sums, in step with every change (method, section 10).

The sum stands beside the official value and is never part of it: the verdict on the indicator, what was drawn
from it and when it was recorded stay as they are. A change reads and writes the declarations it bears on and
moves the sums by the difference, however many others declare something for the indicator.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from typing import Any

from django.db.models import prefetch_related_objects

from goals import rows
from goals.declarations import neighborhood
from goals.declarations.neighborhood import Neighbor, Neighbors
from goals.method.contributions import each_contribution
from goals.models import Declaration, DeclaredSum, SubGoal
from indicators.models import Indicator
from stakeholders.models import Organization

AMOUNTS = ("quantity", "amount", "credit")
"""What an update moves; the rest stays, and with it every index."""
PLACED = ("indicator_id", "organization_id", "reason", "shared_effort", "disagrees")
KEPT = (*PLACED, *AMOUNTS)
WIDE = Context(prec=400, traps=[Inexact, InvalidOperation])
"""More digits than any sum of quantities has: adding and taking away leaves what a recount gives."""

Key = tuple[int, int | None]
"""An indicator and an organization, or None for all of them together."""
Declarations = dict[int, Declaration]
"""By sub-goal."""


# --- One change ---------------------------------------------------------------------------------
def follow(declaring: Collection[int], displaced: Collection[int]) -> None:
    """Count what a change to these sub-goals bears on, and move the sums.

    `declaring` are those that declare or declared something, `displaced` those that stand elsewhere than
    before, or that nobody saw before or sees now. Call it in the transaction of the change, with the
    edition's lock held and the standings written.
    """
    if declaring or displaced:
        found = neighborhood.above({*declaring, *displaced})
        keep(*recounted(found, {*declaring, *displaced}, displaced))


def recounted(
    found: Neighbors, changed: Collection[int], displaced: Collection[int]
) -> tuple[Declarations, Declarations]:
    """What is kept of all that a change to these bears on, and what it comes to now."""
    among = set(found) & set(changed)
    if shifted := [key for key in among if key in displaced or found[key].is_shifted]:
        lower = neighborhood.below(shifted)
        found, among = lower | found, among | lower.keys()
    if efforts := {effort for key in among for effort in found[key].efforts}:
        found = neighborhood.members(efforts) | found
        among |= {key for key, one in found.items() if not efforts.isdisjoint(one.efforts)}
    return kept(found, among), counted(found, among)


def kept(found: Neighbors, among: Iterable[int]) -> Declarations:
    return {key: row for key in among if (row := found[key].kept)}


def counted(found: Neighbors, among: Iterable[int]) -> Declarations:
    """What each of these comes to, with those above them among the found ones."""
    by_indicator: dict[int, list[int]] = defaultdict(list)
    for key in sorted(among):
        if indicator := found[key].declares_for:
            by_indicator[indicator].append(key)
    return {
        key: row
        for indicator, keys in by_indicator.items()
        for key, row in counted_for(indicator, keys, found).items()
    }


def counted_for(indicator: int, keys: list[int], found: Neighbors) -> Declarations:
    involved = {one.pk: one for key in keys for one in chain(found[key], found)}
    each = each_contribution([entered(one, indicator, found) for one in involved.values()])
    return {key: found[key].declaration(indicator, each[found[key].node]) for key in keys}


def chain(one: Neighbor, found: Neighbors) -> Iterator[Neighbor]:
    """A sub-goal and those above it."""
    above: Neighbor | None = one
    while above:
        yield above
        above = found.get(above.parent_id or 0)


def entered(one: Neighbor, indicator: int, found: Neighbors) -> Any:
    above = found.get(one.parent_id or 0)
    return one.declared(above) if one.declares_for == indicator else one.passing(above)


# --- What would be ------------------------------------------------------------------------------
@dataclass(frozen=True)
class MovedSum:
    """What is declared for an indicator by all, or credited to one organization, before and after."""

    indicator: Indicator
    organization: Organization | None
    before: Decimal
    after: Decimal


def preview(wanted: SubGoal, value: Decimal | None) -> list[MovedSum]:
    """The sums that a published sub-goal would move, measured as it stands in memory; nothing is stored."""
    found = neighborhood.above({wanted.pk})
    found[wanted.pk] = found[wanted.pk].measured_as(wanted, value)
    by = moves(*differing(*recounted(found, {wanted.pk}, ())))
    sums = [one for one in moved_sums(by) if by[one.indicator_id, one.organization_id][0]]
    prefetch_related_objects(sums, "indicator", "organization")
    return [moved_sum(one, by[one.indicator_id, one.organization_id][0]) for one in in_order(sums)]


def moved_sum(one: DeclaredSum, by: Decimal) -> MovedSum:
    with localcontext(WIDE):
        return MovedSum(one.indicator, one.organization, one.amount - by, one.amount)


def in_order(sums: Iterable[DeclaredSum]) -> list[DeclaredSum]:
    """The sum of all organizations first, then theirs by name."""
    return sorted(
        sums, key=lambda one: (one.indicator.code, one.organization.name if one.organization else "")
    )


# --- Storing ------------------------------------------------------------------------------------
def keep(before: Declarations, after: Declarations) -> None:
    """Store the declarations that differ, and move the sums by the difference."""
    old, new = differing(before, after)
    if old or new:
        store(old, new, moved_sums(moves(old, new)))


def differing(before: Declarations, after: Declarations) -> tuple[list[Declaration], list[Declaration]]:
    """Of both, those that are not the same."""
    same = {key for key in before.keys() & after.keys() if is_same(before[key], after[key], KEPT)}
    old = [row for key, row in before.items() if key not in same]
    return old, [row for key, row in after.items() if key not in same]


def is_same(one: Declaration, other: Declaration, names: Iterable[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in names)


def store(old: Iterable[Declaration], new: Iterable[Declaration], sums: Sequence[DeclaredSum]) -> None:
    """Let these declarations take the place of those, and keep these sums."""
    rows.send(*stored_rows(old, new), *stored_sums(sums))


def stored_rows(old: Iterable[Declaration], new: Iterable[Declaration]) -> Iterator[rows.Batch]:
    was, stay = {row.pk: row for row in old}, {row.pk for row in new}
    plain = {row.pk for row in new if row.pk and is_same(was[row.pk], row, PLACED)}
    yield from rows.changes([row for row in new if row.pk in plain], AMOUNTS)
    yield from rows.changes([row for row in new if row.pk and row.pk not in plain], KEPT)
    yield from rows.additions([row for row in new if not row.pk])
    yield from rows.removals([row for row in was.values() if row.pk not in stay])


# --- Sums ---------------------------------------------------------------------------------------
def moves(old: Iterable[Declaration], new: Iterable[Declaration]) -> dict[Key, tuple]:
    """By how much each sum moves when these declarations become those."""
    found: dict[Key, list] = defaultdict(lambda: [Decimal(0), 0, 0, 0, 0])
    with localcontext(WIDE):
        for sign, among in ((-1, old), (1, new)):
            for key, values in (entry for row in among for entry in entries(row)):
                found[key] = [a + sign * b for a, b in zip(found[key], values, strict=True)]
    return {key: tuple(values) for key, values in found.items() if any(values)}


def entries(row: Declaration) -> Iterator[tuple[Key, tuple]]:
    """How a declaration enters the sum of its indicator and that of its organization."""
    counts = (int(not row.reason), int(row.credit is not None), int(bool(row.reason)), int(row.disagrees))
    yield (row.indicator_id, None), (row.amount, *counts)
    yield (row.indicator_id, row.organization_id), (row.credit or Decimal(0), *counts)


def moved_sums(by: Mapping[Key, tuple]) -> list[DeclaredSum]:
    """The sums that move, each moved."""
    if not by:
        return []
    known = {(one.indicator_id, one.organization_id): one for one in sums_of(by)}
    found = [known.get(key) or DeclaredSum(indicator_id=key[0], organization_id=key[1]) for key in by]
    with localcontext(WIDE):
        for one, values in zip(found, by.values(), strict=True):
            one.values = tuple(a + b for a, b in zip(one.values, values, strict=True))
    return found


def sums_of(keys: Iterable[Key]) -> list[DeclaredSum]:
    """The stored sums of these, and perhaps a few others."""
    indicators = sorted({indicator for indicator, _organization in keys})
    organizations = sorted({organization for _indicator, organization in keys if organization})
    of_these = f"{rows.selection(DeclaredSum)} WHERE indicator_id IN ({neighborhood.marks(indicators)})"
    of_each = f"{of_these} AND organization_id IN ({neighborhood.marks(organizations) or 'NULL'})"
    # Two searches by the index: with OR in one, a database may look through the sums of all organizations.
    whole = f"{of_these} AND organization_id IS NULL"
    [found] = rows.ask((f"{whole} UNION ALL {of_each}", [*indicators, *indicators, *organizations]))
    return rows.loaded(DeclaredSum, found)


def stored_sums(sums: Sequence[DeclaredSum]) -> Iterator[rows.Batch]:
    known = [one for one in sums if one.pk]
    yield from rows.changes([one for one in known if not one.is_empty], DeclaredSum.MOVING)
    yield from rows.additions([one for one in sums if not one.pk and not one.is_empty])
    yield from rows.removals([one for one in known if one.is_empty])
