"""FRED's API, and graph files put before it. Needs a free key.

Query: `series` (one id or several; one request each), `from` (a year or a day), `frequency` (by the spacing
of the dates when left out), `vintages` (true: every vintage; {"from": day, "to": day}: those of a time; at
most 2000 a request). Row keys: the series ids. Observations do not name their series: it is taken from the
request, or from the query. “.” is missing.

Every error has status 400; its text says which. Rows carry a vintage only when vintages were asked for:
otherwise `realtime_start` is the day of the question. In a time that is asked for, its first day stands for
all earlier vintages.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from indicators.sources import (
    Answer,
    Classification,
    Kind,
    Rate,
    Request,
    Row,
    SeriesMetadata,
    SourceChanged,
    asking,
    fredgraph,
    parts,
    refusals,
    spacing,
)
from indicators.sources.reading import json_of

AGENCY = "FRED"
BASE_URL = "https://api.stlouisfed.org/fred"
KEY_VARIABLE: str | None = "FRED_API_KEY"
RATE = Rate(requests=1, seconds=1)  # 2 a second and 120 a minute are refused sooner
NAMES = ("series", "from", "frequency", "vintages")
EVER = {"from": "1776-07-04", "to": "9999-12-31"}
XML_MESSAGE = re.compile(r'<error\b[^>]*\bmessage="([^"]*)"')
FREQUENCIES = {"A": "annual", "SA": "half_yearly", "Q": "quarterly", "M": "monthly", "D": "daily"}


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    since = (("observation_start", fredgraph.first_day(query)),) if query.get("from") else ()
    return [
        Request("series/observations", (*of_series(series), *since, *realtime(query)))
        for series in fredgraph.series_of(query)
    ]


def metadata_requests(query: Mapping[str, Any]) -> list[Request]:
    return [Request("series", of_series(series)) for series in fredgraph.series_of(query)]


def vintage_requests(query: Mapping[str, Any]) -> list[Request]:
    """Asks on which days each series was published; read by `vintage_dates`."""
    return [Request("series/vintagedates", of_series(series)) for series in fredgraph.series_of(query)]


def of_series(series: str) -> tuple[tuple[str, str], ...]:
    return ("series_id", series), ("file_type", "json")


def realtime(query: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The parameters that ask for vintages, none unless the query does."""
    asked = query.get("vintages")
    if not asked:
        return ()
    window = EVER if asked is True else asked
    if not isinstance(window, Mapping):
        raise SourceChanged("The feed's query: “vintages” must be true, or a time with “from” and “to”.")
    return (
        ("realtime_start", asking.needed(window, "from")),
        ("realtime_end", asking.text(window, "to", EVER["to"])),
    )


def with_key(request: Request, key: str) -> Request:
    return replace(request, params=(*request.params, ("api_key", key)))


def next_request(answer: Answer, request: Request) -> Request | None:
    """What comes after `limit` rows, which only series with very many vintages exceed."""
    found = json_of(answer) if parts.is_json(answer) else {}
    if not isinstance(found, dict) or "count" not in found:
        return None
    count, offset, limit = (parts.whole(found, name, AGENCY) for name in ("count", "offset", "limit"))
    if offset + limit >= count:
        return None
    others = tuple((name, value) for name, value in request.params if name != "offset")
    return replace(request, params=(*others, ("offset", str(offset + limit))))


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if fredgraph.is_graph_file(answer):
        return fredgraph.classify(answer)
    if message := XML_MESSAGE.search(refusals.words(answer)):
        return refused(answer, message[1]) or parts.otherwise(answer, AGENCY)
    return parts.classified(answer, AGENCY, lambda found: judge(answer, found))


def judge(answer: Answer, found: Any) -> Classification | None:
    if isinstance(found, dict) and "error_message" in found:
        return refused(answer, str(found["error_message"]))
    for name in ("observations", "seriess", "vintage_dates"):
        if isinstance(found, dict) and isinstance(found.get(name), list):
            empty = refusals.broken("FRED's answer came empty; the known values stay.")
            return refusals.DATA if found[name] else empty
    return None


