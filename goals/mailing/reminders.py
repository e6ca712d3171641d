"""Reminders of updates: 30 and 7 days before one is due, 7 days after, and then to the owners."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import groupby
from operator import or_

from django.core.mail import EmailMessage
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from goals import words
from goals.due import due_on, months_later
from goals.mailing.notices import Notice, Row, compose, day, due_text, link_to, listed
from goals.mailing.people import People
from goals.models import SubGoal, Update
from indicators.models import Frequency
from indicators.periods import MONTHS
from stakeholders import sending
from stakeholders.models import MailKind, Organization, User

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


# --- Whom -----------------------------------------------------------------------------------------
def by_person(organization: Organization, rows: Iterable[Reminder]) -> list[Addressed]:
    people = People(organization, MailKind.REMINDERS)
    found: dict[User, list[Reminder]] = {}
    for row in rows:
        to = people.owners if row.stage.to_owners else people.reporting(row.sub_goal.answers_user_id)
        for user in to:
            found.setdefault(user, []).append(row)
    return [Addressed(user, organization, mine) for user, mine in found.items()]


# --- The mail -------------------------------------------------------------------------------------
def send(today: date) -> int:
    """Remind everybody who was not yet; return how many mails could not be sent and wait."""
    return sum(not remind(one, today) for one in addressed(today))


def remind(one: Addressed, today: date) -> bool:
    keys = {reminder.key(one.user): reminder for reminder in one.reminders}

    def mail_of(mine: list[str]) -> EmailMessage:
        told = [keys[key] for key in mine]
        return compose(one.user, MailKind.REMINDERS, lambda: notice_of(one.organization, told, today))

    return sending.send_once(one.user, keys, mail_of)


def notice_of(organization: Organization, reminders: list[Reminder], today: date) -> Notice:
    reminders = sorted(reminders, key=lambda one: (one.due, one.sub_goal.title))
    rows, more = listed([Row(one.sub_goal.title, due_text(one.due, today)) for one in reminders])
    return Notice(
        subject=subject_of(organization, reminders, today),
        texts=[_("%(organization)s reports on this:") % {"organization": organization.name}],
        rows=rows, more=more, link_text=_("Write the update"), link=link_of(organization, reminders),
        why=words.one_stop(
            _("You get this mail because you report for %(name)s.") % {"name": organization.name}
        ),
    )  # fmt: skip


def link_of(organization: Organization, reminders: list[Reminder]) -> str:
    """To the form, or to the list of what is due."""
    if len(reminders) == 1:
        return link_to("report", reminders[0].sub_goal.code)
    return link_to("dashboard", organization.code)


def subject_of(organization: Organization, reminders: list[Reminder], today: date) -> str:
    first = reminders[0]
    said = {"day": day(first.due), "title": first.sub_goal.title, "count": len(reminders)}
    if len(reminders) == 1:
        late = first.due < today
        return (
            _("Update overdue since %(day)s: %(title)s") if late else _("Update due %(day)s: %(title)s")
        ) % said
    text = _("%(count)s updates due, the first on %(day)s: %(organization)s")
    return text % {**said, "organization": organization.name}
