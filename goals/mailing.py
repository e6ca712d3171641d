"""What people are told by mail: what is due, what the Project answered, and a summary each week.

Text and HTML are made of one `Notice`, so they say the same. A subject says what to do.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals import reminding, words
from goals.models import MeasureProposal, Review, Standing, SubGoal, Update
from goals.reminding import Addressed, People, Reminder
from goals.words import language
from indicators import formats
from stakeholders import mail, rights, sending
from stakeholders.mail_settings import wanting
from stakeholders.models import MailKind, Organization, SentMail, User

LISTED = 20
ANSWERS = (Review.Decision.APPROVED, Review.Decision.SENT_BACK)
ANSWERS_AT_ONCE = 500
ANSWERS_FOR = timedelta(days=7)
"""An answer that could not be sent for a week is old news; the summary tells of it."""


@dataclass(frozen=True)
class Row:
    """A line of a mail: what it is about, what is said of it, and words of the Project."""

    title: str
    text: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Notice:
    """A mail before it is text and HTML."""

    subject: str
    texts: list[str]
    link_text: str
    why: str
    link: str = ""
    rows: list[Row] = field(default_factory=list)
    more: str = ""


def compose(user: User, kind: str, make: Callable[[], Notice]) -> EmailMessage:
    """The mail in the reader's language, with the way to stop mails of its kind."""
    with translation.override(user.language):
        notice = make()
    context = {
        "notice": notice,
        "stop_link": sending.stop_address(user, kind),
        "settings_link": mail.address("workspace:mail-settings", language=user.language),
    }
    headers = sending.headers_to_stop(user, kind)
    return mail.compose(user.email, user.language, "mail/notice", context, headers)


def link_to(name: str, *args: Any) -> str:
    return mail.address(f"workspace:{name}", *args, language=translation.get_language() or "en")


def listed(rows: list[Row]) -> tuple[list[Row], str]:
    """The first rows and a word for the rest."""
    more = len(rows) - LISTED
    text = ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more} if more > 0 else ""
    return rows[:LISTED], text


def day(when: date) -> str:
    return formats.date_long(when, language())


# --- Reminders ----------------------------------------------------------------------------------
def send_reminders(today: date) -> int:
    """Remind everybody who was not yet; return how many mails could not be sent and wait."""
    return sum(not remind(one, today) for one in reminding.addressed(today))


def remind(one: Addressed, today: date) -> bool:
    keys = {reminder.key(one.user): reminder for reminder in one.reminders}

    def mail_of(mine: list[str]) -> EmailMessage:
        told = [keys[key] for key in mine]
        return compose(one.user, MailKind.REMINDERS, lambda: reminder_notice(one.organization, told, today))

    return sending.send_once(one.user, keys, mail_of)


def reminder_notice(organization: Organization, reminders: list[Reminder], today: date) -> Notice:
    reminders = sorted(reminders, key=lambda one: (one.due, one.sub_goal.title))
    rows, more = listed([Row(one.sub_goal.title, due_text(one.due, today)) for one in reminders])
    return Notice(
        subject=reminder_subject(organization, reminders, today),
        texts=[_("%(organization)s reports on this:") % {"organization": organization.name}],
        rows=rows, more=more, link_text=_("Write the update"), link=reminder_link(organization, reminders),
        why=words.one_stop(
            _("You get this mail because you report for %(name)s.") % {"name": organization.name}
        ),
    )  # fmt: skip


def reminder_link(organization: Organization, reminders: list[Reminder]) -> str:
    """To the form, or to the list of what is due."""
    if len(reminders) == 1:
        return link_to("report", reminders[0].sub_goal.code)
    return link_to("dashboard", organization.code)


def reminder_subject(organization: Organization, reminders: list[Reminder], today: date) -> str:
    first = reminders[0]
    said = {"day": day(first.due), "title": first.sub_goal.title, "count": len(reminders)}
    if len(reminders) == 1:
        late = first.due < today
        return (
            _("Update overdue since %(day)s: %(title)s") if late else _("Update due %(day)s: %(title)s")
        ) % said
    text = _("%(count)s updates due, the first on %(day)s: %(organization)s")
    return text % {**said, "organization": organization.name}


