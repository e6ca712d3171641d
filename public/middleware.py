"""Whole public responses kept per edition: in this process first, the shared cache behind it."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

from indicators import edition

EDITION_LOOKUP_SECONDS = 1.0
KEPT_IN_PROCESS = 500
KEPT_IN_CACHE_SECONDS = 24 * 3600
NEVER_KEPT = ("/healthz", "/readyz", "/admin/")
"""Never public, and answered even while the cache is down: the edition is not asked for."""

Kept = tuple[bytes, dict[str, str]]
"""Body and headers of a response that is the same for everybody."""


def public_page(view: Callable) -> Callable:
    """Mark a view's answers as the same for everybody: they may be kept and shared."""

    def marked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.is_public = response.status_code == 200
        return response

    return marked


class EditionClock:
    """The edition's number, asked of the database at most once a second."""

    def __init__(self) -> None:
        self.number, self.asked_at = 0, float("-inf")

    def read(self) -> int:
        if time.monotonic() - self.asked_at > EDITION_LOOKUP_SECONDS:
            self.number, self.asked_at = edition.current_number(), time.monotonic()
        return self.number

    def forget(self) -> None:
        self.asked_at = float("-inf")


clock = EditionClock()


class EditionCacheMiddleware:
    """Serves a kept response of this edition without touching session, language or database."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.path.startswith(NEVER_KEPT):
            return self.get_response(request)
        key = key_of(request)
        kept = self.recall(key)
        if kept is None:
            response = self.get_response(request)
            if not getattr(response, "is_public", False):
                return response
            kept = self.keep(key, response)
        content, headers = kept
        response = HttpResponse(content, headers=headers)
        return get_conditional_response(request, etag=response["ETag"], response=response) or response

    def recall(self, key: str) -> Kept | None:
        if key not in self.kept and (kept := cache.get(key)) is not None:
            self.remember(key, kept)
        return self.kept.get(key)

    def keep(self, key: str, response: HttpResponse) -> Kept:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
        patch_cache_control(response, public=True, max_age=60, s_maxage=300)
        kept = (response.content, dict(response.items()))
        cache.set(key, kept, KEPT_IN_CACHE_SECONDS)
        self.remember(key, kept)
        return kept

    def remember(self, key: str, kept: Kept) -> None:
        self.kept[key] = kept
        if len(self.kept) > KEPT_IN_PROCESS:
            self.kept.popitem(last=False)


def key_of(request: HttpRequest) -> str:
    """Edition, address and encoding; never the host, which a stranger may choose."""
    encoding = "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "plain"
    address = hashlib.sha256(request.get_full_path().encode()).hexdigest()
    return f"page:{clock.read()}:{encoding}:{address}"
