"""Statistics Canada's Web Data Service. No key.

Query: `vectors` (`["v2057609"]`, 300 a question) with `latest` (so many periods), or with `from` and, if
wanted, `to` (days; today when left out); or `coordinates` (`["18100004:2.2.0.0.0.0.0.0.0.0"]`: table and
place in it) with `latest`. `frequency` if values of another one must be refused. Row keys: the vectors,
`v2057609`.

The items of an answer stand in no order, and each has a status of its own. A quarter is named by its first
month in `refPer` and by its last in `refPerRaw`: `refPer` is read. `scalarFactorCode` is a power of ten and
becomes the multiplier. `releaseTime` (Eastern time) is the last release of a value and serves as its
vintage.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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
    parts,
    refusals,
    tables,
)
from indicators.sources.reading import json_of

AGENCY = "Statistics Canada"
BASE_URL = "https://www150.statcan.gc.ca/t1/wds/rest"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=10, seconds=1)  # 25 a second are allowed
MOST_VECTORS = 300
NAMES = ("vectors", "coordinates", "latest", "from", "to", "frequency")
EASTERN = ZoneInfo("America/Toronto")
FREQUENCIES = {1: "daily", 6: "monthly", 9: "quarterly", 11: "half_yearly", 12: "annual", 13: "biennial"}
SYMBOLS = {0: "", 1: "provisional", 3: ""}
MISSING = {
    1: "not available",
    8: "too unreliable to be published",
    9: "not applicable",
    10: "below detection",
}
REMARKS = {2: "rounded to zero", 7: "use with caution"}
USABLE = (0, 2, 3, 4, 5, 6, 7)
NOTHING_RELEASED = -20010
UNNAMED = "an unnamed series"
UNKNOWN_CODES = {2: "this series in this table", 3: "this series", 4: "this vector", 5: "this table"}
WORST_FIRST = (Kind.TRANSIENT, Kind.UNKNOWN_SERIES, Kind.BROKEN, Kind.DATA, Kind.NO_CHANGE)


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    vectors, coordinates = asked_vectors(query), asking.texts(query, "coordinates")
    if bool(vectors) == bool(coordinates):
        raise SourceChanged("The feed's query must hold either “vectors” or “coordinates”.")
    if query.get("from"):
        return [range_question(part, query, today) for part in pieces(vectors)]
    latest = {"latestN": parts.whole(query, "latest", "The feed's query")}
    method = f"getDataFrom{'Vectors' if vectors else 'CubePidCoord'}AndLatestNPeriods"
    return [question(method, part, latest) for part in pieces(vectors or coordinates)]


def metadata_requests(query: Mapping[str, Any]) -> list[Request]:
    vectors, coordinates = asked_vectors(query), asking.texts(query, "coordinates")
    method = "getSeriesInfoFromVector" if vectors else "getSeriesInfoFromCubePidCoord"
    return [question(method, part) for part in pieces(vectors or coordinates)]


def asked_vectors(query: Mapping[str, Any]) -> list[str]:
    """The vectors of a query as keys, however they are written: 2057609, v2057609, V2057609."""
    bare = [text.lower().removeprefix("v") for text in asking.texts(query, "vectors")]
    for text in bare:
        if not (text.isascii() and text.isdigit()):
            raise SourceChanged(f"The feed's query: {parts.shown(text)} is no vector.")
    return [f"v{text}" for text in bare]


def pieces(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), MOST_VECTORS):
        yield keys[start : start + MOST_VECTORS]


def question(method: str, keys: list[str], extra: Mapping[str, int] | None = None) -> Request:
    return Request(method, method="POST", json=[{**subject(key), **(extra or {})} for key in keys])


def subject(key: str) -> dict[str, Any]:
    """A vector, or a table with a place in it, as the service writes them."""
    if key.startswith("v"):
        return {"vectorId": int(key[1:])}
    table, colon, coordinate = key.partition(":")
    if not colon:
        raise SourceChanged(f"The feed's query: {parts.shown(key)} is no table and place, joined by a colon.")
    return {"productId": parts.whole({"table": table}, "table", key), "coordinate": coordinate}


def range_question(vectors: list[str], query: Mapping[str, Any], today: date) -> Request:
    quoted = ",".join(f'"{key[1:]}"' for key in vectors)  # the quotes belong to it
    end = asking.text(query, "to", today.isoformat())
    params = (
        ("vectorIds", quoted), ("startRefPeriod", asking.needed(query, "from")), ("endReferencePeriod", end)
    )  # fmt: skip
    return Request("getDataFromVectorByReferencePeriodRange", params)


def next_request(answer: Answer, request: Request) -> Request | None:
    """Statistics Canada does not page; `requests` splits instead."""
    return None


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if answer.status == 409:
        sentence = "Statistics Canada has locked its tables, as every night until 08:30 Eastern time (409)."
        return Classification(Kind.TRANSIENT, sentence, refusals.retry_after(answer) or timedelta(hours=1))
    return parts.classified(answer, AGENCY, lambda found: judge(answer, found))


def judge(answer: Answer, found: Any) -> Classification | None:
    if isinstance(found, dict) and "message" in found:
        return by_message(answer, str(found["message"]))
    found_items = items(found)
    verdicts = [judge_item(status, item) for status, item in found_items]
    worst = min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.kind), default=None)
    if worst and worst.kind is Kind.UNKNOWN_SERIES and len(verdicts) > 1:
        is_unknown = [verdict.kind is Kind.UNKNOWN_SERIES for verdict in verdicts]
        return unknown_among(answer, [item for _status, item in found_items], is_unknown) or worst
    return worst


def unknown_among(answer: Answer, entries: list[Any], is_unknown: list[bool]) -> Classification | None:
    """Names each unknown series, by the question where the service does not; None if nothing names them."""
    unknown, others = (
        [entry for entry, is_so in zip(entries, is_unknown, strict=True) if is_so is wanted]
        for wanted in (True, False)
    )
    names = {named(entry) for entry in unknown if isinstance(entry, dict)} - {UNNAMED}
    if len(names) < len(unknown):
        names |= not_answered(answer, others)
    return refusals.unknown_among(AGENCY, names, len(others)) if names else None


def not_answered(answer: Answer, entries: list[Any]) -> set[str]:
    """What the question named and none of the items is about."""
    asked = asked_series(answer, {})
    by_place = bool(asked) and ":" in asked[0]
    return set(asked) - {spelled(entry, by_place) for entry in entries}


def by_message(answer: Answer, message: str) -> Classification | None:
    if "no changed" in message.lower():
        return Classification(Kind.NO_CHANGE, "Statistics Canada released nothing new of these series.")
    if answer.status == 429 or answer.status >= 500:
        return None
    said = refusals.quote(message)
    return refusals.broken(f"Statistics Canada refuses the question ({answer.status}): {said}")


def items(found: Any) -> list[tuple[str, Any]]:
    """Status and content of each item; a bare object, as some libraries keep it, is one item."""
    if isinstance(found, dict) and "responseStatusCode" in found:
        return [("SUCCESS", found)]
    entries = parts.objects({"items": found}, "items", AGENCY)
    return [(parts.part(entry, "status", str, AGENCY), entry.get("object")) for entry in entries]


def judge_item(status: str, item: Any) -> Classification:
    if isinstance(item, str):
        return refusals.unknown(f"Statistics Canada does not know what was asked for: {refusals.quote(item)}")
    code = parts.part(item, "responseStatusCode", int, AGENCY)
    if code != 0 or status != "SUCCESS":
        return by_code(code, named(item))
    if item.get("vectorDataPoint") == []:
        return refusals.broken(f"Statistics Canada's {named(item)} came empty; the known values stay.")
    return refusals.DATA


def by_code(code: int, name: str) -> Classification:
    if code == NOTHING_RELEASED:
        return Classification(Kind.NO_CHANGE, f"Statistics Canada released nothing of {name} in that time.")
    if code in UNKNOWN_CODES:
        return refusals.unknown(f"Statistics Canada does not know {UNKNOWN_CODES[code]}: {name}.")
    if code == 6:
        sentence = f"Statistics Canada is publishing the table of {name} right now."
        return Classification(Kind.TRANSIENT, sentence, timedelta(minutes=30))
    return refusals.broken(f"Statistics Canada refuses the question about {name} (code {code}).")


def named(item: Mapping[str, Any]) -> str:
    """A series by its vector, or by table and place where it has none."""
    vector = item.get("vectorId")
    places = (str(item[name]) for name in ("productId", "coordinate") if item.get(name))
    return f"v{vector}" if vector else ":".join(places) or UNNAMED


# --- Reading ------------------------------------------------------------------------------------
def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    series = list(readable(json_of(answer)))
    if not series:
        raise SourceChanged(classify(answer).sentence)
    check_asked(series, answer, query)
    frequency = asking.text(query, "frequency")
    return tables.one_value_a_period(row for item in series for row in rows_of(item, frequency))


def readable(found: Any) -> Iterator[dict[str, Any]]:
    """The series that came, without those the service failed on."""
    for status, item in items(found):
        if status == "SUCCESS" and isinstance(item, dict) and item.get("responseStatusCode") == 0:
            if "vectorDataPoint" not in item:
                raise parts.OnlyDescribed(f"Statistics Canada describes {named(item)}; there are no values.")
            yield item


def check_asked(series: list[dict[str, Any]], answer: Answer, query: Mapping[str, Any]) -> None:
    """Raises SourceChanged unless the series are those asked for."""
    asked = asked_series(answer, query)
    if asked:
        by_place = ":" in asked[0]
        parts.check_complete(asked, {spelled(item, by_place) for item in series})


def asked_series(answer: Answer, query: Mapping[str, Any]) -> list[str]:
    """What this answer must hold: what its own question named, which may be a part of the query."""
    sent = answer.request
    if sent and sent.json:
        return [spelled(entry, "coordinate" in entry) for entry in sent.json]
    if sent and (quoted := dict(sent.params).get("vectorIds")):
        return [f"v{text}" for text in quoted.replace('"', "").split(",")]
    return asked_vectors(query) or asking.texts(query, "coordinates")


def spelled(entry: Mapping[str, Any], by_place: bool) -> str:
    return f"{entry.get('productId')}:{entry.get('coordinate')}" if by_place else f"v{entry.get('vectorId')}"


def rows_of(item: Mapping[str, Any], frequency: str) -> Iterator[Row]:
    key = f"v{parts.part(item, 'vectorId', int, AGENCY)}"
    points = parts.objects(item, "vectorDataPoint", key)
    if not points:
        raise SourceChanged(f"{key} came empty; the known values stay.")
    for point in points:
        row = row_of(key, point)
        parts.check_frequency(frequency, row.period, key)
        yield row


def row_of(key: str, point: Mapping[str, Any]) -> Row:
    text = parts.part(point, "refPer", str, key)
    period = parts.period_starting(parts.day(text, key), frequency_of(point, key), key)
    where = f"{key} {period}"
    value, note = value_and_note(point, where)
    status = parts.meaning(parts.part(point, "symbolCode", int, where), SYMBOLS, "symbol", where)
    return Row(
        key, period, value, status=status, multiplier=multiplier(point, where),
        vintage=released(point, where), note=note,
    )  # fmt: skip


def frequency_of(item: Mapping[str, Any], where: str) -> str:
    return parts.meaning(parts.part(item, "frequencyCode", int, where), FREQUENCIES, "frequency", where)


def value_and_note(point: Mapping[str, Any], where: str) -> tuple[Decimal | None, str]:
    """The value, and what its quality code says; None where it is marked as missing or kept secret."""
    value, code = parts.plain_value(point.get("value"), where), parts.part(point, "statusCode", int, where)
    if parts.part(point, "securityLevelCode", int, where):
        return None, "suppressed by the Statistics Act"
    if code in MISSING:
        return None, MISSING[code]
    if code not in USABLE:
        raise SourceChanged(f"{where}: status {code} is unknown.")
    return value, REMARKS.get(code, "")


def multiplier(point: Mapping[str, Any], where: str) -> Decimal:
    power = parts.part(point, "scalarFactorCode", int, where)
    if not 0 <= power <= 9:
        raise SourceChanged(f"{where}: scalar factor {power} is unknown.")
    return Decimal(10) ** power


def released(point: Mapping[str, Any], where: str) -> datetime | None:
    text = point.get("releaseTime")
    if not text:
        return None
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M").replace(tzinfo=EASTERN)
    except ValueError:
        raise SourceChanged(f"{where}: {parts.shown(text)} is no release time.") from None


def parse_metadata(answer: Answer) -> dict[str, SeriesMetadata]:
    """What the series or tables are called, by vector or table; the unit is a code (`memberUomCode`)."""
    found: dict[str, SeriesMetadata] = {}
    for status, item in items(json_of(answer)):
        if status == "SUCCESS" and isinstance(item, dict) and item.get("responseStatusCode") == 0:
            title = item.get("SeriesTitleEn") or parts.part(item, "cubeTitleEn", str, named(item))
            key = named(item) if item.get("vectorId") else str(item.get("productId"))
            unit = str(item.get("memberUomCode", ""))
            found[key] = SeriesMetadata(title, unit, frequency_of(item, key))
    return found
