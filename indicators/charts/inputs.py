"""What callers hand in: plain values with every visible text already formatted and translated.

`t` is always a year coordinate (2024 or 2024.25); values of one chart share one unit. A text that
is empty is not shown; a `short_label` is used where the layout is narrow or room is short.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .scale import Kind

Number = Decimal | float
MOST_SERIES = 4  # more than four lines cannot be labelled directly


@dataclass(frozen=True, slots=True)
class Observation:
    t: Number
    value: Number
    label: str = ""
    short_label: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line, oldest observation first. With several series the label stands at the last one."""

    observations: tuple[Observation, ...]
    label: str = ""
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class NeededNow:
    t: Number
    value: Number
    label: str
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class RequiredPath:
    """(t, value) points from the baseline to the target, as the method computes them, in time order."""

    points: tuple[tuple[Number, Number], ...]
    label: str = ""
    needed_now: NeededNow | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    t: Number
    value: Number
    label: str
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    t: Number
    value: Number
    label: str
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class FanPoint:
    t: Number
    low: Number
    middle: Number
    high: Number


@dataclass(frozen=True, slots=True)
class Projection:
    """The line at the current pace with its range, in time order, from the latest observation on."""

    points: tuple[FanPoint, ...]
    label: str = ""
    range_label: str = ""
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A change of method: values before and after `t` do not compare fully."""

    t: Number
    label: str
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class TrajectoryChart:
    """Observed values, the way to the target and the way at the current pace.

    `scale` is "amount" (axis from zero), "level" (axis need not hold zero) or "rank" (1 on top).
    `period_years` is the time between two reports; a gap longer than two of them is drawn thin.
    `also_hold` are values the axis must include, for charts side by side on one scale.
    `note` stands where the projection would, saying why there is none.
    """

    id_prefix: str
    title: str
    description: str
    format_value: Callable[[Decimal], str]
    series: tuple[Series, ...]
    path: RequiredPath | None = None
    milestones: tuple[Milestone, ...] = ()
    target: Target | None = None
    projection: Projection | None = None
    breaks: tuple[Break, ...] = ()
    note: str = ""
    scale: Kind = "amount"
    period_years: Number = 1
    also_hold: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"{len(self.series)} series in one chart; at most {MOST_SERIES} can be labelled")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a comparison; `value` is None where there is no figure, never 0."""

    label: str
    value: Number | None
    value_label: str
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A value every bar is compared with: a target, a limit or an average."""

    value: Number
    label: str
    short_label: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonChart:
    """One value for each of several partners, products or areas, in the order given."""

    id_prefix: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Decoration beside a number: (t, value) points in time order; no texts."""

    points: tuple[tuple[Number, Number], ...]
    path: tuple[tuple[Number, Number], ...] = ()
    is_inverted: bool = False
