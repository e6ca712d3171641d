"""Mails that go out once, whoever runs the task again and wherever it was killed.

What a mail tells has a key for each person. A key is claimed, then the mail is sent, then the key is marked.
Of two runs at once, one gets the claim. A run that was killed leaves a claim that ends by itself: the mail is
sent by a later run, and if it had left already, it carries the same Message-ID and mail programs know it.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from stakeholders import mail
from stakeholders.mail_settings import stop_key
from stakeholders.models import SentMail, User

logger = logging.getLogger(__name__)

CLAIMED_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=400)
Compose = Callable[[list[str]], EmailMessage]
"""Makes the mail that tells what these keys stand for."""


def send_once(user: User, keys: Iterable[str], compose: Compose) -> bool:
    """Tell a person what was not told yet; False if the mail could not be sent and is tried again later."""
    claim = uuid4().hex
    mine = claimed(user, list(keys), claim)
    if not mine:
        return True
    try:
        message = compose(mine)
        message.extra_headers["Message-ID"] = message_id(mine)
        message.send()
    except (SMTPException, OSError) as error:
        logger.error("A mail could not be sent and is tried again: %s", error)
        SentMail.objects.filter(claim=claim).update(claimed_at=None, claim="")
        return False
    SentMail.objects.filter(claim=claim).update(sent_at=Now())
    return True


def claimed(user: User, keys: list[str], claim: str) -> list[str]:
    """Those of the keys that were neither sent nor are just being sent by another run, now this one's."""
    SentMail.objects.bulk_create([SentMail(key=key, user=user) for key in keys], ignore_conflicts=True)
    is_free = Q(claimed_at=None) | Q(claimed_at__lt=Now() - CLAIMED_FOR)
    free = SentMail.objects.filter(is_free, key__in=keys, sent_at=None)
    free.update(claim=claim, claimed_at=Now())
    mine = set(SentMail.objects.filter(claim=claim).values_list("key", flat=True))
    return [key for key in keys if key in mine]


def owe(user_ids: Iterable[int], key: Callable[[int], str]) -> None:
    """Note in the transaction of a change who is to be told of it; `owed` finds it until it was told."""
    rows = [SentMail(key=key(pk), user_id=pk) for pk in user_ids]
    SentMail.objects.bulk_create(rows, ignore_conflicts=True)


def owed(prefix: str, since: datetime) -> QuerySet[SentMail]:
    """What was noted under keys of this kind and not told yet, the oldest first."""
    rows = SentMail.objects.filter(key__startswith=prefix, sent_at=None, made_at__gt=since)
    return rows.select_related("user").order_by("pk")


def mark(keys: Iterable[str]) -> None:
    """Nothing more is to be told about these."""
    now = timezone.now()
    rows = [SentMail(key=key, claimed_at=now, sent_at=now) for key in keys]
    SentMail.objects.bulk_create(rows, ignore_conflicts=True)


def remove_old() -> int:
    """Forget what was told so long ago that nothing would tell it again."""
    return SentMail.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def message_id(keys: Iterable[str]) -> str:
    digest = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def headers_to_stop(user: User, kind: str) -> dict[str, str]:
    """The one click of mail programs (RFC 8058), and that no person wrote this."""
    return {
        "List-Unsubscribe": f"<{stop_address(user, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def stop_address(user: User, kind: str) -> str:
    return mail.address("workspace:stop-mail", stop_key(user, kind), language=user.language)
