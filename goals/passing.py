"""The passing of time: every sub-goal judged anew in bulk, sums counted from scratch, and the audit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from goals import evaluation, moving, rows
from goals.climbing import UPPER, Tree, judged_fields, new_leaf, settle
from goals.declarations import recounting
from goals.known import Moment
from goals.method.sums import NUMBERS, SUM_FIELDS, Sums
from goals.models import FixedPointField, Result, Standing, SubGoal
from goals.models.sub_goals import is_public

BATCH = 900
"""No more names than SQLite takes in one statement."""
JUDGED = (
    "goal_id", "organization_id", "under_id", "from_entries", "weight", "as_of", "counted", "reason",
    "status", "update_state", "latest_value", "latest_on", *NUMBERS,
)  # fmt: skip
SETTLED = ("counted", "status", *NUMBERS, *SUM_FIELDS)
COMBINED = ("counted", "combined", "indicator_schedule")
QUIET = {"as_of"}
"""What time moves without anything having happened."""


@dataclass(frozen=True)
class Drift:
    """A stored number that is other than the one counted from scratch."""

    node: str
    field: str
    stored: Any
    counted: Any


def follow_time(day: date) -> list[str]:
    """Bring every sub-goal to `day`, and every sum in step; return the nodes that moved.

    The caller holds the edition's lock.
    """
    moved = [node for batch in batches(unjudged()) for node in judge_batch(batch, day)]
    for others in moving.move_plain(day):
        moved += judge_named(others, day)
    leave_out_what_is_not_public()
    put_in_place(day)
    return list(dict.fromkeys([*moved, *recount(), *recounting.recount()]))


def unjudged() -> QuerySet[SubGoal]:
    return SubGoal.objects.public().filter(standing=None)


# --- Leaves -------------------------------------------------------------------------------------
def batches(sub_goals: QuerySet[SubGoal]) -> Iterator[list[SubGoal]]:
    ordered = sub_goals.select_related("organization", "goal", "parent", "standing").order_by("pk")
    last = 0
    while batch := list(ordered.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def judge_named(numbers: list[int], day: date) -> list[str]:
    """Judge the sub-goals with these numbers by the whole method."""
    found: list[str] = []
    for start in range(0, len(numbers), BATCH):
        named = SubGoal.objects.filter(pk__in=numbers[start : start + BATCH])
        for batch in batches(named):
            found += judge_batch(batch, day)
    return found


def judge_batch(sub_goals: list[SubGoal], day: date) -> list[str]:
    """Judge some sub-goals and store what differs; return the nodes of which more than the day did."""
    changed, moved = [], []
    for sub_goal, node in evaluation.judge_sub_goals(sub_goals, Moment(day, day)):
        standing = getattr(sub_goal, "standing", None) or new_leaf(sub_goal)
        before = values(standing, JUDGED)
        set_judged(standing, sub_goal, node.outcome, day)
        differing = {name for name, value in values(standing, JUDGED).items() if value != before[name]}
        changed += [standing] if differing or not standing.pk else []
        moved += [standing.node] if differing - QUIET else []
    write(changed, JUDGED)
    return moved


def set_judged(standing: Standing, sub_goal: SubGoal, outcome: Mapping[str, Any], day: date) -> None:
    standing.goal_id, standing.organization_id = sub_goal.goal_id, sub_goal.organization_id
    standing.under_id = sub_goal.parent_id
    standing.from_entries = sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN
    standing.weight = sub_goal.weight
    for name, value in judged_fields(outcome, day, standing.from_entries).items():
        setattr(standing, name, value)
    settle(standing)


def leave_out_what_is_not_public() -> None:
    counted_in_hiding().update(counted=False, reason="draft")


def counted_in_hiding() -> QuerySet[Standing]:
    counted = Standing.objects.filter(level=Result.Level.SUB_GOAL, counted=True)
    return counted.exclude(is_public("sub_goal__"))


def put_in_place(day: date) -> None:
    """Let each sub-goal enter where it belongs; on a quiet night all do already."""
    tree = Tree.of(Standing.objects.exclude(level=Result.Level.SUB_GOAL))
    for sub_goal in misplaced():
        if sub_goal.parent and hasattr(sub_goal.parent, "standing"):
            tree.standings[sub_goal.parent.node] = sub_goal.parent.standing
        node = tree.place(sub_goal, day)
        into = tree.standings[node] if node else None
        keep(into, tree)
        Standing.objects.filter(sub_goal=sub_goal).update(enters=into)


def keep(standing: Standing | None, tree: Tree) -> None:
    """Store a new organization's node, and before it that of its goal."""
    if standing is None or standing.pk:
        return
    above = tree.into[standing.node]
    standing.enters = tree.standings[above] if above else None
    keep(standing.enters, tree)
    standing.enters = standing.enters  # its number is known only now
    standing.save()


