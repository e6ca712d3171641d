"""What happened to targets, sub-goals and updates, the newest first, as the public may follow it.

Each kind of happening is read from where it is kept (results, versions, sub-goals, updates) by a query of
its own; the lists are merged. A page goes on where the one before it ended, so the tenth costs what the first
does, however many happenings there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import F, Model, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import Lag

from goals.models import Result, Step, SubGoal, SubGoalVersion, TargetVersion, Update
from goals.models.sub_goals import is_public

WITHIN = timedelta(minutes=1)
"""A step and what caused it are stored in one transaction; a later step of that cause is another one's."""
UNJUDGED = ("monitored", "not_enough_data")


class Kind(StrEnum):
    """What the list is narrowed by."""

    STATUS = "status"
    DATA = "data"
    REVISION = "revision"
    TARGET = "target"
    SUB_GOAL = "sub-goal"
    UPDATE = "update"


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


@dataclass(frozen=True)
class Happening:
    """One entry: what it was, the row that tells it, and the steps it made up the tree."""

    what: str
    kind: Kind
    place: Place
    row: Any
    before: Result | None = None
    cause: str = ""
    steps: list[Step] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.place.at

    @property
    def sub_goal(self) -> SubGoal | None:
        """The sub-goal it is about, if any."""
        return self.row if isinstance(self.row, SubGoal) else getattr(self.row, "sub_goal", None)


class Source(NamedTuple):
    """Rows of one table that each tell of a happening at the moment (or day) in `moment`."""

    what: str
    kinds: tuple[Kind, ...]
    moment: str
    goal: str
    """The way from the row to its goal."""


SOURCES = (
    Source("retracted", (Kind.UPDATE,), "retracted_at", "sub_goal__goal"),
    Source("update", (Kind.UPDATE,), "published_at", "sub_goal__goal"),
    Source("result", (Kind.STATUS, Kind.DATA, Kind.REVISION), "recorded_at", "goal"),
    Source("target", (Kind.TARGET,), "valid_from", "target__goal"),
    Source("measure", (Kind.SUB_GOAL,), "valid_from", "sub_goal__goal"),
    Source("withdrawn", (Kind.SUB_GOAL,), "withdrawn_on", "goal"),
    Source("completed", (Kind.SUB_GOAL,), "completed_on", "goal"),
    Source("published", (Kind.SUB_GOAL,), "published_on", "goal"),
)
DAYS = ("withdrawn_on", "completed_on", "published_on")
"""Known by the day alone; they count from its beginning."""


def newest(
    now: datetime, most: int, *, goal: str = "", kind: str = "", before: Place | None = None
) -> tuple[list[Happening], Place | None]:
    """Up to `most` happenings before a place, and where the next page begins (None at the end).

    A stored result that changed nothing the public follows takes a place and is left out. What they did to
    the numbers, `with_steps` adds.
    """
    found = [
        (place_of(rank, source, row), source, row)
        for rank, source in enumerate(SOURCES)
        if not kind or kind in source.kinds
        for row in rows_of(rank, source, now, goal, before)[: most + 1]
    ]
    found.sort(key=lambda one: order(one[0]))
    shown = found[:most]
    happenings = with_befores(happening(*one) for one in shown)
    wanted = [one for one in happenings if kind in ("", one.kind)]
    prefetch_related_objects([one.sub_goal for one in wanted if one.sub_goal], "texts")
    return wanted, shown[-1][0] if len(found) > most else None


def order(place: Place) -> tuple[float, int, int]:
    return -place.at.timestamp(), place.rank, -place.pk


def place_of(rank: int, source: Source, row: Model) -> Place:
    return Place(as_moment(getattr(row, source.moment)), rank, row.pk)


def as_moment(when: datetime | date) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time(), tzinfo=UTC)


# --- Reading ------------------------------------------------------------------------------------
def rows_of(rank: int, source: Source, now: datetime, goal: str, before: Place | None) -> QuerySet[Any]:
    rows = READ[source.what]().filter(**{f"{source.moment}__lte": now.date() if is_day(source) else now})
    if goal:
        rows = rows.filter(**{f"{source.goal}__code": goal})
    if before:
        rows = rows.filter(further_down(rank, source, before))
    return rows.order_by(F(source.moment).desc(), "-pk")


def is_day(source: Source) -> bool:
    return source.moment in DAYS


