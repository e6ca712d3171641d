"""The World Bank's Indicators API, version 2. No key.

Query: `indicator` (`NY.GDP.MKTP.CD`), `areas` (`["USA", "MEX", "CAN", "WLD"]`), `from` and, if wanted, `to`
(years; this year when left out), `frequency` if values of another one must be refused.
Row keys: `NY.GDP.MKTP.CD:MEX`, the area as ISO3 code, or as the Bank's own where it has none.

Errors come with status 200 as a message; a passing fault comes as a web page with status 400, the only 4xx
that is tried again. `unit` is usually empty. The vintage is `lastupdated`, one day for the whole answer;
older vintages are not to be had.
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
from indicators.sources.reading import is_web_page, json_of

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
    meta, _entries = read_page(json_of(answer))
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
    if answer.status == 400 and is_web_page(answer) and not parts.is_json(answer):
        # Every 4xx fails at once, with this exception: the Bank sends such a page now and then to a question
        # it answers a moment later. What it refuses itself is JSON; its other 4xx mean what they say.
        sentence = "The World Bank answers with an error page (400), as it does now and then."
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
    meta, entries = read_page(json_of(answer))
    check_count(meta, len(entries))
    if not entries:
        raise SourceChanged("The World Bank's answer came empty; the known values stay.")
    read = Reader(query, published(meta))
    rows = [read.row(entry) for entry in entries]
    if meta.get("pages") == 1:
        read.check_areas()
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


class Reader:
    """Reads the rows of one answer; what many rows share, their subject and their period, is judged once."""

    def __init__(self, query: Mapping[str, Any], vintage: datetime | None) -> None:
        self.asked, self.areas = asking.text(query, "indicator"), asking.texts(query, "areas")
        self.frequency, self.vintage = asking.text(query, "frequency"), vintage
        self.keys: dict[tuple[str, str, str], str] = {}
        self.periods: dict[str, str] = {}

    def row(self, entry: Mapping[str, Any]) -> Row:
        key = self.key(entry)
        text = parts.part(entry, "date", str, key)
        period = self.periods.get(text) or self.period(text, key)
        where = f"{key} {period}"
        value = parts.plain_value(entry.get("value"), where)
        mark = parts.text_or_nothing(entry, "obs_status", key)
        status = parts.meaning(mark, STATUSES, "mark", where)
        return Row(
            key, period, value, parts.text_or_nothing(entry, "unit", key), status, vintage=self.vintage
        )

    def key(self, entry: Mapping[str, Any]) -> str:
        if "indicator" not in entry:
            raise parts.OnlyDescribed(
                "The World Bank's answer holds no values; it may describe an indicator."
            )
        indicator = parts.part(entry["indicator"], "id", str, "A row's indicator")
        own = parts.part(entry.get("country"), "id", str, "A row's country")
        iso3 = parts.part(entry, "countryiso3code", str, own)
        return self.keys.get((indicator, iso3, own)) or self.new_key(indicator, iso3, own)

    def new_key(self, indicator: str, iso3: str, own: str) -> str:
        """The area's code is ISO3 unless it has none, as some aggregates."""
        codes = [code for code in (iso3, own) if code]
        if not codes:
            raise SourceChanged("A row of the World Bank names no country.")
        check_asked(indicator, codes, self.asked, self.areas)
        self.keys[indicator, iso3, own] = f"{indicator}:{codes[0]}"
        return self.keys[indicator, iso3, own]

    def period(self, text: str, key: str) -> str:
        period = period_of(text, key)
        parts.check_frequency(self.frequency, period, key)
        self.periods[text] = period
        return period

    def check_areas(self) -> None:
        found = {code for _indicator, *codes in self.keys for code in codes}
        for area in self.areas:
            if area not in found and area != "all":
                raise SourceChanged(f"Asked for {area}, which is not in the answer.")


def check_asked(indicator: str, codes: list[str], asked: str, areas: list[str]) -> None:
    if asked and asked != indicator:
        raise SourceChanged(f"Asked for {asked}, got {indicator}.")
    if areas and areas != ["all"] and not set(areas) & set(codes):
        raise SourceChanged(f"{indicator}: asked for {', '.join(areas)}, got {codes[0]}.")


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
    _meta, entries = read_page(json_of(answer))
    return {
        parts.part(entry, "id", str, AGENCY): SeriesMetadata(
            parts.part(entry, "name", str, AGENCY), parts.part(entry, "unit", str, AGENCY)
        )
        for entry in entries
    }
