"""A mail before it is text and HTML: both are made of one `Notice`, so they say the same.

A subject says what to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.models import SubGoal, Update
from goals.words import language
from indicators import formats
from stakeholders import mail, sending
from stakeholders.models import User

LISTED = 20


@dataclass(frozen=True)
class Row:
    """A line of a mail: what it is about, what is said of it, words of the Project, and lines under it."""

    title: str
    text: str = ""
    quote: str = ""
    link: str = ""
    rows: Sequence["Row"] = ()
    more: str = ""


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


def link_to_row(row: SubGoal | Update) -> str:
    return link_to("update", row.pk) if isinstance(row, Update) else link_to("sub-goal", row.code)


def listed(rows: list[Row], most: int = LISTED) -> tuple[list[Row], str]:
    """The first rows and a word for the rest."""
    more = len(rows) - most
    text = ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more} if more > 0 else ""
    return rows[:most], text


def day(when: date) -> str:
    return formats.date_long(when, language())


def due_text(due: date, today: date) -> str:
    late = (today - due).days
    if late <= 0:
        return _("An update is due on %(day)s.") % {"day": day(due)}
    return ngettext(
        "An update was due on %(day)s, %(count)s day ago.",
        "An update was due on %(day)s, %(count)s days ago.",
        late,
    ) % {"day": day(due), "count": late}
