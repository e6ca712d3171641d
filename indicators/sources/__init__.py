"""Where values come from: one module a source, each small and pure, around one outgoing door.

A module says what to ask (`requests(query)`), what an answer is (`classify(answer)`) and what it holds
(`parse(answer, query)`); `indicators/sources/http.py` alone opens connections. See docs/data.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple


class SourceError(Exception):
    """A source did not give the data asked for; the message is shown to administrators."""


class SourceUnavailable(SourceError):
    """Nothing usable arrived; another try later may succeed, not before `retry_after` if it is given."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotNow(SourceError):
    """We ourselves cannot go on: no fault of the source, whose failures and breaker stay as they are."""

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceChanged(SourceError):
    """The answer is not what this feed expects; a person must look."""


@dataclass(frozen=True)
class Request:
    """What to ask, below the source's base address and without its key."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The raw bytes a source gave, with what was asked (without keys). Header names are lower case."""

    body: bytes
    content_type: str
    address: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    request: Request | None = None
    parsed: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)
    """What the body holds once it was read, for whoever reads it next; see reading.json_of."""


class Kind(StrEnum):
    """What an answer is, whatever its status says."""

    DATA = "data"
    NO_CHANGE = "no_change"
    QUOTA = "quota"
    BAD_KEY = "bad_key"
    UNKNOWN_SERIES = "unknown_series"
    TRANSIENT = "transient"
    BROKEN = "broken"


@dataclass(frozen=True)
class Classification:
    """The kind of an answer, with a sentence an administrator understands (empty for data)."""

    kind: Kind
    sentence: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Rate:
    """At most so many requests in so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True)
class SeriesMetadata:
    """What a source says a series is, to hold against the catalogue before its first values are believed.

    `frequency` is one of ours (see indicators/periods.py); what a source does not say is empty.
    """

    title: str
    unit: str = ""
    frequency: str = ""


class Row(NamedTuple):
    """One value as read: the series it belongs to, by the feed's key, and the period as text.

    `value` counts in the source's own unit times `multiplier` (thousands: 1000); None is a value the source
    marks as missing. `unit` is what the answer says of the unit, empty if it says nothing. `vintage` is when
    the source says it published the value.
    """

    key: str
    period: str
    value: Decimal | None
    unit: str = ""
    status: str = ""
    multiplier: Decimal = Decimal(1)
    vintage: datetime | None = None
    document: str = ""
    attribution: str = ""
    note: str = ""
