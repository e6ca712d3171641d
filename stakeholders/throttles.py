"""How often the private part of the API answers: counted by address, then by token or person (R32)."""

import hashlib
import logging
from typing import Any

from django.conf import settings
from django.core.cache import BaseCache, cache, caches
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from stakeholders import rights

logger = logging.getLogger(__name__)

CACHE_ERRORS = (RedisError, OSError)


class SafeCache:
    """The shared cache; while it is down, the one in the database: the limits go on holding (R8)."""

    def get(self, key: str, default: Any = None) -> Any:
        return self.first_that_answers("get", key, default)

    def set(self, key: str, value: Any, timeout: float) -> None:
        self.first_that_answers("set", key, value, timeout)

    def first_that_answers(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(cache, name)(*arguments)
        except CACHE_ERRORS as error:
            logger.warning("The cache is down; requests are counted in the database: %s", error)
            kept: BaseCache = caches["limits"]
            return getattr(kept, name)(*arguments)


class Throttle(SimpleRateThrottle):
    cache = SafeCache()  # type: ignore[assignment]  # it asks get and set alone

    def get_rate(self) -> str:
        return f"{settings.API_REQUESTS_PER_MINUTE[str(self.scope)]}/min"


class AddressThrottle(Throttle):
    """Everything one address asks, before it is known who asks: also tries with made-up tokens."""

    scope = "address"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return key_of(self.scope, self.get_ident(request))


class PersonThrottle(Throttle):
    """What one token or person reads and writes; each is counted apart."""

    scope = "reads"

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.scope = "reads" if request.method in SAFE_METHODS else "writes"
        self.num_requests, self.duration = self.parse_rate(self.get_rate())
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: APIView) -> str:
        token = rights.token_of(request.user)
        return key_of(self.scope, f"token:{token.pk}" if token else f"person:{request.user.pk}")


def key_of(scope: str, whose: str) -> str:
    """Hashed: what a proxy reports as an address may hold anything."""
    return f"throttle:{scope}:{hashlib.sha256(whose.encode()).hexdigest()}"
