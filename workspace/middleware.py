"""What holds for every answer to a person who signed in: how long, where to, and kept by nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

from workspace.sign_in import needs_second_step

IDLE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
TOUCHED_EVERY = timedelta(minutes=5)


class SessionEndMiddleware:
    """A session ends 8 hours after its last request, 14 days after sign-in, and is never cached (R19, R22).

    Looks only at sessions a view has asked for: public pages stay the same for everybody.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed:
            response["Cache-Control"] = "no-store"
            if request.session.get(SESSION_KEY) and request.user.is_authenticated:
                touch(request, timezone.now())
        return response


def touch(request: HttpRequest, now: datetime) -> None:
    """Move the session's end on, at most every few minutes."""
    seen_at = request.session.get("seen_at")
    if seen_at and now - datetime.fromisoformat(seen_at) < TOUCHED_EVERY:
        return
    signed_in_at = request.session.setdefault("signed_in_at", now.isoformat())
    request.session["seen_at"] = now.isoformat()
    ends_at = datetime.fromisoformat(signed_in_at) + settings.SESSION_LONGEST
    request.session.set_expiry(min(now + IDLE, ends_at))
    UserSession.objects.create_from_request(request)


class AdministratorsMiddleware:
    """The admin is hidden from others, and asks for a second step where that is required (R20)."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        place = request.resolver_match.namespace if request.resolver_match else ""
        if place not in ("admin", "workspace") or not request.user.is_authenticated:
            return None
        if place == "admin" and not request.user.is_staff:
            raise Http404
        if settings.MFA_REQUIRED and needs_second_step(request.user):
            messages.warning(request, _("Administrators need a second step at sign-in: set one up to go on."))
            return redirect("mfa_index")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's lists ask the database as they were asked: what it cannot hold is a bad question (R24)."""
        asked_of_a_list = request.resolver_match and request.resolver_match.namespace == "admin"
        if asked_of_a_list and request.method == "GET" and isinstance(exception, DataError | OverflowError):
            return bad_request(request, exception)
        return None
