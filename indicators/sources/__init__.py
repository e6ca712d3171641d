"""Where values come from: one module a source, each with `fetch(feed) -> Answer` and `parse(answer, feed) -> rows`."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class SourceError(Exception):
    """A source did not give the data asked for; the message is shown to administrators."""


class SourceUnavailable(SourceError):
    """Nothing usable arrived; another try later may succeed."""


class SourceChanged(SourceError):
    """The answer is not what this feed expects; a person must look."""


@dataclass(frozen=True)
class Answer:
    """The raw bytes a source gave, with what was asked (without keys)."""

    body: bytes
    content_type: str
    address: str


@dataclass(frozen=True)
class Row:
    """One value as read: the series it belongs to, by the feed's key, and the period as text."""

    key: str
    period: str
    value: Decimal | None
    unit: str
    status: str = ""
    vintage: datetime | None = None
    document: str = ""
    attribution: str = ""
    note: str = ""