def further_down(rank: int, source: Source, before: Place) -> Q:
    """Earlier than the place; at the same moment, of a later source or further down in the same one."""
    name = source.moment
    if is_day(source) and before.at.time() != time():
        return Q(**{f"{name}__lte": before.at.date()})
    at = before.at.date() if is_day(source) else before.at
    earlier, same = Q(**{f"{name}__lt": at}), Q(**{name: at})
    if rank == before.rank:
        return earlier | same & Q(pk__lt=before.pk)
    return earlier | same if rank > before.rank else earlier


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
    return Update.objects.public().filter(is_public("sub_goal__")).select_related(*related)


def sub_goals() -> QuerySet[Any]:
    return SubGoal.objects.public().select_related("organization", "goal")


def measures() -> QuerySet[Any]:
    """The first version comes with the sub-goal itself."""
    versions = SubGoalVersion.objects.filter(is_public("sub_goal__"), number__gt=1)
    return versions.select_related("sub_goal__organization", "sub_goal__goal")


def target_versions() -> QuerySet[Any]:
    return TargetVersion.objects.exclude(kind=TargetVersion.Kind.MONITOR).select_related(
        "target__goal", "target__indicator"
    )


READ = {
    "retracted": updates,
    "update": updates,
    "result": results,
    "target": target_versions,
    "measure": measures,
    "withdrawn": lambda: sub_goals().filter(state=SubGoal.State.WITHDRAWN),
    "completed": sub_goals,
    "published": sub_goals,
}


# --- Telling ------------------------------------------------------------------------------------
def happening(place: Place, source: Source, row: Any) -> Happening:
    what = "corrected" if source.what == "update" and hasattr(row, "corrects") else source.what
    return Happening(what, source.kinds[0], place, row, cause=cause_of(source.what, row))


def cause_of(what: str, row: Any) -> str:
    """What the roll-up calls what happened."""
    if isinstance(row, Update):
        return f"update:{row.pk}"
    if isinstance(row, SubGoalVersion):
        return f"{row.sub_goal.node}:measure"
    return f"{row.node}:{what}" if isinstance(row, SubGoal) else ""


def with_befores(happenings: Iterable[Happening]) -> list[Happening]:
    """Results with the one before them, called by what became new; those that tell nothing are left out."""
    rows = list(happenings)
    keys = {one.row.before_id for one in rows if one.what == "result"}
    befores = Result.objects.defer("explanation").in_bulk([key for key in keys if key])
    told = (told_by(one, befores) if one.what == "result" else one for one in rows)
    return [one for one in told if one is not None]


def told_by(one: Happening, befores: Mapping[int, Result]) -> Happening | None:
    result, before = one.row, befores.get(one.row.before_id)
    kind = kind_of(result, before)
    return None if kind is None else Happening(kind.value, kind, one.place, result, before, result.cause)


def kind_of(result: Result, before: Result | None) -> Kind | None:
    """A changed status goes before new values, and these before revised ones."""
    if before is None or before.status != result.status:
        return Kind.STATUS
    old, new = latest_values(before.outcome), latest_values(result.outcome)
    if any(old.get(name, ("",))[0] < period for name, (period, _value) in new.items()):
        return Kind.DATA
    return Kind.REVISION if any(old.get(name) != found for name, found in new.items()) else None


def latest_values(outcome: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """The latest period and value of each country or partner; of an outcome about one, under “”."""
    each = outcome.get("entities") or {"": outcome}
    return {
        name: (one["latest"]["period"], one["latest"]["value"])
        for name, one in each.items()
        if one.get("latest")
    }


# --- What it did to the numbers -----------------------------------------------------------------
def with_steps(happenings: Sequence[Happening]) -> list[Happening]:
    """Each with what it moved in its goal and overall."""
    causes = {one.cause for one in happenings if one.cause}
    found: dict[str, list[Step]] = defaultdict(list)
    levels = (Result.Level.GOAL, Result.Level.OVERALL)
    for step in Step.objects.filter(cause__in=causes, level__in=levels).select_related("goal"):
        found[step.cause].append(step)
    for one in happenings:
        one.steps.extend(step for step in found[one.cause] if belongs(step, one))
    return list(happenings)


def belongs(step: Step, one: Happening) -> bool:
    """A cause that can act more than once (published, later retracted) is told apart by its time."""
    return isinstance(one.row, SubGoal) or abs(step.at - one.at) <= WITHIN
