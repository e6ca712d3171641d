"""The rows that tell what happened to targets, sub-goals and updates: a query a source, all in one order."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Concat, Lag

from goals.models import Result, Step, SubGoal, SubGoalVersion, TargetVersion, Update
from goals.models.standings import TOLD_BY_STEPS_ALONE

UNJUDGED = ("monitored", "not_enough_data")


class Kind(StrEnum):
    """What the list is narrowed by."""

    STATUS = "status"
    DATA = "data"
    REVISION = "revision"
    TARGET = "target"
    SUB_GOAL = "sub-goal"
    UPDATE = "update"
    ORGANIZATION = "organization"
    TIME = "time"


class Place(NamedTuple):
    """Where a happening stands in the list: the later, the further up; `rank` is its source's."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at:%Y%m%dT%H%M%S%f}-{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place written like this; None for anything else."""
        try:
            at, rank, pk = text.split("-")
            return cls(datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), int(rank), int(pk))
        except ValueError:
            return None


class Source(NamedTuple):
    """Rows of one table that each tell of a happening at the moment (or day) in `moment`."""

    what: str
    kinds: tuple[Kind, ...]
    moment: str
    goal: str
    """The way from the row to its goal."""
    owner: str = ""
    """The way from the row to the organization whose it is, where there is one."""


SOURCES = (
    Source("retracted", (Kind.UPDATE,), "retracted_at", "sub_goal__goal", "sub_goal__organization"),
    Source("update", (Kind.UPDATE,), "published_at", "sub_goal__goal", "sub_goal__organization"),
    Source("result", (Kind.STATUS, Kind.DATA, Kind.REVISION), "recorded_at", "goal"),
    Source("target", (Kind.TARGET,), "valid_from", "target__goal"),
    Source("measure", (Kind.SUB_GOAL,), "valid_from", "sub_goal__goal", "sub_goal__organization"),
    Source("withdrawn", (Kind.SUB_GOAL,), "withdrawn_on", "goal", "organization"),
    Source("completed", (Kind.SUB_GOAL,), "completed_on", "goal", "organization"),
    Source("published", (Kind.SUB_GOAL,), "published_on", "goal", "organization"),
    Source("placed", (Kind.SUB_GOAL,), "at", "goal"),
    Source("organization", (Kind.ORGANIZATION,), "at", "goal"),
    Source("time", (Kind.TIME,), "at", "goal"),
)
DAYS = ("withdrawn_on", "completed_on", "published_on")
"""Kept by the day alone: they stand at the moment of their step; where there is none, as the day begins."""
UPPER = (Result.Level.GOAL, Result.Level.OVERALL)


def order(place: Place) -> tuple[float, int, int]:
    return -place.at.timestamp(), place.rank, -place.pk


def place_of(rank: int, source: Source, row: Any) -> Place:
    if is_day(source):
        return Place(row.stepped_at or beginning(getattr(row, source.moment)), rank, row.pk)
    return Place(getattr(row, source.moment), rank, row.pk)


def beginning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


# --- Reading ------------------------------------------------------------------------------------
# What organizations that are switched off had published is read too: it moved numbers that stay.
def rows_of(
    rank: int, source: Source, now: datetime, goal: str, before: Place | None, with_hidden: bool
) -> QuerySet[Any]:
    rows = READ[source.what]().filter(**{f"{source.moment}__lte": now.date() if is_day(source) else now})
    if goal:
        rows = rows.filter(**{f"{source.goal}__code": goal})
    if source.owner and not with_hidden:
        rows = rows.filter(**{f"{source.owner}__is_active": True})
    if rows.model is Step:
        rows = rows.filter(first_of_its_change(rows))
    if is_day(source):
        rows = rows.annotate(stepped_at=moment_of_step(source))
    if before:
        rows = rows.filter(further_down(rank, source, before))
    within_a_day = [F("stepped_at").desc(nulls_last=True)] if is_day(source) else []
    return rows.order_by(F(source.moment).desc(), *within_a_day, "-pk")


