"""Asks a source for everything one feed wants: in turn, page by page, each answer kept and judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import Any

from django.conf import settings
from django.utils import timezone

from indicators import payloads, throttle
from indicators.models import Feed, Payload
from indicators.sources import (
    Answer,
    Classification,
    Kind,
    Request,
    Row,
    SourceChanged,
    SourceUnavailable,
    http,
)
from indicators.sources.registry import module_of

MOST_PAGES = 50
MOST_ROWS = 50_000
UNTIL_TOMORROW = timedelta(hours=24)


class NothingNew(Exception):
    """The source itself says that there is nothing new since it was asked last."""


@dataclass(frozen=True)
class Reading:
    """One kept answer of a source; `rows` judges and parses it."""

    answer: Answer
    payload: Payload
    module: ModuleType
    query: Mapping[str, Any]

    @property
    def address(self) -> str:
        return self.answer.address

    def rows(self) -> list[Row]:
        """Raises SourceUnavailable, SourceChanged or NothingNew when the answer is no data."""
        refuse(self.module.classify(self.answer), self.answer)
        rows = self.module.parse(self.answer, self.query)
        if len(rows) > MOST_ROWS:
            raise SourceChanged(f"The answer holds more than {MOST_ROWS} rows.")
        return rows


def readings(feed: Feed, today: date) -> Iterator[Reading]:
    """Every answer the source gives for a feed, kept before anything is believed of it."""
    module = module_of(feed)
    for answer in answers(feed, module, today):
        yield Reading(answer, payloads.keep(answer), module, feed.query)


def answers(feed: Feed, module: ModuleType, today: date) -> Iterator[Answer]:
    pages = 0
    for first in module.requests(feed.query, today):
        request: Request | None = first
        while request is not None:
            pages += 1
            if pages > MOST_PAGES:
                raise SourceChanged(f"The answer has more than {MOST_PAGES} pages.")
            answer = ask(feed, module, request)
            yield answer
            request = following(module, answer, request)


def following(module: ModuleType, answer: Answer, request: Request) -> Request | None:
    return module.next_request(answer, request) if hasattr(module, "next_request") else None


def ask(feed: Feed, module: ModuleType, request: Request) -> Answer:
    """One answer, from the packaged files or through the one outgoing door."""
    if hasattr(module, "fetch"):
        return module.fetch(request)
    throttle.wait_for_turn(feed.source_id, module.RATE)
    return http.fetch(door(feed.source.code, module), request, with_key(module, request))


def door(code: str, module: ModuleType) -> http.Door:
    base_url = settings.SOURCE_URLS.get(code) or module.BASE_URL
    return http.Door(base_url, follows_redirects=getattr(module, "FOLLOWS_REDIRECTS", True))


def with_key(module: ModuleType, request: Request) -> Request:
    """The request as it goes out. Raises SourceChanged when it needs a key that is not set."""
    variable = getattr(module, "KEY_VARIABLE", None)
    if not variable:
        return request
    key = settings.SOURCE_KEYS.get(variable, "")
    if key:
        return module.with_key(request, key)
    if getattr(module, "KEY_IS_OPTIONAL", False):
        return request
    raise SourceChanged(f"The source wants a key: set {variable} in the environment.")


def refuse(found: Classification, answer: Answer) -> None:
    """Let data pass; raise what the classification means for the run."""
    wait = found.retry_after or http.retry_after(answer, timezone.now())
    match found.kind:
        case Kind.DATA:
            return
        case Kind.NO_CHANGE:
            raise NothingNew(found.sentence)
        case Kind.QUOTA:
            raise SourceUnavailable(found.sentence, wait or UNTIL_TOMORROW)
        case Kind.TRANSIENT:
            raise SourceUnavailable(found.sentence, wait)
        case _:
            raise SourceChanged(found.sentence)
