"""Mails about what the Project did by itself to something an organization had published, with the reason."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.mailing.answers import answer_link, reviewed, send_reviews, sub_goal_of, untold
from goals.mailing.notices import Notice, Row, day, listed
from goals.mailing.people import People
from goals.models import Review, Update
from stakeholders.models import MailKind, User


def send(now: datetime) -> int:
    """Tell of every one that was not told yet; return how many mails could not be sent and wait."""
    return send_reviews(untold(now, Review.INTERVENTIONS), readers_of, notice)


def readers_of(review: Review) -> list[User]:
    """The owners, and who sent what it is about or else those who report. Never who did it."""
    people = People(sub_goal_of(review).organization, MailKind.ANSWERS)
    readers = [*people.owners, *people.reporting(reviewed(review).submitted_by_id)]
    return [user for user in dict.fromkeys(readers) if user.pk != review.reviewer_id]


def notice(reviews: list[Review]) -> Notice:
    rows, more = listed([row_of(review) for review in reviews])
    return Notice(
        subject=subject_of(reviews),
        texts=[_("The Project changed something that your organization had published.")],
        rows=rows, more=more, link_text=_("See it in the workspace"), link=answer_link(reviews),
        why=_("You get this mail because you are an owner of the organization or report for it."),
    )  # fmt: skip


def subject_of(reviews: list[Review]) -> str:
    if len(reviews) > 1:
        text = ngettext(
            "The Project changed %(count)s thing you published",
            "The Project changed %(count)s things you published",
            len(reviews),
        )
        return text % {"count": len(reviews)}
    texts = {
        Review.Decision.WITHDRAWN: _("Withdrawn by the Project: %(title)s"),
        Review.Decision.CORRECTED: _("Update corrected by the Project: %(title)s"),
        Review.Decision.RETRACTED: _("Update retracted by the Project: %(title)s"),
        Review.Decision.MEASURED: _("Measure or contribution changed by the Project: %(title)s"),
    }
    return texts[Review.Decision(reviews[0].decision)] % {"title": sub_goal_of(reviews[0]).title}


def row_of(review: Review) -> Row:
    row = reviewed(review)
    if not isinstance(row, Update):
        text = (
            _(
                "Sub-goal: measure or contribution changed. The new version holds from now on; "
                "earlier results stay."
            )
            if review.decision == Review.Decision.MEASURED
            else _("Sub-goal: withdrawn. It counts no longer and stays to be seen with the reason.")
        )
        return Row(row.title, text, review.comment)
    texts = {
        Review.Decision.CORRECTED: _("Update for %(day)s: corrected. The new value counts in its place."),
        Review.Decision.RETRACTED: _(
            "Update for %(day)s: retracted. It counts no longer and stays to be seen with the reason."
        ),
    }
    said = {"day": day(row.date) if row.date else "–"}
    return Row(row.sub_goal.title, texts[Review.Decision(review.decision)] % said, review.comment)
