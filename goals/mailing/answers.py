"""Mails about what the Project answered to what an organization sent."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.mailing.notices import Notice, Row, compose, day, link_to, link_to_row, listed
from goals.mailing.people import People
from goals.models import Review, SubGoal, Update
from stakeholders import sending
from stakeholders.models import MailKind, SentMail, User

ANSWERS = (Review.Decision.APPROVED, Review.Decision.SENT_BACK)
AT_ONCE = 500
TOLD_FOR = timedelta(days=7)
"""An answer that could not be sent for a week is old news; the summary tells of it."""


def send(now: datetime) -> int:
    """Tell of every answer that was not told yet; return how many mails could not be sent and wait."""
    ours = Q(update_reviewed__correction_of__reviews__decision=Review.Decision.CORRECTED)
    return send_reviews(untold(now, ANSWERS).exclude(ours), readers_of, notice_of)


def send_reviews(
    found: QuerySet[Review], readers: Callable[[Review], list[User]], notice: Callable[[list[Review]], Notice]
) -> int:
    """Tell these reviews to their readers, each person in one mail."""
    reviews = list(found[:AT_ONCE])
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
        Review.objects.filter(decision__in=decisions, decided_at__gt=now - TOLD_FOR, decided_at__lte=now)
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


def notice_of(reviews: list[Review]) -> Notice:
    is_single = len(looked_at(reviews)) == 1
    rows, more = listed([answer_row(review, is_linked=not is_single) for review in reviews])
    return Notice(
        subject=answer_subject(reviews),
        texts=[_("The Project looked at what you sent.")],
        rows=rows, more=more, link=answer_link(reviews),
        link_text=_("Answer the question") if open_questions(reviews) else _("See it in the workspace"),
        why=_("You get this mail because you sent this for review."),
    )  # fmt: skip


def looked_at(reviews: list[Review]) -> list[SubGoal | Update]:
    """What was reviewed, each once however often that happened."""
    return list(dict.fromkeys(reviewed(review) for review in reviews))


def open_questions(reviews: list[Review]) -> list[SubGoal | Update]:
    """What still stands sent back: since the question it may have been answered, or published."""
    return looked_at([review for review in reviews if is_open(review)])


def is_open(review: Review) -> bool:
    asked_about = review.proposal or reviewed(review)
    return review.decision == Review.Decision.SENT_BACK and asked_about.state == SubGoal.State.SENT_BACK


def answer_link(reviews: list[Review]) -> str:
    """To the open question, or else to what was looked at; to the workspace where there are several."""
    rows = open_questions(reviews) or looked_at(reviews)
    return link_to_row(rows[0]) if len(rows) == 1 else link_to("home")


def answer_subject(reviews: list[Review]) -> str:
    """Open questions first: they are what the reader has to do."""
    asked = open_questions(reviews)
    published = looked_at([review for review in reviews if review.decision == Review.Decision.APPROVED])
    if asked:
        one = _("Answer a question: %(title)s")
        many = ngettext(
            "Answer %(count)s question of the Project",
            "Answer %(count)s questions of the Project",
            len(asked),
        )
        return about(asked, one, many)
    if published:
        is_measure = all(review.proposal_id for review in reviews)
        one = _("Change approved: %(title)s") if is_measure else _("Published: %(title)s")
        many = ngettext(
            "%(count)s thing you sent is published", "%(count)s things you sent are published", len(published)
        )
        return about(published, one, many)
    rows = looked_at(reviews)
    return about(rows, _("Asked and answered: %(title)s"), _("The Project asked, and you have answered"))


def about(rows: list[SubGoal | Update], one: str, many: str) -> str:
    title = (rows[0].sub_goal if isinstance(rows[0], Update) else rows[0]).title
    return (one if len(rows) == 1 else many) % {"title": title, "count": len(rows)}


def answer_row(review: Review, *, is_linked: bool) -> Row:
    row = reviewed(review)
    link = link_to_row(row) if is_linked else ""
    if isinstance(row, Update):
        text = update_answer(review) % {"day": day(row.date) if row.date else "–"}
        return Row(row.sub_goal.title, text, review.comment, link)
    return Row(row.title, sub_goal_answer(review), review.comment, link)


def update_answer(review: Review) -> str:
    if review.decision == Review.Decision.APPROVED:
        return _("Update for %(day)s: published.")
    if is_open(review):
        return _("Update for %(day)s: sent back with a question.")
    return _("Update for %(day)s: was sent back with a question; it is answered.")


def sub_goal_answer(review: Review) -> str:
    if review.proposal_id:
        return measure_answer(review)
    if review.decision == Review.Decision.APPROVED:
        return _("Sub-goal: published.")
    if is_open(review):
        return _("Sub-goal: sent back with a question.")
    return _("Sub-goal: was sent back with a question; it is answered.")


def measure_answer(review: Review) -> str:
    if review.decision == Review.Decision.APPROVED:
        return _("Change of how it is measured or what it contributes: approved. It holds from now on.")
    return _("Change of how it is measured or what it contributes: sent back with a question.")
