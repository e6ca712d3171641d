"""Which mails a person wants, and how one click stops them."""

from collections.abc import Mapping
from typing import NamedTuple

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from stakeholders import trail
from stakeholders.models import MailKind, MailSettings, User

SALT = "stop-mail"


# --- Choosing -----------------------------------------------------------------------------------
def settings_of(user: User) -> MailSettings:
    return MailSettings.objects.filter(user=user).first() or MailSettings(user=user)


@transaction.atomic
def choose(user: User, wanted: Mapping[str, bool], reason: str = "") -> MailSettings:
    """Keep the choice, with its trace; kinds that are not named stay as they are."""
    MailSettings.objects.get_or_create(user=user)
    kept = MailSettings.objects.select_for_update().get(user=user)
    before = trail.snapshot(kept, *MailKind.values)
    for kind, is_wanted in wanted.items():
        setattr(kept, MailKind(kind).value, is_wanted)
    kept.save()
    old, new = trail.changes(before, trail.snapshot(kept, *MailKind.values))
    if old or new:
        subject = f"person:{user.pk}"
        trail.record(
            user, "mail_settings.choose", subject, chain=trail.PROJECT, before=old, after=new, reason=reason
        )
    return kept


def wanting(users: QuerySet[User], kind: str) -> QuerySet[User]:
    """Those of them who may sign in and have not stopped this kind of mail."""
    stopped = MailSettings.objects.filter(**{kind: False}).values("user")
    return users.filter(is_active=True, erased_at=None).exclude(pk__in=stopped)


# --- One click ----------------------------------------------------------------------------------
class Stop(NamedTuple):
    """Whose mails of which kind a link stops."""

    user: User
    kind: MailKind


def stop_key(user: User, kind: str) -> str:
    """What the link of a mail carries; it can stop this kind of mail and do nothing else."""
    return signing.dumps([user.pk, MailKind(kind).value], salt=SALT)


def read_stop_key(key: str) -> Stop | None:
    """What a link stops, however old it is; None for a link nobody was sent, or of a deleted account."""
    try:
        pk, kind = signing.loads(key, salt=SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, erased_at=None).first()
    return Stop(user, MailKind(kind)) if user else None


def stop(found: Stop) -> None:
    choose(found.user, {found.kind: False}, reason="by the link in a mail")