def refused(answer: Answer, message: str) -> Classification | None:
    """What an error says; None where the status says it better."""
    words = message.lower()
    if "api_key" in words:
        said = refusals.quote(message)
        return Classification(Kind.BAD_KEY, f"FRED refuses our key: {said} One more try is worthwhile.")
    if "series does not exist" in words or "not exist in alfred" in words:
        return refusals.unknown("FRED says this series does not exist.")
    if answer.status == 429:
        return refusals.quota(answer, "FRED asks us to ask less often (429).", timedelta(minutes=1))
    if answer.status >= 500:
        return refusals.usual(answer, AGENCY)
    return refusals.broken(f"FRED refuses the question ({answer.status}): {refusals.quote(message)}")


# --- Reading ------------------------------------------------------------------------------------
def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    if fredgraph.is_graph_file(answer):
        return fredgraph.parse(answer, query)
    found = json_of(answer)
    check_form(found)
    key = series_of(answer, query)
    observations = parts.objects(found, "observations", AGENCY)
    check_count(found, len(observations))
    vintages = bool(query.get("vintages")) or "realtime_start" in asked_params(answer)
    points = [point(observation, key, vintages) for observation in observations]
    return spacing.rows(key, points, asking.text(query, "frequency"))


def check_form(found: Any) -> None:
    """Raises SourceChanged unless these are observations as they are, not changes or averages of them."""
    if isinstance(found, dict) and "observations" not in found:
        kept = ", ".join(name for name in ("seriess", "vintage_dates", "error_message") if name in found)
        raise parts.OnlyDescribed(f"FRED's answer holds no observations, but {kept or 'something else'}.")
    if isinstance(found, dict) and found.get("units", "lin") != "lin":
        raise SourceChanged(f"FRED's values are transformed (units {parts.shown(found['units'])}).")


def asked_params(answer: Answer) -> dict[str, str]:
    return dict(answer.request.params) if answer.request else {}


def series_of(answer: Answer, query: Mapping[str, Any]) -> str:
    """The series the answer is for. Raises SourceChanged when that is unclear or not in the query."""
    asked, requested = asking.texts(query, "series"), asked_params(answer).get("series_id", "")
    if requested and asked and requested not in asked:
        raise SourceChanged(f"Asked for {', '.join(asked)}, got {requested}.")
    if not requested and len(asked) > 1:
        raise SourceChanged(f"The answer does not say for which series of {', '.join(asked)} it is.")
    return requested or (asked[0] if asked else "")


def check_count(found: Mapping[str, Any], received: int) -> None:
    count, offset, limit = (parts.whole(found, name, AGENCY) for name in ("count", "offset", "limit"))
    announced = max(0, min(limit, count - offset))
    if announced != received:
        raise SourceChanged(f"FRED announced {announced} of {count} rows, received {received}.")


def point(observation: Mapping[str, Any], key: str, vintages: bool) -> spacing.Point:
    text = parts.part(observation, "date", str, key)
    value = parts.written_value(observation.get("value"), (".",), f"{key} {text}")
    return spacing.Point(parts.day(text, key), value, published(observation, key) if vintages else None)


def published(observation: Mapping[str, Any], key: str) -> datetime:
    return fredgraph.vintage_of(parts.part(observation, "realtime_start", str, key), key)


def vintage_dates(answer: Answer) -> list[date]:
    """The days on which a series was published, from an answer to `vintage_requests`."""
    found = json_of(answer)
    days = [parts.day(str(text), AGENCY) for text in parts.part(found, "vintage_dates", list, AGENCY)]
    check_count(found, len(days))
    return days


def parse_metadata(answer: Answer) -> dict[str, SeriesMetadata]:
    found = json_of(answer)
    return {
        parts.part(series, "id", str, AGENCY): SeriesMetadata(
            parts.part(series, "title", str, AGENCY),
            parts.part(series, "units", str, AGENCY),
            FREQUENCIES.get(parts.part(series, "frequency_short", str, AGENCY), ""),
        )
        for series in parts.objects(found, "seriess", AGENCY)
    }
