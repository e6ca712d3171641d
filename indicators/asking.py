"""Asks a source for everything one feed wants: in turn, page by page, each answer kept and judged."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import quote

from django.conf import settings

from indicators import clock, collecting, payloads, throttle
from indicators.models import Feed, Payload
from indicators.sources import (
    Answer,
    Classification,
    Kind,
    NotNow,
    Request,
    Row,
    SourceChanged,
    SourceUnavailable,
    http,
)
from indicators.sources.reading import excerpt, is_web_page
from indicators.sources.registry import module_of

logger = logging.getLogger(__name__)

UNTIL_TOMORROW = timedelta(hours=24)
UNTIL_THERE_IS_ROOM = timedelta(minutes=5)
LONGEST_CONTENT_TYPE = 100
SHORTEST_KEY = 8
"""A shorter one could stand in any text by chance."""


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

    @collecting.paused()
    def rows(self) -> list[Row]:
        """Raises SourceUnavailable, SourceChanged or NothingNew when the answer is no data."""
        refuse(self.module.classify(self.answer), self.answer)
        rows = self.module.parse(self.answer, self.query)
        for row in rows:
            refuse_unkeepable(row)
        return rows


def readings(feed: Feed, today: date) -> Iterator[Reading]:
    """Every answer the source gives for a feed, kept before anything is believed of it."""
    module = module_of(feed)
    for answer in answers(feed, module, today):
        yield Reading(answer, keep(answer), module, feed.query)


def keep(answer: Answer) -> Payload:
    """The answer's record. Raises NotNow when its bytes cannot be written: then nothing of it is believed."""
    try:
        return payloads.keep(answer)
    except OSError as error:
        logger.exception("An answer from %s could not be stored", answer.address)
        cause = ": the disk is full" if payloads.is_disk_full(error) else f" ({error.strerror})"
        sentence = f"The answer could not be stored{cause}; nothing was saved."
        raise NotNow(sentence, UNTIL_THERE_IS_ROOM) from error


def answers(feed: Feed, module: ModuleType, today: date) -> Iterator[Answer]:
    pages = 0
    for first in module.requests(feed.query, today):
        request: Request | None = first
        while request is not None:
            pages += 1
            if pages > settings.REFRESH_MOST_PAGES:
                raise SourceChanged(f"The answer has more than {settings.REFRESH_MOST_PAGES} pages.")
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
    answer = http.fetch(door(feed.source.code, module), request, with_key(module, request))
    return cleaned(answer, key_of(module))


def door(code: str, module: ModuleType) -> http.Door:
    base_url = settings.SOURCE_URLS.get(code) or module.BASE_URL
    limits = http.Limits(size=settings.REFRESH_MOST_MEGABYTES * 1024 * 1024)
    return http.Door(base_url, limits, follows_redirects=getattr(module, "FOLLOWS_REDIRECTS", True))


def with_key(module: ModuleType, request: Request) -> Request:
    """The request as it goes out. Raises SourceChanged when it needs a key that is not set."""
    variable = getattr(module, "KEY_VARIABLE", None)
    if not variable:
        return request
    if key := key_of(module):
        return module.with_key(request, key)
    if getattr(module, "KEY_IS_OPTIONAL", False):
        return request
    raise SourceChanged(f"The source wants a key: set {variable} in the environment.")


def key_of(module: ModuleType) -> str:
    return settings.SOURCE_KEYS.get(getattr(module, "KEY_VARIABLE", None) or "", "")


def cleaned(answer: Answer, key: str) -> Answer:
    """The answer as it may be kept and quoted: some error pages repeat the address with our key."""
    body, headers = answer.body, dict(answer.headers)
    for form in {key, quote(key, safe="")} if len(key) >= SHORTEST_KEY else ():
        body = body.replace(form.encode(), b"***")
        headers = {name: value.replace(form, "***") for name, value in headers.items()}
    content_type = headers.get("content-type", "")[:LONGEST_CONTENT_TYPE]
    return replace(answer, body=body, headers=headers, content_type=content_type)


def refuse(found: Classification, answer: Answer) -> None:
    """Let data pass; raise what the classification means for the run."""
    match found.kind:
        case Kind.DATA:
            return
        case Kind.NO_CHANGE if answer.status == 304:
            # Nobody asked “if modified since”: believed, it would keep old values alive for ever.
            raise SourceChanged("The source says “not modified” (304), which it was not asked.")
        case Kind.NO_CHANGE:
            raise NothingNew(found.sentence)
        case Kind.QUOTA | Kind.TRANSIENT:
            raise SourceUnavailable(said(found, answer), wait(found, answer))
        case _:
            raise SourceChanged(said(found, answer))


def said(found: Classification, answer: Answer) -> str:
    """The sentence; behind it the start of a web page, as text."""
    return f"{found.sentence} It begins: {excerpt(answer)}" if is_web_page(answer) else found.sentence


def wait(found: Classification, answer: Answer) -> timedelta | None:
    """How long the source wants to be left alone; None, for our own pauses, if that is over a day."""
    told = found.retry_after or http.retry_after(answer, clock.now())
    if told and told <= http.LONGEST_RETRY_AFTER:
        return told
    # A quota told in words is one of the day; a bare 429 means: a little slower.
    return UNTIL_TOMORROW if found.kind is Kind.QUOTA and answer.status != 429 else None


def refuse_too_many(rows: int) -> None:
    """Raises SourceChanged when the answers of a run together hold more rows than one may take."""
    if rows > settings.REFRESH_MOST_ROWS:
        raise SourceChanged(f"The answer holds more than {settings.REFRESH_MOST_ROWS:,} rows.")


def refuse_unkeepable(row: Row) -> None:
    """Raises SourceChanged for texts that no database keeps: NUL, and halves of characters."""
    texts = (row.key, row.period, row.unit, row.status, row.document, row.attribution, row.note)
    whole = "".join(texts)
    if "\x00" in whole or (not whole.isascii() and re.search("[\ud800-\udfff]", whole)):
        raise SourceChanged(f"A text of {row.period} holds a character that is none.")
