"""Sums a mean is taken from, so that one row may enter, move or leave without reading the others.

Shares are kept with nine decimals and weights with two, so sums are exact and adding and taking away in any
order leaves what a recount finds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from goals.method.exact import ONE, ZERO, cut, exactly, ratio
from goals.method.layers import REPORTING

NUMBERS = ("progress", "expected", "schedule", "reporting", "combined")


@dataclass(frozen=True)
class Shares:
    """What a node contributes: shares in 0..1 with nine decimals; None where there is no value.

    `reporting` is the share of what it stands for that reports on time; `combined` is a goal's schedule
    beside that of its indicators, and has no value below goals.
    """

    progress: Decimal | None = None
    expected: Decimal | None = None
    schedule: Decimal | None = None
    reporting: Decimal | None = None
    combined: Decimal | None = None


@dataclass(frozen=True)
class Entry:
    """A row of a mean: its weight and its shares. A row that does not count is no entry (None)."""

    weight: Decimal
    shares: Shares


@dataclass(frozen=True)
class Sums:
    """Of the entries of one node: how many, and for each share the sums of w·x and of w."""

    members: int = 0
    progress_sum: Decimal = ZERO
    progress_weight: Decimal = ZERO
    expected_sum: Decimal = ZERO
    expected_weight: Decimal = ZERO
    schedule_sum: Decimal = ZERO
    schedule_weight: Decimal = ZERO
    reporting_sum: Decimal = ZERO
    reporting_weight: Decimal = ZERO
    combined_sum: Decimal = ZERO
    combined_weight: Decimal = ZERO

    @exactly
    def moved(self, before: Entry | None, after: Entry | None) -> "Sums":
        """The sums once a row has become another; None on either side: it enters or leaves."""
        sums: dict[str, Any] = dict(vars(self))
        for entry, sign in ((before, -1), (after, 1)):
            if entry is not None:
                _add(sums, entry, sign)
        return Sums(**sums)

    @property
    def mean(self) -> Shares | None:
        """Weighted mean of each share; None while nothing counts."""
        return self._means() if self.members else None

    @exactly
    def _means(self) -> Shares:
        sums = vars(self)
        found = {name: ratio(sums[f"{name}_sum"], sums[f"{name}_weight"]) for name in NUMBERS}
        return Shares(**{name: None if mean is None else cut(mean) for name, mean in found.items()})


def _add(sums: dict[str, Any], entry: Entry, sign: int) -> None:
    weight, shares = sign * entry.weight, vars(entry.shares)
    sums["members"] += sign
    for name in NUMBERS:
        if (share := shares[name]) is not None:
            sums[f"{name}_sum"] += weight * share
            sums[f"{name}_weight"] += weight


SUM_FIELDS = tuple(field.name for field in fields(Sums))


def sums_of(entries: Iterable[Entry | None]) -> Sums:
    """The sums from scratch."""
    total = Sums()
    for entry in entries:
        total = total.moved(None, entry)
    return total


def on_time(update_state: str | None) -> Decimal | None:
    """1 for reports that are current, awaited or closed, else 0; None where nothing is reported."""
    return None if update_state is None else (ONE if update_state in REPORTING else ZERO)