def due_text(due: date, today: date) -> str:
    late = (today - due).days
    if late <= 0:
        return _("An update is due on %(day)s.") % {"day": day(due)}
    return ngettext(
        "An update was due on %(day)s, %(count)s day ago.",
        "An update was due on %(day)s, %(count)s days ago.",
        late,
    ) % {"day": day(due), "count": late}


# --- Answers of the Project ---------------------------------------------------------------------
def send_answers(now: datetime) -> int:
    """Tell of every answer that was not told yet; return how many mails could not be sent and wait."""
    ours = Q(update_reviewed__correction_of__reviews__decision=Review.Decision.CORRECTED)
    return send_reviews(untold(now, ANSWERS).exclude(ours), readers_of, answer_notice)


def send_reviews(
    found: QuerySet[Review], readers: Callable[[Review], list[User]], notice: Callable[[list[Review]], Notice]
) -> int:
    """Tell these reviews to their readers, each person in one mail."""
    reviews = list(found[:ANSWERS_AT_ONCE])
    told: dict[User, list[Review]] = defaultdict(list)
    for review in reviews:
        for user in readers(review):
            told[user].append(review)
    failed = {user for user, mine in told.items() if not tell_reviews(user, mine, notice)}
    waiting = {review for user in failed for review in told[user]}
    sending.mark(answered(review.pk) for review in reviews if review not in waiting)
    return len(failed)


def answered(pk: int) -> str:
    return f"answer:{pk}"


