"""What was known at the end of a day: observations, parameters of targets, sub-goals and their updates.

Everything is handed on in the form of a method case (docs/method.md), so that the explanation of a number is
the very input it was computed from.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from goals import rows
from goals.method.parameters import Anchor, Point, SubgoalParameters
from goals.models import SubGoal, TargetVersion, Update
from indicators import periods
from indicators.models import Observation, end_of_day

MOST_NAMED = 500
"""More sub-goals than this are not named one by one in a query."""

PUBLISHED = """
SELECT sub_goal_id, date, value, id FROM goals_update
WHERE state = %s AND date <= %s AND sub_goal_id IN ({}) ORDER BY date, id
"""
Subject = tuple[str, str, str]
"""Area, partner and product of a series."""


@dataclass(frozen=True)
class Moment:
    """Judged for the end of `as_of`, with the data known at the end of `known`."""

    as_of: date
    known: date


def observations_by_indicator(moment: Moment) -> dict[int, dict[Subject, list[dict[str, Any]]]]:
    """All values known at the moment, of periods that had ended, by indicator and subject, oldest first.

    Where several sources give a period, the one with the lowest precedence number is taken.
    """
    rows = (
        Observation.objects.as_of(moment.known)
        .select_related("series__source")
        .order_by("series__precedence", "period")
    )
    chosen: dict[int, dict[Subject, dict[str, dict]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        series = row.series
        subject = (series.area, series.partner, series.product)
        point = as_point(row)
        if point["value"] is not None and periods.last_day(point["period"]) <= moment.as_of:
            chosen[series.indicator_id][subject].setdefault(point["period"], point)
    return {
        indicator_id: {subject: in_time_order(points.values()) for subject, points in subjects.items()}
        for indicator_id, subjects in chosen.items()
    }


def as_point(row: Observation) -> dict[str, Any]:
    return {
        "period": periods.label(row.period, row.series.frequency),
        "value": row.value,
        "observation": row.pk,
        "vintage": row.vintage.isoformat(),
        "source": row.series.source.code,
        "status": row.status,
    }


def in_time_order(points: Iterable[dict]) -> list[dict]:
    return sorted(points, key=lambda point: (periods.first_day(point["period"]), point["period"]))


def subject_label(subject: Subject) -> str:
    return "/".join(part for part in subject if part)


# --- Targets ------------------------------------------------------------------------------------
def versions_in_force(moment: Moment) -> list[TargetVersion]:
    return list(
        TargetVersion.objects.as_of(moment.known)
        .select_related("target__goal", "target__indicator")
        .order_by("target__goal__number", "-target__is_headline", "target__position")
    )


def target_case(
    version: TargetVersion, subjects: dict[Subject, list[dict]], moment: Moment
) -> dict[str, Any]:
    """The input of the method for one target."""
    indicator = version.target.indicator
    case = {
        "kind": version.kind,
        "as_of": moment.as_of.isoformat(),
        "known": moment.known.isoformat(),
        "frequency": indicator.frequency,
        "target_version": version.number,
        "weight": version.weight,
        **parameters(version),
    }
    if indicator.lag_months is not None:
        case["lag"] = indicator.lag_months
    return case | observed(version, subjects)


def parameters(version: TargetVersion) -> dict[str, Any]:
    if version.kind == TargetVersion.Kind.MONITOR:
        return {}
    if version.kind == TargetVersion.Kind.SUSTAIN:
        names = ("bound", "threshold", "margin", "hold_from", "hold_to")
        found = {name: getattr(version, name) for name in names}
    else:
        found = {
            "direction": version.direction,
            "path": version.path,
            "change": version.change,
            "milestones": version.milestones,
            "target": anchor(version.target_period, version.target_value),
        }
    if version.baseline_period:
        found["baseline"] = anchor(version.baseline_period, version.baseline_value)
    return {name: value for name, value in found.items() if value is not None}


def anchor(period: str, value) -> dict[str, Any]:
    return {"period": period} if value is None else {"period": period, "value": value}


def observed(version: TargetVersion, subjects: dict[Subject, list[dict]]) -> dict[str, Any]:
    """One series, or one for each country (for a monitored indicator: each subject) that counts."""
    if version.kind == TargetVersion.Kind.MONITOR:
        shown = {subject_label(subject): points for subject, points in sorted(subjects.items())}
        if len(shown) > 1:
            return {"entities": {label: {"observations": points} for label, points in shown.items()}}
        return {"observations": next(iter(shown.values()), [])}
    whole = {area: subjects.get((area, "", ""), []) for area in version.areas}
    if len(whole) > 1:
        return {"entities": {area: {"observations": points} for area, points in whole.items()}}
    found = {"observations": next(iter(whole.values()), [])}
    if version.comparator_area:
        found["comparator"] = subjects.get((version.comparator_area, "", ""), [])
    return found


# --- Sub-goals ----------------------------------------------------------------------------------
def sub_goals(moment: Moment) -> list[SubGoal]:
    """Sub-goals the public may see, published by the moment's knowledge day."""
    return list(
        SubGoal.objects.public()
        .filter(published_on__lte=moment.known)
        .select_related("organization", "goal", "parent", "contributes_to")
        .order_by("code")
    )


