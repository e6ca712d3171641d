"""Where tries at signing in are counted, and whose they are (R20)."""

from ipaddress import ip_address

from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.connection import ConnectionProxy

RETRY_AFTER_SECONDS = "60"


def count_in_the_database() -> None:
    """Keep limits and used codes in the database: they hold while the shared cache is down (R8)."""
    ratelimit.cache = totp.cache = ConnectionProxy(caches, "limits")


def client_address(request: HttpRequest) -> str:
    """Whose tries these are: what the last of our own proxies saw, never what a stranger wrote.

    Each proxy adds the address it was asked from at the end of X-Forwarded-For.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    seen = hops[-trusted].strip() if 0 < trusted <= len(hops) else ""
    return valid(seen) or valid(request.META.get("REMOTE_ADDR", "")) or "0.0.0.0"  # noqa: S104 - nobody's, not one to listen on


def valid(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def too_many_requests(request: HttpRequest) -> HttpResponse:
    page = render(request, "429.html", status=429)
    page["Retry-After"] = RETRY_AFTER_SECONDS
    return page
