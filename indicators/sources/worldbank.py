"""The World Bank's Indicators API, version 2. No key.

Query: `indicator` (`NY.GDP.MKTP.CD`), `areas` (`["USA", "MEX", "CAN", "WLD"]`), `from` and, if wanted, `to`
(years; this year when left out), `frequency` if values of another one must be refused.
Row keys: `NY.GDP.MKTP.CD:MEX`, the area as ISO3 code, or as the Bank's own where it has none.

Errors come with status 200 as a message; a passing fault comes as a web page with status 400. `unit` is
usually empty. The vintage is `lastupdated`, one day for the whole answer; older vintages are not to be had.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from indicators import periods
from indicators.sources import (
    Answer,
    Classification,
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
from indicators.sources.reading import read_json

AGENCY = "The World Bank"
BASE_URL = "https://api.worldbank.org/v2"
KEY_VARIABLE: str | None = None
RATE = Rate(requests=2, seconds=1)  # none is published
PER_PAGE = 1000
NAMES = ("indicator", "areas", "from", "to", "frequency")
FORMS = re.compile(r"(\d{4})(?:(Q[1-4])|M(\d\d))?", re.ASCII)
STATUSES = {"": "", "P": "provisional", "E": "estimated"}


# --- Asking -------------------------------------------------------------------------------------
def requests(query: Mapping[str, Any], today: date) -> list[Request]:
    asking.check(query, NAMES)
    areas = ";".join(asking.texts(query, "areas"))
    if not areas:
        raise SourceChanged("The feed's query lacks “areas”.")
    years = f"{asking.needed(query, 'from')}:{asking.text(query, 'to', str(today.year))}"
    path = f"country/{areas}/indicator/{asking.needed(query, 'indicator')}"
    return [Request(path, (("format", "json"), ("per_page", str(PER_PAGE)), ("page", "1"), ("date", years)))]


def metadata_requests(query: Mapping[str, Any]) -> list[Request]:
    return [Request(f"indicator/{asking.needed(query, 'indicator')}", (("format", "json"),))]


def next_request(answer: Answer, request: Request) -> Request | None:
    """The next page. Raises SourceChanged when this page is not the one asked for."""
    if not parts.is_json(answer):
        return None
    meta, _entries = read_page(read_json(answer.body))
    page, pages = parts.whole(meta, "page", AGENCY), parts.whole(meta, "pages", AGENCY)
    asked = int(dict(request.params).get("page", "1"))
    if page != asked or page > pages:
        raise SourceChanged(f"Asked for page {asked}, got page {page} of {pages}.")
    if page == pages:
        return None
    others = tuple((name, value) for name, value in request.params if name != "page")
    return replace(request, params=(*others, ("page", str(page + 1))))


# --- Judging ------------------------------------------------------------------------------------
def classify(answer: Answer) -> Classification:
    if 400 <= answer.status < 500 and answer.status != 429 and not parts.is_json(answer):
        sentence = f"The World Bank answers with an error page ({answer.status}), as it does now and then."
        return refusals.transient(answer, sentence)
    return parts.classified(answer, AGENCY, judge)


def judge(found: Any) -> Classification | None:
    if message := first_message(found):
        return refused(message)
    meta, entries = read_page(found)
    if not entries:
        page = parts.shown(meta.get("page"))
        return refusals.broken(f"Page {page} of the World Bank came empty; the known values stay.")
    return refusals.DATA


def first_message(found: Any) -> Mapping[str, Any] | None:
    holder = found[0] if isinstance(found, list) and found else found
    messages = holder.get("message") if isinstance(holder, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    return first if isinstance(first, dict) else None


def refused(message: Mapping[str, Any]) -> Classification:
    number, text = str(message.get("id", "")), refusals.quote(str(message.get("value", "")))
    if number == "120":
        return refusals.unknown(f"The World Bank does not know this indicator or one of the areas: {text}")
    if number == "175":
        return refusals.unknown(f"The World Bank has withdrawn this indicator: {text}")
    return refusals.broken(f"The World Bank refuses the question (message {number}): {text}")


# --- Reading ------------------------------------------------------------------------------------
def read_page(found: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a page says of itself, and its entries. Raises SourceChanged for anything else."""
    if message := first_message(found):
        raise SourceChanged(refused(message).sentence)
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], dict):
        raise SourceChanged("The World Bank's answer is not a pair of page and rows.")
    return found[0], parts.objects({"rows": found[1] or []}, "rows", AGENCY)


