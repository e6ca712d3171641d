"""Changes of how a person signs in stand in the trail, in the transaction of the change (R11).

An entry says who, when, by which way and what kind of change: never a password, a key, a code or an address,
since addresses could not be taken out when a person asks to be forgotten. allauth tells of an app and of
recovery codes only when the transaction is over, so second steps are watched where they are stored.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import signals
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse

from stakeholders import trail
from stakeholders.models import User
from workspace import account_mail

View = Callable[..., HttpResponse]


def traced(view: View) -> View:
    """Let a form change an account and write its entries together or not at all; its mails follow."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        with account_mail.notices_afterwards(), transaction.atomic():
            return view(request, *args, **kwargs)

    return whole


@transaction.atomic
def record(user: User, action: str, before: dict | None = None, after: dict | None = None) -> None:
    trail.record(user, action, f"person:{user.pk}", chain=trail.PROJECT, before=before, after=after)


# --- What is told -------------------------------------------------------------------------------
def follow() -> None:
    """Listen to allauth and to what it stores; called once, when the apps are ready."""
    for signal, receive in (
        (signals.password_changed, password_changed),
        (signals.password_set, password_changed),
        (signals.password_reset, password_reset),
        (signals.email_added, address_added),
        (signals.email_confirmed, address_confirmed),
        (signals.email_changed, address_changed),
        (signals.email_removed, address_removed),
    ):
        signal.connect(receive, dispatch_uid="workspace.account_trail")
    post_save.connect(second_step_saved, sender=Authenticator, dispatch_uid="workspace.account_trail")
    post_delete.connect(second_step_removed, sender=Authenticator, dispatch_uid="workspace.account_trail")


def password_changed(user: User, **signal: Any) -> None:
    record(user, "password.change")


def password_reset(user: User, **signal: Any) -> None:
    """By the link in a mail, without the old one."""
    record(user, "password.reset")


def address_added(user: User, **signal: Any) -> None:
    record(user, "address.add", after={"confirmed": False})


def address_confirmed(email_address: EmailAddress, **signal: Any) -> None:
    record(email_address.user, "address.confirm", {"confirmed": False}, {"confirmed": True})


def address_changed(user: User, from_email_address: EmailAddress | None, **signal: Any) -> None:
    """Mails go to another address now, and it is what the person signs in with."""
    if from_email_address is not None:
        record(user, "address.change")


def address_removed(user: User, **signal: Any) -> None:
    record(user, "address.remove")


def second_step_saved(instance: Authenticator, created: bool, **signal: Any) -> None:
    """A new one; that one was used or renamed is no change of how a person signs in."""
    if created:
        record(instance.user, "second_step.add", after=kind_of(instance))


def second_step_removed(instance: Authenticator, **signal: Any) -> None:
    record(instance.user, "second_step.remove", before=kind_of(instance))


def kind_of(step: Authenticator) -> dict[str, str]:
    return {"kind": step.type}


# --- Sessions -----------------------------------------------------------------------------------
class SessionsAdapter(DefaultUserSessionsAdapter):
    """How sessions are ended on the page of sessions."""

    @transaction.atomic
    def end_sessions(self, sessions: list[UserSession]) -> None:
        if sessions:
            record(sessions[0].user, "sessions.end", before={"sessions": len(sessions)})
        super().end_sessions(sessions)
