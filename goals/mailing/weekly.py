"""The summary of the week: what waits in each of a person's organizations, and for the Project, by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _

from goals.awaited import due_days
from goals.mailing.notices import Notice, Row, compose, day, due_text, link_to, link_to_row, listed
from goals.models import MeasureProposal, SubGoal, Update
from goals.words import language
from indicators import formats
from stakeholders import rights, sending
from stakeholders.mail_settings import wanting
from stakeholders.models import JoinRequest, MailKind, Organization, SentMail, User

WEEK = timedelta(days=7)
NAMED = 10
"""How many things of each kind are named for an organization; the rest is counted."""
OPEN = Q(state__in=(Update.State.DRAFT, Update.State.SENT_BACK))


def send(now: datetime) -> int:
    """The summary of the week, once a week to each; return how many mails could not be sent and wait."""
    failed = 0
    for user in without_this_week(now).order_by("pk").iterator():
        rows = digest_rows(user, now)
        if rows:
            failed += not tell_week(user, rows, now)
    return failed


def week_key(now: datetime) -> str:
    year, week, _weekday = now.isocalendar()
    return f"week:{year}-{week:02}:"


def without_this_week(now: datetime) -> QuerySet[User]:
    """Those who want the summary and have not got this week's."""
    key = Concat(Value(week_key(now)), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    got = SentMail.objects.filter(key=key, sent_at__isnull=False)
    return wanting(User.objects.all(), MailKind.DIGEST).exclude(Exists(got))


def tell_week(user: User, rows: list[Row], now: datetime) -> bool:
    return sending.send_once(
        user,
        [f"{week_key(now)}{user.pk}"],
        lambda _keys: compose(user, MailKind.DIGEST, lambda: digest_notice(rows)),
    )


def digest_notice(rows: list[Row]) -> Notice:
    shown, more = listed(rows)
    return Notice(
        subject=_("Your week: what waits for you"), texts=[_("This is how things stand.")],
        rows=shown, more=more, link_text=_("Open the workspace"), link=link_to("home"),
        why=_("You get this mail once a week because you take part in the Progress Monitor."),
    )  # fmt: skip


def digest_rows(user: User, now: datetime) -> list[Row]:
    """What waits in each of the person's organizations, and for the Project; nothing where nothing does."""
    with translation.override(user.language):
        held = rights.memberships_of(user).select_related("organization").order_by("organization__name")
        rows = [told(one.organization.name, week_of(user, one.organization, now)) for one in held]
        if rights.may(user, "see", "queue"):
            rows.append(told(_("Review"), queue()))
        return [row for row in rows if row.text]


@dataclass(frozen=True)
class Waiting:
    """How much of one kind there is; `rows` are the first of it by name."""

    what: str
    count: int
    rows: list[Row]


def told(title: str, waiting: Iterator[Waiting]) -> Row:
    found = [one for one in waiting if one.count]
    rows = [row for one in found for row in one.rows]
    counted = ", ".join(
        _("%(what)s: %(count)s") % {"what": one.what, "count": formats.number(one.count, 0, language())}
        for one in found
    )
    unnamed = sum(one.count - len(one.rows) for one in found if one.rows)
    _named, more = listed([*rows, *[Row("")] * unnamed], most=len(rows))
    return Row(title, counted, rows=rows, more=more)


# --- In an organization -------------------------------------------------------------------------
def week_of(user: User, organization: Organization, now: datetime) -> Iterator[Waiting]:
    """What is due within the week, questions and drafts, and how much was published in seven days."""
    updates = Update.objects.filter(sub_goal__organization=organization)
    begun = set(updates.filter(OPEN, correction_of=None).values_list("sub_goal", flat=True))
    page = "report" if rights.may(user, "create", "update", organization) else "sub-goal"
    yield due(organization, now.date(), begun, page)
    asked_about = MeasureProposal.objects.asked_about().filter(sub_goal__organization=organization)
    yield unfinished(_("questions to answer"), *in_state(organization, "sent_back"), asked_about)
    yield unfinished(_("drafts"), *in_state(organization, "draft"))
    published = updates.filter(published_at__gt=now - WEEK)
    yield Waiting(_("updates published in seven days"), published.count(), [])


def due(organization: Organization, today: date, begun: set[int], page: str) -> Waiting:
    """As on the overview: what is begun stands among drafts and questions instead."""
    days = sorted(
        row for row in due_days(organization, today) if row[0] <= today + WEEK and row[1] not in begun
    )
    sub_goals = SubGoal.objects.in_bulk([key for _day, key in days[:NAMED]])
    rows = [
        Row(sub_goals[key].title, due_text(on, today), link=link_to(page, sub_goals[key].code))
        for on, key in days[:NAMED]
    ]
    return Waiting(_("updates due"), len(days), rows)


def in_state(organization: Organization, state: str) -> tuple[QuerySet[Update], QuerySet[SubGoal]]:
    updates = Update.objects.filter(sub_goal__organization=organization, state=state)
    return updates.select_related("sub_goal"), organization.sub_goals.filter(state=state)


def unfinished(what: str, *kinds: QuerySet[Any]) -> Waiting:
    """The newest of each kind by name."""
    newest = [row for rows in kinds for row in rows.order_by("-pk")[:NAMED]]
    return Waiting(what, sum(rows.count() for rows in kinds), [begun_row(row) for row in newest[:NAMED]])


def begun_row(row: Update | SubGoal | MeasureProposal) -> Row:
    sub_goal = row if isinstance(row, SubGoal) else row.sub_goal
    leads_to = row if isinstance(row, Update) else sub_goal
    return Row(sub_goal.title or sub_goal.code, state_text(row), link=link_to_row(leads_to))


def state_text(row: Update | SubGoal | MeasureProposal) -> str:
    if isinstance(row, MeasureProposal):
        return _("Measure or contribution: sent back with a question.")
    drafts = {
        Update: _("Draft of an update, begun on %(day)s."),
        SubGoal: _("Draft of a sub-goal, begun on %(day)s."),
    }
    questions = {
        Update: _("Update: sent back with a question."),
        SubGoal: _("Sub-goal: sent back with a question."),
    }
    texts = drafts if row.state == "draft" else questions
    return texts[type(row)] % {"day": day(row.created_at.date())}


# --- For the Project ----------------------------------------------------------------------------
def queue() -> Iterator[Waiting]:
    updates = Update.objects.awaiting_review().select_related("sub_goal__organization")
    yield Waiting(_("updates to review"), updates.count(), [update_row(row) for row in updates[:NAMED]])
    sub_goals = SubGoal.objects.awaiting_review().select_related("organization")
    yield Waiting(
        _("sub-goals to review"), sub_goals.count(), [sub_goal_row(row) for row in sub_goals[:NAMED]]
    )
    proposals = MeasureProposal.objects.awaiting_review().select_related("sub_goal__organization")
    rows = [sub_goal_row(proposal.sub_goal) for proposal in proposals[:NAMED]]
    yield Waiting(_("changed measures and contributions to review"), proposals.count(), rows)
    joins = JoinRequest.objects.filter(state=JoinRequest.State.WAITING).order_by("made_at", "pk")
    yield Waiting(_("requests to join"), joins.count(), [join_row(row) for row in joins[:NAMED]])


def update_row(row: Update) -> Row:
    return Row(row.sub_goal.title, row.sub_goal.organization.name, link=link_to("review-update", row.pk))


def sub_goal_row(row: SubGoal) -> Row:
    return Row(row.title, row.organization.name, link=link_to("review-sub-goal", row.pk))


def join_row(row: JoinRequest) -> Row:
    return Row(row.organization_name, link=link_to("review-join", row.pk))