def misplaced() -> QuerySet[SubGoal]:
    """Sub-goals that enter another node than they should."""
    takes = Q(parent__progress_from=SubGoal.ProgressFrom.CHILDREN)
    lost = Q(parent=None) & ~Q(
        standing__enters__organization=F("organization"),
        standing__enters__level=Result.Level.ORGANIZATION,
        standing__enters__goal=F("goal"),
    )
    lost |= takes & Q(parent__standing__isnull=False) & ~Q(standing__enters__sub_goal=F("parent"))
    lost |= Q(parent__isnull=False) & ~takes & Q(standing__enters__isnull=False)
    related = ("organization", "goal", "parent__standing")
    return SubGoal.objects.filter(lost, standing__isnull=False).select_related(*related).order_by("pk")


# --- Sums ---------------------------------------------------------------------------------------
COUNTED = ", ".join(
    f"CAST(COALESCE(SUM(weight * {name}), 0) AS bigint) AS {name}_sum, "
    f"CAST(COALESCE(SUM(CASE WHEN {name} IS NOT NULL THEN weight END), 0) AS bigint) AS {name}_weight"
    for name in NUMBERS
)
# Halves up, as goals.method.sums rounds: what is stored is whole billionths.
OTHER = " OR ".join(
    [f"p.{name} <> COALESCE(c.{name}, 0)" for name in SUM_FIELDS]
    + [
        f"COALESCE(p.{name}, -1) <> CASE WHEN c.{name}_weight > 0 "
        f"THEN (2 * c.{name}_sum + c.{name}_weight) / (2 * c.{name}_weight) ELSE -1 END"
        for name in NUMBERS
        if name != "combined"  # that of a goal is no mean, and that of all goals may be held back
    ]
)
WRONG = f"""
SELECT p.id, {", ".join(f"COALESCE(c.{name}, 0)" for name in SUM_FIELDS)}
FROM goals_standing p LEFT JOIN (
    SELECT enters_id, COUNT(*) AS members, {COUNTED} FROM goals_standing
    WHERE counted AND enters_id IS NOT NULL {{entering}} GROUP BY enters_id
) c ON c.enters_id = p.id
WHERE p.from_entries {{among}} AND ({OTHER})
"""  # noqa: S608 - put together from the names of fields alone


def recount() -> list[str]:
    """Count every sum from scratch and set right what is other; return the nodes that were."""
    found: list[str] = []
    wrong = wrong_sums()
    while wrong:
        write(wrong, SETTLED)
        found += [row.node for row in wrong]
        above = {row.enters_id for row in wrong if row.enters_id}
        wrong = wrong_sums(sorted(above)) if above else []
    return list(dict.fromkeys(found))


