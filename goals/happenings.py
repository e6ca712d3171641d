"""What happened to targets, sub-goals and updates, the newest first, as the public may follow it.

Each kind of happening is read from where it is kept (results, versions, sub-goals, updates, and steps where
nothing else tells of it) by a query of its own; the lists are merged. A page goes on where the one before it
ended, so the tenth costs what the first does, however many happenings there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, prefetch_related_objects

from goals.happening_rows import SOURCES, UPPER, Kind, Place, Source, order, place_of, rows_of, sub_goals
from goals.models import Result, Step, SubGoal, SubGoalVersion, Update
from goals.models.sub_goals import is_public
from stakeholders.models import Organization, OrganizationAlias

WITHIN = timedelta(minutes=1)
"""A step and what caused it are stored in one transaction; a later step of that cause is another one's."""


@dataclass(frozen=True)
class Happening:
    """One entry: what it was, the row that tells it, and the steps it made up the tree."""

    what: str
    kind: Kind
    place: Place
    row: Any
    before: Result | None = None
    cause: str = ""
    named: SubGoal | Organization | None = None
    """What a step's cause names, while the public may see it."""
    is_hidden: bool = False
    """Of an organization that is switched off: what it did to the numbers stays, whose it was is not told."""
    steps: list[Step] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.place.at

    @property
    def sub_goal(self) -> SubGoal | None:
        """The sub-goal it is about, if any that the public sees."""
        if self.is_hidden:
            return None
        if isinstance(self.row, Step):
            return self.named if isinstance(self.named, SubGoal) else None
        return self.row if isinstance(self.row, SubGoal) else getattr(self.row, "sub_goal", None)


def newest(
    now: datetime,
    most: int,
    *,
    goal: str = "",
    kind: str = "",
    before: Place | None = None,
    without: Collection[Kind] = (),
    with_hidden: bool = False,
) -> tuple[list[Happening], Place | None]:
    """Up to `most` happenings before a place, and where the next page begins (None at the end).

    A stored result that changed nothing the public follows takes a place and is left out. What they did to
    the numbers, `with_steps` adds. Only who asks for it gets what organizations did that are switched off.
    """
    found = [
        (place_of(rank, source, row), source, row)
        for rank, source in enumerate(SOURCES)
        if (kind in source.kinds if kind else source.kinds[0] not in without)
        for row in rows_of(rank, source, now, goal, before, with_hidden)[: most + 1]
    ]
    found.sort(key=lambda one: order(one[0]))
    shown = found[:most]
    happenings = with_names(with_befores(happening(*one) for one in shown))
    wanted = [one for one in happenings if kind in ("", one.kind)]
    prefetch_related_objects([one.sub_goal for one in wanted if one.sub_goal], "texts")
    return wanted, shown[-1][0] if len(found) > most else None


# --- Telling ------------------------------------------------------------------------------------
def happening(place: Place, source: Source, row: Any) -> Happening:
    what = "corrected" if source.what == "update" and hasattr(row, "corrects") else source.what
    if isinstance(row, Step):
        what = "merged" if row.cause.startswith("merge:") else row.cause.rpartition(":")[2]
    cause = cause_of(source.what, row)
    return Happening(what, source.kinds[0], place, row, cause=cause, is_hidden=is_hidden(source, row))


def is_hidden(source: Source, row: Any) -> bool:
    if not source.owner:
        return False
    sub_goal = row if isinstance(row, SubGoal) else row.sub_goal
    return not sub_goal.organization.is_active


def cause_of(what: str, row: Any) -> str:
    """What the roll-up calls what happened."""
    if isinstance(row, Step):
        return row.cause
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
    # What the passing of time moved is told once for all, by its own steps.
    cause = "" if result.cause == "time" else result.cause
    return None if kind is None else Happening(kind.value, kind, one.place, result, before, cause)


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


def with_names(happenings: Iterable[Happening]) -> list[Happening]:
    """Steps with the sub-goal or organization their cause names; nothing that is not public is named."""
    rows = list(happenings)
    names = {one.cause.split(":")[1] for one in rows if isinstance(one.row, Step) and ":" in one.cause}
    if not names:
        return rows
    shown = Organization.objects.public()
    merged = OrganizationAlias.objects.filter(code__in=names, organization__in=shown)
    found: dict[str, dict[str, Any]] = {
        "sub-goal": {one.code: one for one in sub_goals().filter(is_public(), code__in=names)},
        "organization": {one.code: one for one in shown.filter(code__in=names)},
        "merge": {one.code: one.organization for one in merged.select_related("organization")},
    }
    return [replace(one, named=named_by(one, found)) for one in rows]


def named_by(one: Happening, found: Mapping[str, Mapping[str, Any]]) -> SubGoal | Organization | None:
    """Whoever was switched off is not named, also where it was switched on again since."""
    if not isinstance(one.row, Step) or one.what in ("time", "switched_off"):
        return None
    kind, code = one.cause.split(":")[:2]
    return found[kind].get(code)


# --- What it did to the numbers -----------------------------------------------------------------
def with_steps(happenings: Sequence[Happening]) -> list[Happening]:
    """Each with what it moved in its goal and overall; of what is hidden only that which moved something."""
    alone = [one.row for one in happenings if isinstance(one.row, Step)]
    others = {one.cause for one in happenings if one.cause and not isinstance(one.row, Step)}
    wanted = Q(cause__in=others)
    wanted |= Q(cause__in={row.cause for row in alone}, at__in={row.at for row in alone})
    found: dict[str, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(wanted, level__in=UPPER).select_related("goal"):
        found[step.cause].append(step)
    for one in happenings:
        moved = [step for step in found[one.cause] if belongs(step, one)]
        one.steps.extend(sorted(moved, key=lambda step: (step.goal is None, step.node)))
    return [one for one in happenings if one.steps or not one.is_hidden]


def belongs(step: Step, one: Happening) -> bool:
    """A cause that can act more than once (published, later retracted) is told apart by its time.

    What a refresh moved is told with the goal of each indicator it brought values for.
    """
    if isinstance(one.row, Step):
        return step.at == one.at
    if isinstance(one.row, Result) and step.goal_id not in (None, one.row.goal_id):
        return False
    return isinstance(one.row, SubGoal) or abs(step.at - one.at) <= WITHIN
