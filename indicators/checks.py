"""What makes values doubtful: plain comparisons of what was read with what is published, series by series.

Each check takes the published and the read values by period and returns a sentence, or None. A doubtful
batch is held for an administrator; nothing of it is published.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

Values = Mapping[date, Decimal | None]

SCALES = [Decimal(10) ** power for power in (-9, -6, -3, -2, -1, 1, 2, 3, 6, 9)]
SCALE_TOLERANCE = Decimal("0.05")
BASE_CHANGE, BASE_TOLERANCE = Decimal("0.02"), Decimal("0.005")
LONGEST_EXTENSION = timedelta(days=5 * 366)
"""How far an agency extends a series into the past without anybody wondering."""


@dataclass(frozen=True)
class Limits:
    """What can be believed of an indicator; `change` and `revision` are factors, 2 = doubled or halved.

    `revision` holds for values already published, `change` from one period to the next. It is the same as
    `change` except in the months in which the source revises.
    """

    lower: Decimal | None = None
    upper: Decimal | None = None
    change: Decimal | None = None
    revision: Decimal | None = None


def doubts(published: Values, read: Values, limits: Limits) -> Iterator[str]:
    """Every reason not to believe the read values of one series."""
    checks: list[Callable[[Values, Values, Limits], str | None]] = [
        vanished_periods, values_gone_missing, periods_before_the_start, another_scale, another_base,
        another_sign, all_equal, impossible_values, change_beyond_limit, spike,
    ]  # fmt: skip
    for check in checks:
        if doubt := check(published, read, limits):
            yield doubt


def vanished_periods(published: Values, read: Values, limits: Limits) -> str | None:
    gone = [period for period, value in published.items() if value is not None and period not in read]
    return f"{len(gone)} known {plural(gone)} not in the answer." if gone else None


def values_gone_missing(published: Values, read: Values, limits: Limits) -> str | None:
    gone = [period for period, value in read.items() if value is None and published.get(period) is not None]
    return f"{len(gone)} known {plural(gone)} without a value now." if gone else None


def periods_before_the_start(published: Values, read: Values, limits: Limits) -> str | None:
    start = min((period for period, value in published.items() if value is not None), default=None)
    early = [period for period, value in read.items() if start and value is not None and period < start]
    if not start or not early or start - min(early) <= LONGEST_EXTENSION:
        return None
    return f"{len(early)} {plural(early)} before the known start {start}, from {min(early)} on."


def older_vintage(published: datetime | None, stated: datetime | None) -> str | None:
    """Both as the agency states them: the newest of what is published, and of what was read."""
    if published is None or stated is None or stated >= published:
        return None
    return f"The answer is of {stated:%Y-%m-%d}, older than what is published, of {published:%Y-%m-%d}."


def another_scale(published: Values, read: Values, limits: Limits) -> str | None:
    ratios = [new / old for old, new in pairs(published, read) if old and new]
    if len(ratios) < 2:
        return None
    typical = median(ratios)
    for scale in SCALES:
        if abs(typical / scale - 1) <= SCALE_TOLERANCE:
            return f"The values are about {scale.normalize():f} times the former: has the unit changed?"
    return None


def another_base(published: Values, read: Values, limits: Limits) -> str | None:
    """Every value multiplied by the same number, as when an index moves to another base year."""
    ratios = [new / old for old, new in pairs(published, read) if old and new]
    if len(ratios) < 3 or another_scale(published, read, limits):
        return None
    typical = median(ratios)
    if typical <= 0 or abs(typical - 1) < BASE_CHANGE:
        return None
    if any(abs(ratio / typical - 1) > BASE_TOLERANCE for ratio in ratios):
        return None
    return f"All values are about {typical:.3f} times the former: has the base changed?"


def another_sign(published: Values, read: Values, limits: Limits) -> str | None:
    known = [(old, new) for old, new in pairs(published, read) if old]
    if len(known) >= 2 and all(old * new < 0 for old, new in known):
        return "All values have changed their sign."
    return None


def all_equal(published: Values, read: Values, limits: Limits) -> str | None:
    values = {value for value in read.values() if value is not None}
    before = {value for value in published.values() if value is not None}
    if len(read) >= 3 and len(values) == 1 and len(before) > 1:
        return "All values are equal; they were not before."
    return None


def impossible_values(published: Values, read: Values, limits: Limits) -> str | None:
    for period, value in read.items():
        if value is None:
            continue
        if limits.lower is not None and value < limits.lower:
            return f"{period}: {value} is below the lowest possible value {limits.lower}."
        if limits.upper is not None and value > limits.upper:
            return f"{period}: {value} is above the highest possible value {limits.upper}."
    return None


def change_beyond_limit(published: Values, read: Values, limits: Limits) -> str | None:
    for period, new in read.items():
        old = published.get(period)
        if old is not None and new is not None and beyond(old, new, limits.revision):
            return f"{period}: revised from {old} to {new}, more than the believable change."
    return None


def spike(published: Values, read: Values, limits: Limits) -> str | None:
    """A new period far from the published one before it; the limit widens with the years between."""
    for period, new in read.items():
        if period in published or new is None or limits.change is None:
            continue
        earlier = [known for known, value in published.items() if known < period and value]
        if not earlier:
            continue
        before = max(earlier)
        years = max(1, round((period - before).days / 365))
        if beyond(published[before] or Decimal(0), new, limits.change, years):
            return f"{period}: {new} is far from {published[before]} of {before}."
    return None


def beyond(old: Decimal, new: Decimal, factor: Decimal | None, years: int = 1) -> bool:
    if factor is None or old == new:
        return False
    if old * new <= 0:
        return True
    return max(new / old, old / new) > factor**years


def pairs(published: Values, read: Values) -> list[tuple[Decimal, Decimal]]:
    return [
        (old, new)
        for period, old in published.items()
        if old is not None and (new := read.get(period)) is not None
    ]


def plural(items: list[date]) -> str:
    return "period is" if len(items) == 1 else "periods are"