def untold(now: datetime, decisions: Collection[str]) -> QuerySet[Review]:
    """Reviews of the last days that decided one of these, the oldest first."""
    key = Concat(Value("answer:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    related = ("sub_goal__organization", "update_reviewed__sub_goal__organization", "proposal")
    return (
        Review.objects.filter(decision__in=decisions, decided_at__gt=now - ANSWERS_FOR, decided_at__lte=now)
        .exclude(Exists(SentMail.objects.filter(key=key)))
        .select_related(*related)
        .order_by("decided_at", "pk")
    )


def reviewed(review: Review) -> SubGoal | Update:
    row = review.sub_goal or review.update_reviewed
    assert row is not None
    return row


def sub_goal_of(review: Review) -> SubGoal:
    row = reviewed(review)
    return row.sub_goal if isinstance(row, Update) else row


def readers_of(review: Review) -> list[User]:
    """Who sent it; if that person does not report any more, those who do. Never the reviewer."""
    people = People(sub_goal_of(review).organization, MailKind.ANSWERS)
    readers = people.reporting(sender_of(review))
    return [user for user in readers if user.pk != review.reviewer_id]


def sender_of(review: Review) -> int | None:
    """Who sent what was answered."""
    return review.proposal.proposed_by_id if review.proposal else reviewed(review).submitted_by_id


def tell_reviews(user: User, reviews: list[Review], notice: Callable[[list[Review]], Notice]) -> bool:
    keys = {f"{answered(review.pk)}:{user.pk}": review for review in reviews}

    def mail_of(mine: list[str]) -> EmailMessage:
        return compose(user, MailKind.ANSWERS, lambda: notice([keys[key] for key in mine]))

    return sending.send_once(user, keys, mail_of)


def answer_notice(reviews: list[Review]) -> Notice:
    rows, more = listed([answer_row(review) for review in reviews])
    asked = any(review.decision == Review.Decision.SENT_BACK for review in reviews)
    return Notice(
        subject=answer_subject(reviews),
        texts=[_("The Project looked at what you sent.")],
        rows=rows, more=more, link_text=_("Answer the question") if asked else _("See it in the workspace"),
        link=answer_link(reviews), why=_("You get this mail because you sent this for review."),
    )  # fmt: skip


def answer_link(reviews: list[Review]) -> str:
    """To what was answered, or to the workspace where there are several."""
    if len(reviews) > 1:
        return link_to("home")
    row = reviewed(reviews[0])
    return link_to("update", row.pk) if isinstance(row, Update) else link_to("sub-goal", row.code)


def answer_subject(reviews: list[Review]) -> str:
    """Questions first: they are what the reader has to do."""
    asked = [review for review in reviews if review.decision == Review.Decision.SENT_BACK]
    count = len(asked) or len(reviews)
    if len(asked) == 1 or len(reviews) == 1:
        return one_answer_subject((asked or reviews)[0])
    if asked:
        text = ngettext(
            "Answer %(count)s question of the Project", "Answer %(count)s questions of the Project", count
        )
    else:
        text = ngettext(
            "%(count)s thing you sent is published", "%(count)s things you sent are published", count
        )
    return text % {"count": count}


def one_answer_subject(review: Review) -> str:
    text = _("New measure approved: %(title)s") if review.proposal_id else _("Published: %(title)s")
    if review.decision == Review.Decision.SENT_BACK:
        text = _("Answer a question: %(title)s")
    return text % {"title": sub_goal_of(review).title}


def answer_row(review: Review) -> Row:
    row = reviewed(review)
    asked = review.decision == Review.Decision.SENT_BACK
    if isinstance(row, Update):
        said = {"day": day(row.date) if row.date else "–"}
        text = (
            _("Update for %(day)s: sent back with a question.")
            if asked
            else _("Update for %(day)s: published.")
        )
        return Row(row.sub_goal.title, text % said, review.comment)
    if review.proposal_id:
        text = (
            _("Change of how it is measured: sent back with a question.")
            if asked
            else _("Change of how it is measured: approved. It holds from now on.")
        )
    else:
        text = _("Sub-goal: sent back with a question.") if asked else _("Sub-goal: published.")
    return Row(row.title, text, review.comment)


# --- The week -----------------------------------------------------------------------------------
def send_digests(now: datetime) -> int:
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


def digest_rows(user: User, now: datetime) -> list[Row]:
    """What waits in each of the person's organizations, and for the Project; nothing where nothing does."""
    with translation.override(user.language):
        held = rights.memberships_of(user).select_related("organization").order_by("organization__name")
        rows = [Row(one.organization.name, week_of(one.organization, now)) for one in held]
        if rights.may(user, "see", "queue"):
            rows.append(Row(_("Review"), queue_text()))
        return [row for row in rows if row.text]


def week_of(organization: Organization, now: datetime) -> str:
    """Late reports, questions and drafts, and what was published in seven days; empty if none."""
    late = (
        Standing.objects.reports_awaited()
        .filter(organization=organization)
        .aggregate(
            overdue=Count("pk", filter=Q(update_state="overdue")),
            silent=Count("pk", filter=Q(update_state="silent")),
        )
    )
    updates = Update.objects.filter(sub_goal__organization=organization).aggregate(
        sent_back=Count("pk", filter=Q(state=Update.State.SENT_BACK)),
        drafts=Count("pk", filter=Q(state=Update.State.DRAFT)),
        published=Count("pk", filter=Q(published_at__gt=now - timedelta(days=7))),
    )
    words = {
        _("updates overdue"): late["overdue"],
        _("sub-goals silent"): late["silent"],
        _("questions to answer"): updates["sent_back"],
        _("drafts"): updates["drafts"],
        _("updates published in seven days"): updates["published"],
    }
    return counted(words)


def queue_text() -> str:
    return counted(
        {
            _("updates to review"): Update.objects.awaiting_review().count(),
            _("sub-goals to review"): SubGoal.objects.awaiting_review().count(),
            _("changed measures to review"): MeasureProposal.objects.waiting().count(),
        }
    )


def counted(words: dict[str, int]) -> str:
    shown = [
        _("%(what)s: %(count)s") % {"what": what, "count": formats.number(count, 0, language())}
        for what, count in words.items()
        if count
    ]
    return ", ".join(shown)


def digest_notice(rows: list[Row]) -> Notice:
    shown, more = listed(rows)
    return Notice(
        subject=_("Your week: what waits for you"), texts=[_("This is how things stand.")],
        rows=shown, more=more, link_text=_("Open the workspace"), link=link_to("home"),
        why=_("You get this mail once a week because you take part in the Progress Monitor."),
    )  # fmt: skip
