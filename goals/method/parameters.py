"""What is given: values with their periods, the parameters of targets, and what makes them impossible."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from goals.method.exact import exactly
from goals.method.time import coordinate, in_order

KINDS = ("reach_level", "relative_change", "rank", "sustain", "monitor")


@dataclass(frozen=True)
class Point:
    """A value for a period as recorded at a moment; None is a withdrawn or missing value."""

    period: str
    value: Decimal | None
    recorded: date | datetime | None = None

    @property
    def t(self) -> Decimal:
        return coordinate(self.period)


@dataclass(frozen=True)
class Anchor:
    """A baseline, milestone or target: a value set for a period.

    A baseline without a value takes it from the observations; the value of a relative change's
    milestone is a change (0.10 = a tenth above the baseline).
    """

    period: str
    value: Decimal | None = None

    @property
    def t(self) -> Decimal:
        return coordinate(self.period)


@dataclass(frozen=True)
class TargetParameters:
    """One target, as in force. Which fields a kind uses is said in docs/method.md, "Kinds of target"."""

    kind: str
    direction: str = "increase"
    path: str = "linear"
    baseline: Anchor | None = None
    milestones: tuple[Anchor, ...] = ()
    target: Anchor | None = None
    change: Decimal | None = None
    bound: str = "at_least"
    threshold: Decimal | None = None
    margin: Decimal | None = None
    hold_from: int | None = None
    hold_to: int | None = None


@dataclass(frozen=True)
class Entity:
    """One of several countries that must all hold: its series, and its own anchors where they differ."""

    observations: tuple[Point, ...] = ()
    baseline: Anchor | None = None
    target: Anchor | None = None
    milestones: tuple[Anchor, ...] | None = None
    comparator: tuple[Point, ...] = ()


@dataclass(frozen=True)
class SubgoalParameters:
    """An organization's own goal. `baseline.period` is its start date, `target.period` its target date."""

    baseline: Anchor
    target: Anchor
    direction: str = "increase"
    path: str = "linear"
    milestones: tuple[Anchor, ...] = ()
    cadence: str = "quarterly"
    reporting: str = "level"
    draft: bool = False
    withdrawn_on: date | None = None
    completed_on: date | None = None


@exactly
def problems(parameters: TargetParameters) -> tuple[str, ...]:
    """Say in sentences why a target cannot stand; empty when it can.

    A baseline that takes its value from observations is only checked for its place in time.
    """
    if parameters.kind not in KINDS:
        return (f"“{parameters.kind}” is no kind of target: one of {', '.join(KINDS)}.",)
    return CHECKS.get(parameters.kind, _reach_problems)(parameters)


def _reach_problems(parameters: TargetParameters) -> tuple[str, ...]:
    baseline, target = parameters.baseline, parameters.target
    if baseline is None or target is None:
        return ("A target to reach needs a baseline and a target period.",)
    if in_order(target.t, baseline.t):
        return ("The target lies at or before the baseline.",)
    outside = [
        f"The milestone {m.period} does not lie between the baseline and the target."
        for m in parameters.milestones
        if in_order(m.t, baseline.t) or in_order(target.t, m.t)
    ]
    return (*outside, *_backward_steps(parameters))


def _backward_steps(parameters: TargetParameters) -> list[str]:
    """Milestones that go against the direction, counted from the baseline's value where it is given."""
    sign = -1 if parameters.direction == "decrease" or parameters.kind == "rank" else 1
    steps = [(p, v) for p, v in _stated_values(parameters) if v is not None]
    return [
        f"From {before} to {after} the values go against the direction."
        for (before, low), (after, high) in pairwise(steps)
        if sign * (high - low) < 0
    ]


def _stated_values(parameters: TargetParameters) -> list[tuple[str, Decimal | None]]:
    """Baseline, milestones and target in order of time; for a relative change, as changes."""
    assert parameters.baseline is not None
    assert parameters.target is not None
    relative = parameters.kind == "relative_change"
    start = Decimal(0) if relative else parameters.baseline.value
    end = parameters.change if relative else parameters.target.value
    between = [(m.period, m.value) for m in sorted(parameters.milestones, key=lambda m: m.t)]
    return [(parameters.baseline.period, start), *between, (parameters.target.period, end)]


def _sustain_problems(parameters: TargetParameters) -> tuple[str, ...]:
    if parameters.hold_from is None or parameters.hold_to is None:
        return ("A target to sustain needs its first and last year.",)
    if parameters.hold_to < parameters.hold_from:
        return ("The last year to hold lies before the first.",)
    if parameters.threshold is None and parameters.margin is None:
        return ("A target to sustain needs a threshold, or a margin over a comparator.",)
    return ()


def _no_problems(parameters: TargetParameters) -> tuple[str, ...]:
    return ()


CHECKS: dict[str, Callable[[TargetParameters], tuple[str, ...]]] = {
    "sustain": _sustain_problems,
    "monitor": _no_problems,
}