def updates_by_sub_goal(moment: Moment, sub_goals: Collection[SubGoal]) -> dict[int, list[dict[str, Any]]]:
    """Their published updates that still stand, oldest first, as method observations."""
    rows = (
        Update.objects.filter(
            state=Update.State.PUBLISHED, published_at__lte=end_of_day(moment.known), date__lte=moment.as_of
        )
        .only("sub_goal_id", "date", "value")
        .order_by("date", "pk")
    )
    if len(sub_goals) <= MOST_NAMED:
        rows = rows.filter(sub_goal__in=sub_goals)
    found: dict[int, list[dict]] = defaultdict(list)
    for row in rows:
        found[row.sub_goal_id].append({"period": row.date.isoformat(), "value": row.value, "update": row.pk})
    return found


def published(sub_goals: Collection[SubGoal], day: date) -> rows.Question:
    """The published updates of some sub-goals, oldest first, as they are known now."""
    keys = [one.pk for one in sub_goals]
    return rows.with_marks(PUBLISHED, len(keys)), [Update.State.PUBLISHED.value, str(day), *keys]


def points_by_sub_goal(found: Iterable[Sequence], announced: Update | None = None) -> dict[int, list[Point]]:
    """What `published` reads as points, oldest first; `announced` counts as it does once it is published."""
    replaced = announced.correction_of_id if announced else None
    values = [(key, Point(str(on), in_full(value))) for key, on, value, pk in found if pk != replaced]
    if announced is not None:
        new = announced.sub_goal_id, Point(str(announced.date), announced.value)
        values = sorted([*values, new], key=lambda row: row[1].period)
    points: dict[int, list[Point]] = defaultdict(list)
    for sub_goal_id, point in values:
        points[sub_goal_id].append(point)
    return points


def in_full(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def sub_goal_case(sub_goal: SubGoal, updates: list[dict], moment: Moment) -> dict[str, Any]:
    """The input of the method for one sub-goal."""
    case = {
        "as_of": moment.as_of.isoformat(),
        "known": moment.known.isoformat(),
        "baseline": anchor(sub_goal.start_date.isoformat(), sub_goal.baseline_value),
        "target": anchor(sub_goal.target_date.isoformat(), sub_goal.target_value),
        "direction": sub_goal.direction,
        "path": sub_goal.path,
        "cadence": sub_goal.cadence,
        "reporting": sub_goal.reporting,
        "updates": updates,
    }
    for name in ("withdrawn_on", "completed_on"):
        if day := getattr(sub_goal, name):
            case[name] = day.isoformat()
    return case


def sub_goal_parameters(sub_goal: SubGoal) -> SubgoalParameters:
    """The same as the method takes it, without a case between."""
    return SubgoalParameters(
        baseline=Anchor(str(sub_goal.start_date), sub_goal.baseline_value),
        target=Anchor(str(sub_goal.target_date), sub_goal.target_value),
        direction=sub_goal.direction,
        path=sub_goal.path,
        cadence=sub_goal.cadence,
        reporting=sub_goal.reporting,
        withdrawn_on=sub_goal.withdrawn_on,
        completed_on=sub_goal.completed_on,
    )


def declared_by_indicator(
    values: Iterable[tuple[SubGoal, Decimal | None]],
) -> dict[int, list[dict[str, Any]]]:
    """What sub-goals with these latest values declare, by indicator, with what lies between them."""
    declared: dict[int, list[dict]] = defaultdict(list)
    for sub_goal, value in values:
        if sub_goal.contributes_to_id:
            declared[sub_goal.contributes_to_id].append(contribution_case(sub_goal, value))
    for listed in declared.values():
        listed += chains_between(listed)
    return declared


def contribution_case(sub_goal: SubGoal, value: Decimal | None) -> dict[str, Any]:
    """How a sub-goal with this latest value enters the sum of declared contributions."""
    parent = sub_goal.parent
    case = {
        "id": sub_goal.node,
        "org": sub_goal.organization.code,
        "value": value,
        "baseline": sub_goal.baseline_value,
        "factor": sub_goal.contribution_factor,
        "attribution": sub_goal.attribution,
        "state": sub_goal.state,
        "delivered_stands": sub_goal.delivered_stands,
        "parent": parent.node if parent and parent.state in SubGoal.PUBLIC_STATES else None,
        "shared_effort": sub_goal.shared_effort or None,
        "share": sub_goal.shared_effort_share,
        "lead": sub_goal.leads_shared_effort,
    }
    return {name: value for name, value in case.items() if value is not None}


def chains_between(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sub-goals between those that declare a quantity: they only say what is above them."""
    present = {row["id"] for row in rows}
    found: list[dict[str, Any]] = []
    missing = {row["parent"] for row in rows if "parent" in row} - present
    while missing:
        codes = [node.partition(":")[2] for node in sorted(missing)]
        above = SubGoal.objects.filter(code__in=codes).select_related("organization", "parent")
        found += [contribution_case(one, None) | {"declares": False} for one in above.order_by("code")]
        present |= missing
        missing = {row["parent"] for row in found if "parent" in row} - present
    return found