def wrong_sums(among: list[int] | None = None) -> list[Standing]:
    """Nodes whose sums or shares are not what their entries give, set right but not stored: one GROUP BY.

    Of all, or of those with the given numbers.
    """
    named = among if among is not None and len(among) <= BATCH else None
    marks = f"({', '.join(['%s'] * len(named))})" if named else ""
    statement = WRONG.format(
        entering=f"AND enters_id IN {marks}" if named else "", among=f"AND p.id IN {marks}" if named else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*named, *named] if named else [])
        sums = {key: exact_sums(values) for key, *values in cursor.fetchall()}
    return [set_right(row, sums[row.pk]) for row in standings_of(list(sums))]


def standings_of(keys: list[int]) -> Iterator[Standing]:
    for start in range(0, len(keys), BATCH):
        yield from Standing.objects.filter(pk__in=keys[start : start + BATCH])


def exact_sums(values: Iterable[int | Decimal]) -> Sums:
    """From whole numbers as they are stored."""
    named = zip(SUM_FIELDS, values, strict=True)
    return Sums(**{name: at_scale(name, int(value)) for name, value in named})


def at_scale(name: str, value: int) -> Any:
    field = Standing._meta.get_field(name)
    return Decimal(value).scaleb(-field.places) if isinstance(field, FixedPointField) else value


def set_right(row: Standing, sums: Sums) -> Standing:
    row.sums = sums
    settle(row)
    return row


def audit() -> list[Drift]:
    """Every stored number that is not what the updates, or the entries below it, give from scratch."""
    return [*audit_leaves(), *audit_places(), *audit_sums(), *audit_combined(), *audit_declared()]


def audit_leaves() -> list[Drift]:
    """Each sub-goal judged again by the whole method, for the day it was judged for."""
    found: list[Drift] = []
    for day in Standing.objects.order_by().values_list("as_of", flat=True).distinct():
        for sub_goals in batches(SubGoal.objects.public().filter(standing__as_of=day)):
            found += [drift for one in judged_anew(sub_goals, day) for drift in one]
    return found


def judged_anew(sub_goals: list[SubGoal], day: date) -> Iterator[list[Drift]]:
    for sub_goal, node in evaluation.judge_sub_goals(sub_goals, Moment(day, day)):
        standing = sub_goal.standing
        stored = values(standing, JUDGED)
        set_judged(standing, sub_goal, node.outcome, day)
        yield differing(standing.node, stored, values(standing, JUDGED))


def audit_places() -> list[Drift]:
    """Sub-goals that count though nobody may see them, and those that enter another node than they should."""
    hidden = [Drift(row.node, "counted", True, False) for row in counted_in_hiding()]
    strayed = [Drift(one.node, "enters", one.standing.enters_id, None) for one in misplaced()]
    return [*hidden, *strayed]


def audit_sums() -> list[Drift]:
    return [drift for row in wrong_sums() for drift in drifts(row)]


def audit_combined() -> list[Drift]:
    """Goals and the overall number: what their indicators say, and the combined number of both."""
    found: list[Drift] = []
    judged = dict(Result.objects.current().filter(level__in=UPPER).values_list("node", "outcome"))
    for row in Standing.objects.filter(level__in=UPPER, node__in=judged):
        stored = values(row, COMBINED)
        row.indicator_schedule = judged[row.node]["indicator_layer"]["schedule"]
        settle(row)
        found += differing(row.node, stored, values(row, COMBINED))
    return found


def audit_declared() -> list[Drift]:
    return [Drift(*drift) for drift in recounting.drifted()]


def drifts(row: Standing) -> list[Drift]:
    return differing(row.node, values(Standing.objects.get(pk=row.pk), SETTLED), values(row, SETTLED))


def differing(node: str, stored: Mapping[str, Any], counted: Mapping[str, Any]) -> list[Drift]:
    return [
        Drift(node, name, stored[name], value) for name, value in counted.items() if value != stored[name]
    ]


# --- Storing ------------------------------------------------------------------------------------
def values(row: Standing, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def write(standings: list[Standing], names: tuple[str, ...]) -> None:
    """Store new standings, and these fields of known ones."""
    Standing.objects.bulk_create([row for row in standings if not row.pk])
    rows.change([row for row in standings if row.pk], names)
