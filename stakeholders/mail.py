"""Mails of this room: text and HTML that say the same, in the reader's language, sent once all is stored."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from stakeholders.models import User


def send_after_commit(to: str, language: str, name: str, context: dict[str, Any]) -> None:
    """A mail that cannot be sent stands in the log and undoes nothing."""
    transaction.on_commit(lambda: send(to, language, name, context), robust=True)


def send(to: str, language: str, name: str, context: dict[str, Any]) -> None:
    """The mail of templates/stakeholders/mail/{name}."""
    compose(to, language, f"stakeholders/mail/{name}", context).send()


def compose(
    to: str, language: str, template: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    """Render {template}.subject.txt, .txt and .html for the reader; a subject is always one line (R26)."""
    with translation.override(language):
        known = {**context, "site_url": settings.SITE_URL, "language": language}
        subject, text, html = (
            render_to_string(f"{template}.{part}", known) for part in ("subject.txt", "txt", "html")
        )
    message = EmailMultiAlternatives(one_line(subject), text, to=[to], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def one_line(text: str) -> str:
    """Without line ends and signs that are not seen."""
    plain = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(plain.split())


def address(name: str, *args: Any, language: str) -> str:
    """A whole address for a mail; its host is ours, never the one a request came with (R19)."""
    with translation.override(language):
        return settings.SITE_URL.rstrip("/") + reverse(name, args=args)


def language_of(email: str) -> str:
    """The reader's, if known; else the language the page is being used in."""
    known = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
    return known or translation.get_language() or settings.LANGUAGE_CODE