def is_day(source: Source) -> bool:
    return source.moment in DAYS


def further_down(rank: int, source: Source, before: Place) -> Q:
    """Earlier than the place; at the same moment, of a later source or further down in the same one."""
    name, same = source.moment, tied(rank, before)
    if not is_day(source):
        return Q(**{f"{name}__lt": before.at}) | Q(**{name: before.at}) & same
    day = before.at.date()
    timed = Q(stepped_at__lt=before.at) | Q(stepped_at=before.at) & same
    untimed = Q(stepped_at=None) & (same if before.at == beginning(day) else Q())
    return Q(**{f"{name}__lt": day}) | Q(**{name: day}) & (timed | untimed)


def tied(rank: int, place: Place) -> Q:
    """What comes further down of what stands at the very moment of a place."""
    if rank == place.rank:
        return Q(pk__lt=place.pk)
    return Q() if rank > place.rank else Q(pk__in=[])


def moment_of_step(source: Source) -> Subquery:
    """When the step of a sub-goal was taken, if that was on the day it is kept under."""
    cause = Concat(Value("sub-goal:"), OuterRef("code"), Value(f":{source.what}"))
    steps = Step.objects.filter(cause=cause, at__date=OuterRef(source.moment))
    return Subquery(steps.order_by("-at").values("at")[:1])


def results() -> QuerySet[Any]:
    """Results of targets and goals with the one before: earlier ones of a node are never read past it."""
    judged = Result.objects.filter(level__in=(Result.Level.TARGET, Result.Level.GOAL)).annotate(
        before_id=before_it("pk"), before_status=before_it("status")
    )
    of_goals = Q(level=Result.Level.GOAL) & (Q(before_status=None) | Q(before_status=F("status")))
    return (
        judged.exclude(Q(before_id=None, status__in=UNJUDGED))
        .exclude(of_goals)
        .select_related("goal", "target__indicator")
        .defer("explanation")
    )


def before_it(name: str) -> Window:
    return Window(Lag(name), partition_by="node", order_by=["recorded_at", "pk"])


def updates() -> QuerySet[Any]:
    related = ("sub_goal__organization", "sub_goal__goal", "corrects")
    rows = Update.objects.filter(state__in=Update.PUBLIC_STATES, sub_goal__state__in=SubGoal.PUBLIC_STATES)
    return rows.select_related(*related)


def sub_goals() -> QuerySet[Any]:
    return SubGoal.objects.filter(state__in=SubGoal.PUBLIC_STATES).select_related("organization", "goal")


def measures() -> QuerySet[Any]:
    """The first version comes with the sub-goal itself."""
    versions = SubGoalVersion.objects.filter(sub_goal__state__in=SubGoal.PUBLIC_STATES, number__gt=1)
    return versions.select_related("sub_goal__organization", "sub_goal__goal")


def target_versions() -> QuerySet[Any]:
    return TargetVersion.objects.exclude(kind=TargetVersion.Kind.MONITOR).select_related(
        "target__goal", "target__indicator"
    )


def steps() -> QuerySet[Any]:
    """Where no other row tells what happened."""
    return Step.objects.filter(TOLD_BY_STEPS_ALONE)


def first_of_its_change(rows: QuerySet[Any]) -> Q:
    """One change moves several nodes, and is told once; in the list of a goal, by the first of that goal."""
    same = rows.order_by().filter(cause=OuterRef("cause"), at=OuterRef("at"), pk__lt=OuterRef("pk"))
    return ~Q(Exists(same))


READ = {
    "retracted": updates,
    "update": updates,
    "result": results,
    "target": target_versions,
    "measure": measures,
    "withdrawn": lambda: sub_goals().filter(state=SubGoal.State.WITHDRAWN),
    "completed": sub_goals,
    "published": sub_goals,
    "placed": lambda: steps().filter(cause__startswith="sub-goal:"),
    "organization": lambda: steps().filter(
        Q(cause__startswith="organization:") | Q(cause__startswith="merge:")
    ),
    "time": lambda: steps().filter(cause="time", level__in=UPPER),
}
