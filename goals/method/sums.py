"""Sums a mean is taken from, so that one row may enter, move or leave without reading the others.

Shares are kept with nine decimals and weights with two, so sums are exact and adding and taking away in any
order leaves what a recount finds.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from goals.method.exact import ONE, ZERO, cut, exactly
from goals.method.layers import REPORTING


class Shares(NamedTuple):
    """What a node contributes: shares in 0..1 with nine decimals; None where there is no value.

    `reporting` is the share of what it stands for that reports on time; `combined` is a goal's schedule
    beside that of its indicators, and has no value below goals.
    """

    progress: Decimal | None = None
    expected: Decimal | None = None
    schedule: Decimal | None = None
    reporting: Decimal | None = None
    combined: Decimal | None = None


NUMBERS = Shares._fields


class Entry(NamedTuple):
    """A row of a mean: its weight and its shares. A row that does not count is no entry (None)."""

    weight: Decimal
    shares: Shares


class Sums(NamedTuple):
    """Of the entries of one node: how many, then for each share the sum of w·x and that of w."""

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
        sums: list[Any] = list(self)
        for entry, sign in ((before, -1), (after, 1)):
            if entry is not None:
                _add(sums, entry, sign)
        return Sums(*sums)

    @property
    def mean(self) -> Shares | None:
        """Weighted mean of each share; None while nothing counts."""
        return self._means() if self.members else None

    @exactly
    def _means(self) -> Shares:
        pairs = zip(self[1::2], self[2::2], strict=True)
        return Shares(*(cut(total / weight) if weight else None for total, weight in pairs))


def _add(sums: list[Any], entry: Entry, sign: int) -> None:
    weight = sign * entry.weight
    sums[0] += sign
    for place, share in enumerate(entry.shares):
        if share is not None:
            sums[1 + 2 * place] += weight * share
            sums[2 + 2 * place] += weight


SUM_FIELDS = Sums._fields


def sums_of(entries: Iterable[Entry | None]) -> Sums:
    """The sums from scratch."""
    total = Sums()
    for entry in entries:
        total = total.moved(None, entry)
    return total


def on_time(update_state: str | None) -> Decimal | None:
    """1 for reports that are current, awaited or closed, else 0; None where nothing is reported."""
    return None if update_state is None else (ONE if update_state in REPORTING else ZERO)
