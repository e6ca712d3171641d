"""Quantities sub-goals declare toward an indicator: added up without counting anything twice.

The sum is shown beside the official value and never added to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from goals.method.described import Described
from goals.method.exact import ONE, ZERO, exactly, ratio, rounded

DISAGREEMENT = Decimal("0.1")


@dataclass(frozen=True)
class Declared:
    """One sub-goal's quantity: (value - baseline) x factor x attribution, in the indicator's unit.

    `uncounted` is draft, withdrawn or not_started; a withdrawn one may still stand as delivered. A
    sub-goal without a value only passes on who its parent is.
    """

    id: str
    org: str
    value: Decimal | None = None
    baseline: Decimal = ZERO
    factor: Decimal = ONE
    attribution: Decimal = ONE
    parent: str | None = None
    uncounted: str | None = None
    delivered_stands: bool = False
    shared_effort: str | None = None
    share: Decimal | None = None
    leads: bool = False

    @property
    def quantity(self) -> Decimal | None:
        if self.value is None:
            return None
        return (self.value - self.baseline) * self.factor * self.attribution

    @property
    def why_not(self) -> str | None:
        """Why it counts nothing by itself; None when it counts."""
        stands = self.uncounted == "withdrawn" and self.delivered_stands
        if self.uncounted and not stands:
            return self.uncounted
        return "no_value" if self.value is None else None


@dataclass(frozen=True)
class Contributions(Described):
    """Declared contributions in the indicator's unit; `share_of_need` of the change from baseline to target.

    `credit` sums to the total by organization; `quantities` are those counted, by sub-goal;
    `excluded` says why each of the others is not (members of a shared effort keep their credit).
    """

    total: Decimal
    share_of_need: Decimal | None
    credit: Mapping[str, Decimal]
    quantities: Mapping[str, Decimal]
    excluded: Mapping[str, str]
    flags: tuple[str, ...]


@exactly
def contributions(
    declared: Sequence[Declared], baseline: Decimal | None = None, target: Decimal | None = None
) -> Contributions:
    """Add up what sub-goals declare for one indicator whose own baseline and target are given.

    Raises ValueError when parents form a circle.
    """
    excluded = _excluded(declared)
    counted = [row for row in declared if row.id not in excluded]
    efforts = _by_effort(counted)
    quantities = {_counting(members).id: _quantity_of(members) for members in efforts}
    total = sum(quantities.values(), ZERO)
    need = None if baseline is None or target is None else target - baseline
    return Contributions(
        total=total,
        share_of_need=ratio(total, need),
        credit=_credit(efforts),
        quantities=quantities,
        excluded=excluded | _merged(efforts),
        flags=tuple(
            f"shared_effort_disagrees:{rows[0].shared_effort}" for rows in efforts if _disagree(rows)
        ),
    )


def _excluded(declared: Sequence[Declared]) -> dict[str, str]:
    rows = {row.id: row for row in declared}
    reasons = {row.id: row.why_not or _covered_by(row, rows) for row in declared}
    return {key: reason for key, reason in reasons.items() if reason}


def _covered_by(row: Declared, rows: Mapping[str, Declared]) -> str | None:
    """The topmost counted node above it that declares a quantity, as in_parent:ID."""
    counted = [above for above in _ancestors(row, rows) if above.why_not is None]
    return f"in_parent:{counted[-1].id}" if counted else None


def _ancestors(row: Declared, rows: Mapping[str, Declared]) -> list[Declared]:
    """From the parent upwards."""
    chain: list[Declared] = []
    above = rows.get(row.parent or "")
    while above is not None:
        if above in chain or above is row:
            raise ValueError(f"the parents of “{row.id}” form a circle")
        chain.append(above)
        above = rows.get(above.parent or "")
    return chain


def _by_effort(counted: Iterable[Declared]) -> list[list[Declared]]:
    """Counted rows that belong together: the members of a shared effort, or one row of its own."""
    efforts: dict[tuple[str, str], list[Declared]] = {}
    for row in counted:
        key = ("effort", row.shared_effort) if row.shared_effort else ("own", row.id)
        efforts.setdefault(key, []).append(row)
    return list(efforts.values())


def _size(row: Declared) -> Decimal:
    assert row.quantity is not None
    return row.quantity


def _counting(members: Sequence[Declared]) -> Declared:
    """The lead, else the largest by size; ties by id."""
    leads = [row for row in members if row.leads]
    return min(leads or members, key=lambda row: (-abs(_size(row)), row.id))


def _quantity_of(members: Sequence[Declared]) -> Decimal:
    return _size(_counting(members))


def _merged(efforts: Iterable[Sequence[Declared]]) -> dict[str, str]:
    """Members whose own report is not the one that counts for their effort."""
    return {
        row.id: f"shared_effort:{row.shared_effort}"
        for members in efforts
        for row in members
        if row is not _counting(members)
    }


def _disagree(members: Sequence[Declared]) -> bool:
    """More than a tenth of the largest size apart."""
    sizes = [_size(row) for row in members]
    apart = ratio(max(sizes) - min(sizes), max(abs(size) for size in sizes))
    return apart is not None and rounded(apart) > DISAGREEMENT


def _credit(efforts: Iterable[Sequence[Declared]]) -> dict[str, Decimal]:
    credit: dict[str, Decimal] = {}
    for members in efforts:
        quantity = _quantity_of(members)
        for row, share in zip(members, _shares(members), strict=True):
            credit[row.org] = credit.get(row.org, ZERO) + share * quantity
    return credit


def _shares(members: Sequence[Declared]) -> list[Decimal]:
    """Declared shares scaled to sum 1; equal when one is missing or they sum to nothing."""
    declared = [row.share for row in members if row.share is not None]
    total = sum(declared, ZERO)
    if len(declared) < len(members) or not total:
        return [ONE / len(members)] * len(members)
    return [share / total for share in declared]
