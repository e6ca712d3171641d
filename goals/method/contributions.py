"""Quantities sub-goals declare toward an indicator: added up without counting anything twice.

The sum is shown beside the official value and never added to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from goals.method.described import Described
from goals.method.exact import ONE, ZERO, exactly, ratio, rounded

DISAGREEMENT = Decimal("0.1")
CREDIT_SCALE = Decimal("1e-12")


@dataclass(frozen=True)
class Declared:
    """One sub-goal's quantity: (value - baseline) x factor x attribution, in the indicator's unit.

    `uncounted` is draft, withdrawn or not_started; a withdrawn one may still stand as delivered. One that
    does not declare anything (`declares`) only passes on who its parent is.
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
    declares: bool = True

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
class Contribution:
    """What one sub-goal's declaration comes to.

    `reason` says why it is not in the sum, "" when it is; `amount` is what it adds. `credit` is what its
    organization is credited with, to twelve decimals: a member of a shared effort has its part although
    another one's quantity counts; None for one that neither counts nor shares. `disagrees` stands at the one
    that counts for an effort whose reports lie apart.
    """

    quantity: Decimal | None
    reason: str = ""
    amount: Decimal = ZERO
    credit: Decimal | None = None
    disagrees: bool = False


@dataclass(frozen=True)
class Contributions(Described):
    """Declared contributions in the indicator's unit; `share_of_need` of the change from baseline to target.

    `credit` sums to the total by organization, each part to twelve decimals; `quantities` are those counted,
    by sub-goal; `excluded` says why each of the others is not (members of a shared effort keep their credit).
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
    each = each_contribution(declared)
    total = sum((one.amount for one in each.values()), ZERO)
    return Contributions(
        total=total,
        share_of_need=share_of_need(total, baseline, target),
        credit=_credit(declared, each),
        quantities={key: one.amount for key, one in each.items() if not one.reason},
        excluded={key: one.reason for key, one in each.items() if one.reason},
        flags=tuple(
            f"shared_effort_disagrees:{row.shared_effort}"
            for row in declared
            if row.id in each and each[row.id].disagrees
        ),
    )


@exactly
def share_of_need(total: Decimal, baseline: Decimal | None, target: Decimal | None) -> Decimal | None:
    """Of the change from baseline to target; None where one of them is missing or nothing has to change."""
    return ratio(total, None if baseline is None or target is None else target - baseline)


@exactly
def each_contribution(declared: Sequence[Declared]) -> dict[str, Contribution]:
    """What each sub-goal that declares something for one indicator comes to, by its id.

    A sub-goal's is right where those above it, and all members of its shared effort with those above them,
    are among the given ones. Raises ValueError when parents form a circle.
    """
    rows = {row.id: row for row in declared}
    reasons = {row.id: row.why_not or _covered_by(row, rows) for row in declared if row.declares}
    found = {row.id: Contribution(row.quantity, reasons[row.id] or "") for row in declared if row.declares}
    for members in _by_effort(rows[key] for key, reason in reasons.items() if not reason):
        found |= _in_effort(members)
    return found


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


def _in_effort(members: Sequence[Declared]) -> dict[str, Contribution]:
    """The one that counts for all of them, and the others with their part of the credit."""
    counting = _counting(members)
    quantity, merged = _size(counting), f"shared_effort:{counting.shared_effort}"
    found = {
        row.id: Contribution(_size(row), merged, credit=_cut(share * quantity))
        for row, share in zip(members, _shares(members), strict=True)
    }
    credit = found[counting.id].credit
    return found | {counting.id: Contribution(quantity, "", quantity, credit, _disagree(members))}


def _size(row: Declared) -> Decimal:
    assert row.quantity is not None
    return row.quantity


def _counting(members: Sequence[Declared]) -> Declared:
    """The lead, else the largest by size; ties by id."""
    leads = [row for row in members if row.leads]
    return min(leads or members, key=lambda row: (-abs(_size(row)), row.id))


def _disagree(members: Sequence[Declared]) -> bool:
    """More than a tenth of the largest size apart."""
    sizes = [_size(row) for row in members]
    apart = ratio(max(sizes) - min(sizes), max(abs(size) for size in sizes))
    return apart is not None and rounded(apart) > DISAGREEMENT


def _cut(credit: Decimal) -> Decimal:
    """To twelve decimals; too large for them stays as it is."""
    return credit if credit.adjusted() > 26 else credit.quantize(CREDIT_SCALE).normalize() + ZERO


def _shares(members: Sequence[Declared]) -> list[Decimal]:
    """Declared shares scaled to sum 1; equal when one is missing or they sum to nothing."""
    declared = [row.share for row in members if row.share is not None]
    total = sum(declared, ZERO)
    if len(declared) < len(members) or not total:
        return [ONE / len(members)] * len(members)
    return [share / total for share in declared]


def _credit(declared: Iterable[Declared], each: Mapping[str, Contribution]) -> dict[str, Decimal]:
    credit: dict[str, Decimal] = {}
    for row in declared:
        part = each[row.id].credit if row.id in each else None
        if part is not None:
            credit[row.org] = credit.get(row.org, ZERO) + part
    return credit
