"""Whom to remind of which update: 30 and 7 days before it is due, 7 days after, and then the owners."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import groupby
from operator import or_

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from goals.due import due_on, months_later
from goals.models import SubGoal, Update
from indicators.models import Frequency
from indicators.periods import MONTHS
from stakeholders.mail_settings import wanting
from stakeholders.models import MailKind, Membership, Organization, User

SHORTEST_FOR_MONTH_AHEAD = 2
"""With a monthly rhythm the month before the day begins with the report before it: no reminder then."""
A_CHUNK = 2000


@dataclass(frozen=True)
class Stage:
    """A reminder and the days, counted from the due day, within which it is still worth sending."""

    name: str
    first: int
    last: int
    to_owners: bool = False


STAGES = (
    Stage("month", -30, -8),
    Stage("week", -7, 6),
    Stage("late", 7, 20),
    Stage("owner", 21, 50, to_owners=True),
)
EARLIEST, LATEST = STAGES[0].first, STAGES[-1].last


@dataclass(frozen=True)
class Reminder:
    """A sub-goal whose next update is due on a day."""

    sub_goal: SubGoal
    due: date
    stage: Stage

    def key(self, user: User) -> str:
        """The same for the same due day and stage, however often the task runs."""
        return f"due:{self.sub_goal.pk}:{self.due}:{self.stage.name}:{user.pk}"


@dataclass(frozen=True)
class Addressed:
    """What one person is reminded of for one organization: one mail."""

    user: User
    organization: Organization
    reminders: list[Reminder]


def addressed(today: date) -> Iterator[Addressed]:
    """Everything to remind of on a day, one organization after the other."""
    for _key, rows in groupby(near(today).iterator(A_CHUNK), key=lambda row: row.organization_id):
        found = [reminder for row in rows if (reminder := reminder_of(row, today))]
        if found:
            yield from by_person(found[0].sub_goal.organization, found)


def reminder_of(sub_goal: SubGoal, today: date) -> Reminder | None:
    due = due_on(sub_goal.since, sub_goal.cadence)  # type: ignore[attr-defined]  # annotated by near()
    stage = stage_on(sub_goal.cadence, (today - due).days)
    return Reminder(sub_goal, due, stage) if stage else None


def stage_on(cadence: str, days_late: int) -> Stage | None:
    stage = next((one for one in STAGES if one.first <= days_late <= one.last), None)
    if stage is STAGES[0] and MONTHS[cadence] < SHORTEST_FOR_MONTH_AHEAD:
        return None
    return stage


def near(today: date) -> QuerySet[SubGoal]:
    """Open sub-goals whose due day is near, except those whose next update waits for its review."""
    running = SubGoal.objects.filter(
        state=SubGoal.State.PUBLISHED, progress_from=SubGoal.ProgressFrom.OWN, start_date__lte=today,
        organization__in=Organization.objects.public(),
    )  # fmt: skip
    return (
        running.annotate(since=Coalesce("standing__latest_on", "start_date"))
        .filter(reduce(or_, (since_of(cadence, today) for cadence in Frequency.values)))
        .exclude(Update.objects.waiting_for(OuterRef("pk")))
        .select_related("organization")
        .only("code", "title", "cadence", "answers_user_id", "organization")
        .order_by("organization_id", "pk")
    )


def since_of(cadence: str, today: date) -> Q:
    """From when the newest value may be, a few days wider than the stages."""
    months = MONTHS[cadence]
    first = months_later(today - timedelta(days=LATEST + 3), -months)
    last = months_later(today - timedelta(days=EARLIEST - 3), -months)
    return Q(cadence=cadence, since__range=(first, last))


# --- Who ----------------------------------------------------------------------------------------
def by_person(organization: Organization, rows: Iterable[Reminder]) -> list[Addressed]:
    people = People(organization, MailKind.REMINDERS)
    found: dict[User, list[Reminder]] = {}
    for row in rows:
        to = people.owners if row.stage.to_owners else people.reporting(row.sub_goal.answers_user_id)
        for user in to:
            found.setdefault(user, []).append(row)
    return [Addressed(user, organization, mine) for user, mine in found.items()]


class People:
    """Who in an organization gets a kind of mail."""

    def __init__(self, organization: Organization, kind: str) -> None:
        held = organization.memberships.filter(user__in=wanting(User.objects.all(), kind)).select_related(
            "user"
        )
        self.roles = {membership.user: membership.role for membership in held.order_by("user")}

    def those(self, *roles: str) -> list[User]:
        return [user for user, role in self.roles.items() if role in roles]

    @property
    def owners(self) -> list[User]:
        return self.those(Membership.Role.OWNER)

    @property
    def editors(self) -> list[User]:
        """Those who report; the owners where there is nobody else."""
        return self.those(Membership.Role.EDITOR) or self.owners

    def reporting(self, user_id: int | None) -> list[User]:
        """The person named, while that person may report; else everybody who reports."""
        able = self.those(Membership.Role.EDITOR, Membership.Role.OWNER)
        return [user for user in able if user.pk == user_id] or self.editors
