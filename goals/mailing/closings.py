"""Mails about corrections that were thrown away because what they were to replace was retracted."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from goals.mailing.answers import TOLD_FOR
from goals.mailing.notices import Notice, Row, compose, day, link_to
from goals.models import Update
from stakeholders import rights, sending
from stakeholders.mail_settings import wanting
from stakeholders.models import MailKind, SentMail, User

KEY = "closed:"


def owe(correction: Update, writers: Iterable[int]) -> None:
    """Note who wrote it, in the transaction that throws it away; it is told by what it was to replace."""
    sending.owe(writers, lambda pk: f"{KEY}{correction.correction_of_id}:{pk}")


def send(now: datetime) -> int:
    """Tell everybody who was not told yet; return how many mails could not be sent and wait."""
    return sum(not tell(one) for one in sending.owed(KEY, now - TOLD_FOR))


def tell(owed: SentMail) -> bool:
    found = Update.objects.select_related("sub_goal__organization").filter(pk=owed.key.split(":")[1])
    user, retracted = owed.user, found.first()  # with sample organizations their updates go
    if user is None or retracted is None or not (page := page_for(user, retracted)):
        owed.delete()
        return True
    return sending.send_once(
        user, [owed.key], lambda _keys: compose(user, MailKind.ANSWERS, lambda: notice(retracted, page))
    )


def page_for(user: User, retracted: Update) -> str:
    """Where the person reads on; nowhere for one who takes part no longer, or wants no such mails."""
    if not wanting(User.objects.filter(pk=user.pk), MailKind.ANSWERS).exists():
        return ""
    if rights.may(user, "see_draft", "update", retracted.sub_goal.organization):
        return "update"
    return "review-update" if rights.may(user, "see", "queue") else ""


def notice(retracted: Update, page: str) -> Notice:
    title, said = retracted.sub_goal.title, {"day": day(retracted.date)}
    text = _("Update for %(day)s: retracted. Your correction was thrown away, as nothing is left to replace.")
    return Notice(
        subject=_("Correction no longer needed: %(title)s") % {"title": title},
        texts=[_("An update that you were correcting was retracted.")],
        rows=[Row(title, text % said, retracted.retraction_reason)],
        link_text=_("See the update"), link=link_to(page, retracted.pk),
        why=_("You get this mail because you wrote the correction."),
    )  # fmt: skip
