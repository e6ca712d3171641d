"""Axes: which values they hold, which ticks they show, and where a value falls in pixels."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

Kind = Literal["amount", "level", "rank"]
NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
YEAR_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from `low`..`high` to the pixels `start`..`end`, which may run backwards."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Axis:
    """The range an axis holds and its ticks, in the unit of the values."""

    low: float
    high: float
    ticks: tuple[Decimal, ...]
    is_inverted: bool = False

    def scale(self, bottom: float, top: float) -> Scale:
        """Return the map to pixels; an inverted axis has its low end at the top."""
        start, end = (top, bottom) if self.is_inverted else (bottom, top)
        return Scale(self.low, self.high, start, end)


def value_axis(values: Iterable[float], kind: Kind, intervals: int) -> Axis:
    """Return an axis that holds every value, with at most `intervals` steps between ticks.

    An amount's axis includes zero, a level's need not, and a rank's starts at 1, the best, on top.
    Ticks carry the decimals of their step, so "0.5" is followed by "1.0".
    """
    numbers = list(values)
    if kind == "rank":
        return _rank_axis(max([2.0, *numbers]), intervals)
    low, high = _range(numbers, holds_zero=kind == "amount")
    step = _nice_step(low, high, intervals)
    first, last = _ends(low, high, float(step))
    ticks = tuple(step * count for count in range(first, last + 1))
    # A value a hair beyond the last tick (float against Decimal) still widens the axis.
    return Axis(min(low, float(ticks[0])), max(high, float(ticks[-1])), ticks)


def _range(numbers: list[float], holds_zero: bool) -> tuple[float, float]:
    ends = [*numbers, 0.0] if holds_zero or not numbers else numbers
    low, high = min(ends), max(ends)
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    room = abs(high) * 0.1 or 1.0
    return (low, high + room) if low == 0 else (low - room, high + room)


def _nice_step(low: float, high: float, intervals: int) -> Decimal:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that needs few enough steps.

    2.5 itself is left out, as its ticks would need a decimal that its values do not have.
    """
    power = Decimal(10) ** (floor(log10((high - low) / intervals)))
    steps = (power * nice for nice in (*NICE, Decimal(20)) if nice != Decimal("2.5") or power >= 10)
    step = next(step for step in steps if _steps(low, high, float(step)) <= intervals)
    return step.quantize(Decimal(1)) if step >= 1 else step.normalize()


def _steps(low: float, high: float, step: float) -> int:
    first, last = _ends(low, high, step)
    return last - first


def _ends(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the outer ticks as counts of steps; rounding keeps 1.1 / 0.1 from being a bit over 11."""
    return floor(round(low / step, 9)), ceil(round(high / step, 9))


def _rank_axis(worst: float, intervals: int) -> Axis:
    step = max(1, int(_nice_step(0.0, max(worst, intervals), intervals)))
    last = ceil(worst / step) * step
    ticks = tuple(Decimal(rank) for rank in (1, *range(step, last + 1, step)))
    return Axis(1.0, float(last), tuple(dict.fromkeys(ticks)), is_inverted=True)


def time_axis(times: Iterable[float], most_ticks: int) -> Axis:
    """Return a year axis over the given year coordinates, with ticks at round years.

    It starts at a round year or half a step before one, and ends at the first whole year after the last.
    """
    moments = list(times) or [2000.0, 2001.0]
    first, last = floor(min(moments)), ceil(max(moments))
    last = max(last, first + 1)
    step = next((s for s in YEAR_STEPS if (last - first) / s <= most_ticks - 1), YEAR_STEPS[-1])
    start = first - first % _lead(step)
    years = range(start + -start % step, last + 1, step)
    return Axis(float(start), float(last), tuple(map(Decimal, years)))


def _lead(step: int) -> int:
    """Return the years to which the start is rounded down: half a step where that is a round number."""
    return step // 2 if step >= 10 and step % 2 == 0 else 1 if step < 5 else 5