def parse(answer: Answer, query: Mapping[str, Any]) -> list[Row]:
    meta, entries = read_page(read_json(answer.body))
    check_count(meta, len(entries))
    if not entries:
        raise SourceChanged("The World Bank's answer came empty; the known values stay.")
    vintage = published(meta)
    rows = [row(entry, query, vintage) for entry in entries]
    if meta.get("pages") == 1:
        check_areas(entries, asking.texts(query, "areas"))
    return tables.one_value_a_period(rows)


def check_count(meta: Mapping[str, Any], received: int) -> None:
    """Raises SourceChanged unless the page holds as many rows as its total leaves for it."""
    page, size, total = (parts.whole(meta, name, AGENCY) for name in ("page", "per_page", "total"))
    announced = max(0, min(size, total - size * (page - 1)))
    if announced != received:
        raise SourceChanged(f"Page {page} announced {announced} of {total} rows, received {received}.")


def published(meta: Mapping[str, Any]) -> datetime | None:
    text = parts.text_or_nothing(meta, "lastupdated", AGENCY)
    return datetime.combine(parts.day(text, "“lastupdated”"), time.min, UTC) if text else None


def row(entry: Mapping[str, Any], query: Mapping[str, Any], vintage: datetime | None) -> Row:
    if "indicator" not in entry:
        raise parts.OnlyDescribed("The World Bank's answer holds no values; it may describe an indicator.")
    indicator = parts.part(entry["indicator"], "id", str, "A row's indicator")
    codes = area_codes(entry)
    key = f"{indicator}:{codes[0]}"
    check_asked(indicator, codes, query)
    period = period_of(parts.part(entry, "date", str, key), key)
    parts.check_frequency(asking.text(query, "frequency"), period, key)
    value = parts.plain_value(entry.get("value"), f"{key} {period}")
    mark = parts.text_or_nothing(entry, "obs_status", key)
    status = parts.meaning(mark, STATUSES, "mark", f"{key} {period}")
    return Row(key, period, value, parts.text_or_nothing(entry, "unit", key), status, vintage=vintage)


def area_codes(entry: Mapping[str, Any]) -> list[str]:
    """The codes of a row's area: ISO3 first, unless it has none, as some aggregates."""
    own = parts.part(entry.get("country"), "id", str, "A row's country")
    iso3 = parts.part(entry, "countryiso3code", str, own)
    codes = [code for code in (iso3, own) if code]
    if not codes:
        raise SourceChanged("A row of the World Bank names no country.")
    return codes


def check_asked(indicator: str, codes: list[str], query: Mapping[str, Any]) -> None:
    asked, areas = asking.text(query, "indicator"), asking.texts(query, "areas")
    if asked and asked != indicator:
        raise SourceChanged(f"Asked for {asked}, got {indicator}.")
    if areas and areas != ["all"] and not set(areas) & set(codes):
        raise SourceChanged(f"{indicator}: asked for {', '.join(areas)}, got {codes[0]}.")


def check_areas(entries: list[dict[str, Any]], areas: list[str]) -> None:
    found = {code for entry in entries for code in area_codes(entry)}
    for area in areas:
        if area not in found and area != "all":
            raise SourceChanged(f"Asked for {area}, which is not in the answer.")


def period_of(text: str, where: str) -> str:
    match = FORMS.fullmatch(text)
    period = "-".join(piece for piece in match.groups() if piece) if match else text
    try:
        periods.parse(period)
    except ValueError:
        raise SourceChanged(f"{where}: {parts.shown(text)} is no period.") from None
    return period


def parse_metadata(answer: Answer) -> dict[str, SeriesMetadata]:
    """By indicator: its name, with the unit in it as usual; the frequency is not told."""
    _meta, entries = read_page(read_json(answer.body))
    return {
        parts.part(entry, "id", str, AGENCY): SeriesMetadata(
            parts.part(entry, "name", str, AGENCY), parts.part(entry, "unit", str, AGENCY)
        )
        for entry in entries
    }
