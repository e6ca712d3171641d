"""Mails about an account: text and HTML from one text, in the reader's language, with our own addresses."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

SITE = SimpleNamespace(
    name=_("North American Progress Monitor"), domain=urlsplit(settings.SITE_URL).netloc or settings.SITE_URL
)
"""What allauth's texts call the site; never taken from the request's Host (R19)."""


def compose(
    prefix: str, to: list[str], context: dict[str, Any], headers: dict[str, str] | None = None
) -> EmailMessage:
    """The mail of the two templates `prefix`_subject.txt and _message.txt; the HTML says the same."""
    context = {**context, "current_site": SITE}
    with translation.override(language_of(context.get("user"))):
        subject = " ".join(render_to_string(f"{prefix}_subject.txt", context).split())
        text = render_to_string(f"{prefix}_message.txt", context).strip() + "\n"
        html = render_to_string("account/mail/frame.html", {"subject": subject, "text": text})
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, to, headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


def send(mail: EmailMessage) -> None:
    """Hand the mail over; when the mail server does not take it, the page says so."""
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        logger.error("A mail could not be sent: %s", error)
        raise ImmediateHttpResponse(not_sent()) from error


def not_sent() -> Any:
    page = render(None, "account/mail_not_sent.html", status=503)
    page["Retry-After"] = "300"
    return page


_waiting: ContextVar[list[Callable[[], None]] | None] = ContextVar("notices", default=None)


@contextlib.contextmanager
def notices_afterwards() -> Iterator[None]:
    """Keep notices until what they tell of is stored: no mail server is waited for inside a transaction.

    Where that fails, nothing happened and nothing is told.
    """
    notices: list[Callable[[], None]] = []
    mark = _waiting.set(notices)
    try:
        yield
    finally:
        _waiting.reset(mark)
    for send_notice in notices:
        send_notice()


def tell(send_notice: Callable[[], None]) -> None:
    """Send a notice now, or once the change it tells of is stored."""
    waiting = _waiting.get()
    if waiting is None:
        send_notice()
    else:
        waiting.append(send_notice)


@contextlib.contextmanager
def failing_quietly() -> Iterator[None]:
    """Go on when a mail cannot be sent; `send` has written that to the log."""
    with contextlib.suppress(ImmediateHttpResponse):
        yield


def address_for(user: Any, name: str, **parts: Any) -> str:
    """The page's address on our own host, in the person's language."""
    with translation.override(language_of(user)):
        return settings.SITE_URL + reverse(name, kwargs=parts)


def language_of(user: Any) -> str:
    return getattr(user, "language", "") or translation.get_language() or settings.LANGUAGE_CODE
