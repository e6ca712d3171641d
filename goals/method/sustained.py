"""Levels to hold every year: what is met, what is not, and what is unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from goals.method.exact import ZERO, exactly, rounded
from goals.method.judging import freshness_of, judge_reach, with_freshness
from goals.method.outcomes import Judgement, SustainedJudgement
from goals.method.parameters import Anchor, Point, TargetParameters
from goals.method.status import NOT_ENOUGH_DATA
from goals.method.trends import median_slope, trend
from goals.method.vintages import as_known
from indicators import periods

MET_NOW = "met now, not every year"


@exactly
def judge_sustained(
    parameters: TargetParameters,
    observations: Iterable[Point],
    comparator: Iterable[Point] = (),
    as_of: date | None = None,
    frequency: str | None = None,
    lag: Decimal | int | None = None,
) -> SustainedJudgement:
    """Judge every year to hold, or the way to the first of them while a baseline is given.

    `frequency` matters on the way only; held years are annual. Raises ValueError without first and last year.
    """
    first, last = hold_years(parameters)
    points = as_known(observations)
    if _reaches_first(parameters, points, first):
        return _judge_way(parameters, points, as_of, frequency, lag)
    surpluses = surplus_by_year(parameters, points, as_known(comparator))
    judged = _judge_hold(surpluses, first, last, as_of)
    latest = next((Anchor(p.period, p.value) for p in reversed(points) if _year(p) in surpluses), None)
    judged = replace(
        judged, latest=latest, target=Anchor(str(last), parameters.threshold), trend=trend(points),
        trend_slope=median_slope(points),
    )  # fmt: skip
    return _with_age(judged, as_of, lag)


def hold_years(parameters: TargetParameters) -> tuple[int, int]:
    if parameters.hold_from is None or parameters.hold_to is None:
        raise ValueError("a sustain target needs hold_from and hold_to")
    return parameters.hold_from, parameters.hold_to


def _year(point: Point) -> int | None:
    """The year a point stands for; None when it covers less than a year."""
    span = periods.parse(point.period)
    return span.first_day.year if span.frequency == "annual" else None


def _reaches_first(parameters: TargetParameters, points: Iterable[Point], first: int) -> bool:
    if parameters.baseline is None or parameters.threshold is None:
        return False
    return not any(periods.first_day(point.period).year >= first for point in points)


def _judge_way(
    parameters: TargetParameters,
    points: tuple[Point, ...],
    as_of: date | None,
    frequency: str | None,
    lag: Decimal | int | None,
) -> SustainedJudgement:
    """Status, pace and schedule of reaching the threshold by the first year; no year has been held yet."""
    first, last = hold_years(parameters)
    way = replace(
        parameters,
        kind="reach_level",
        direction="increase" if parameters.bound == "at_least" else "decrease",
        target=Anchor(str(first), parameters.threshold),
    )
    judged = judge_reach(way, points, as_of, frequency, lag)
    held = None if judged.status == NOT_ENOUGH_DATA else ZERO
    return SustainedJudgement(
        **_fields_of(judged) | {"kind": "sustain", "progress": held, "expected": held},
        phase="reach",
        total=last - first + 1,
        coverage=_coverage(0, first, last, as_of),
    )


def _fields_of(judged: Judgement) -> dict[str, Any]:
    return {f.name: getattr(judged, f.name) for f in fields(Judgement)}


@exactly
def surplus_by_year(
    parameters: TargetParameters, points: Iterable[Point], comparator: Iterable[Point]
) -> dict[int, Decimal]:
    """How far each known year lies on the good side, rounded to nine decimals, in order of years.

    A year whose value or comparator is missing is unknown and not listed.
    """
    first, last = hold_years(parameters)
    sign = 1 if parameters.bound == "at_least" else -1
    asked = _asked_by_year(parameters, comparator, range(first, last + 1))
    values = {_year(point): point.value for point in points}
    return {
        year: rounded(sign * (value - level))
        for year, level in asked.items()
        if (value := values.get(year)) is not None
    }


def _asked_by_year(
    parameters: TargetParameters, comparator: Iterable[Point], years: range
) -> dict[int, Decimal]:
    """The level asked for in each year for which it is known."""
    beside = {_year(point): point.value for point in comparator if point.value is not None}
    if parameters.margin is None and parameters.threshold is not None and not beside:
        return dict.fromkeys(years, parameters.threshold)
    margin = parameters.margin or ZERO
    return {year: value + margin for year in years if (value := beside.get(year)) is not None}


def _judge_hold(
    surpluses: Mapping[int, Decimal], first: int, last: int, as_of: date | None
) -> SustainedJudgement:
    total, known = last - first + 1, len(surpluses)
    met = sum(surplus >= 0 for surplus in surpluses.values())
    status, reason = _status(surpluses, last, total)
    has_numbers = status != NOT_ENOUGH_DATA
    return SustainedJudgement(
        kind="sustain",
        status=status,
        reason=reason,
        phase="hold",
        progress=Decimal(met) / total if has_numbers else None,
        expected=Decimal(known) / total if has_numbers else None,
        schedule=Decimal(met) / known if has_numbers else None,
        total=total,
        years_known=known,
        years_met=met,
        streak=_streak(surpluses),
        first_unmet=next((year for year, surplus in surpluses.items() if surplus < 0), None),
        coverage=_coverage(known, first, last, as_of),
        surplus=surpluses[max(surpluses)] if surpluses else None,
        surpluses=dict(surpluses),
        label=MET_NOW if status == "needs_acceleration" else None,
    )


def _status(surpluses: Mapping[int, Decimal], last: int, total: int) -> tuple[str, str | None]:
    """The status of held years and, without enough data, its reason; first match wins."""
    if not surpluses:
        return NOT_ENOUGH_DATA, "no_observation"
    all_met = min(surpluses.values()) >= 0
    if max(surpluses) == last:
        if not all_met:
            return "missed", None
        return ("achieved", None) if len(surpluses) == total else (NOT_ENOUGH_DATA, "years_unknown")
    if all_met:
        return "on_track", None
    return _status_broken(list(surpluses.values())), None


def _status_broken(surpluses: list[Decimal]) -> str:
    """Some year was not met: what the latest two known years say."""
    if surpluses[-1] >= 0:
        return "needs_acceleration"
    falls = len(surpluses) > 1 and surpluses[-1] < surpluses[-2]
    return "moving_away" if falls else "off_track"


def _streak(surpluses: Mapping[int, Decimal]) -> int:
    """Consecutive met years up to the latest known; an unknown year ends it."""
    year = max(surpluses, default=0)
    count = 0
    while year - count in surpluses and surpluses[year - count] >= 0:
        count += 1
    return count


def _coverage(known: int, first: int, last: int, as_of: date | None) -> Decimal | None:
    """Known years as a share of those that have ended; None before the first has, or without a day."""
    ended = min(as_of.year - 1, last) - first + 1 if as_of else 0
    return min(Decimal(known) / ended, Decimal(1)) if ended > 0 else None


def _with_age(
    judged: SustainedJudgement, as_of: date | None, lag: Decimal | int | None
) -> SustainedJudgement:
    aged = with_freshness(judged, freshness_of(judged.latest, as_of, "annual", lag))
    assert isinstance(aged, SustainedJudgement)
    return aged
