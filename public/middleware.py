"""Whole public responses kept per release and edition: in this process first, the shared cache behind it."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.cache import get_conditional_response, patch_cache_control
from redis.exceptions import RedisError

from indicators import edition
from indicators.payloads import is_disk_full
from public import release

logger = logging.getLogger(__name__)

CACHE_ERRORS = (RedisError, OSError)
EDITION_LOOKUP_SECONDS = 1.0
KEPT_IN_PROCESS = 500
KEPT_IN_CACHE_SECONDS = 24 * 3600
NEVER_KEPT = ("/healthz", "/readyz", "/figures", "/admin/")
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
            try:
                self.number = edition.current_number()
            except DatabaseError as error:  # pages already kept go on being served
                logger.warning("The edition cannot be looked up: %s", error)
            self.asked_at = time.monotonic()
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

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Without its database or without room the site says so, in words, and when to come back."""
        if is_disk_full(error):
            return no_room(error)
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        logger.error("The database does not answer: %s", error)
        page = loader.render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})

    def recall(self, key: str) -> Kept | None:
        if key not in self.kept and (kept := from_cache(key)) is not None:
            self.remember(key, kept)
        return self.kept.get(key)

    def keep(self, key: str, response: HttpResponse) -> Kept:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:20]}"'
        patch_cache_control(response, public=True, max_age=60, s_maxage=300)
        kept = (response.content, dict(response.items()))
        into_cache(key, kept)
        self.remember(key, kept)
        return kept

    def remember(self, key: str, kept: Kept) -> None:
        self.kept[key] = kept
        if len(self.kept) > KEPT_IN_PROCESS:
            self.kept.popitem(last=False)


def no_room(error: BaseException | None) -> HttpResponse:
    """What a request gets that the full disk has stopped."""
    logger.error("The disk is full: %s", error)
    page = loader.render_to_string("507.html")
    return HttpResponse(page, status=507, headers={"Cache-Control": "no-store"})


def from_cache(key: str) -> Kept | None:
    """What the shared cache holds; nothing while it is down, which is slower but no error."""
    try:
        return cache.get(key)
    except CACHE_ERRORS as error:
        logger.warning("The cache cannot be read: %s", error)
        return None


def into_cache(key: str, kept: Kept) -> None:
    try:
        cache.set(key, kept, KEPT_IN_CACHE_SECONDS)
    except CACHE_ERRORS as error:
        logger.warning("The cache cannot be written: %s", error)


def key_of(request: HttpRequest) -> str:
    """Release, edition, address and encoding; never the host, which a stranger may choose."""
    encoding = "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "plain"
    form = "csv" if "text/csv" in request.headers.get("Accept", "") else "page"
    address = hashlib.sha256(request.get_full_path().encode()).hexdigest()
    return f"{form}:{release.fingerprint()}:{clock.read()}:{encoding}:{address}"
