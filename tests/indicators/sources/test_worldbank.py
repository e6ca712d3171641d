import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SeriesMetadata, SourceChanged, worldbank
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
QUERY = {"indicator": "NY.GDP.MKTP.CD", "areas": ["MEX", "WLD", "XD"], "from": 1990}
GROWTH = "worldbank/wdi_NY.GDP.MKTP.KD.ZG_page{}of4.json"


def page(**changes):
    """The recorded page with other words on itself."""
    meta, entries = json.loads(recorded("worldbank/gdp.json").body)
    return answer(json.dumps([{**meta, **changes}, entries]))


def with_first_row(**changes):
    meta, entries = json.loads(recorded("worldbank/gdp.json").body)
    return answer(json.dumps([meta, [{**entries[0], **changes}, *entries[1:]]]))


def values(rows):
    return {(row.key, row.period): row.value for row in rows}


# --- Asking ---------------------------------------------------------------------------------------
def test_all_areas_are_asked_at_once_up_to_the_running_year():
    assert worldbank.requests(QUERY, TODAY) == [
        Request(
            "country/MEX;WLD;XD/indicator/NY.GDP.MKTP.CD",
            (("format", "json"), ("per_page", "1000"), ("page", "1"), ("date", "1990:2026")),
        )
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"indicator": "SP.POP.TOTL", "from": 1990}, "lacks “areas”"),
        ({"areas": ["USA"], "from": 1990}, "lacks “indicator”"),
        ({**QUERY, "country": "USA"}, "holds “country”"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        worldbank.requests(query, TODAY)


def test_pages_are_asked_until_the_last():
    request = worldbank.requests(QUERY, TODAY)[0]

    second = worldbank.next_request(page(pages=2), request)

    assert dict(second.params)["page"] == "2"
    assert worldbank.next_request(page(pages=2, page=2), second) is None


def test_a_page_past_the_end_is_no_page():
    request = Request("country/MEX/indicator/X", (("page", "5"),))
    beyond = answer('[{"page":5,"pages":1,"per_page":100,"total":0,"lastupdated":"2026-07-01"},[]]')

    with pytest.raises(SourceChanged, match="page 5 of 1"):
        worldbank.next_request(beyond, request)
    assert worldbank.classify(beyond).kind is Kind.BROKEN


# --- Judging --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "status", "kind", "said"),
    [
        ('[{"message":[{"id":"120","key":"Invalid value","value":"No"}]}]', 200, "unknown_series", "know"),
        ('[{"message":[{"id":"115","key":"Language","value":"No"}]}]', 200, "broken", "message 115"),
        ("\ufeff<!DOCTYPE html><html><title>Error</title>", 400, "transient", "error page"),
        ("<html>No such page</html>", 404, "unknown_series", "404"),
        ("<html>Forbidden</html>", 403, "broken", "403"),
        ('[{"message":[{"id":"120","value":"Not valid"}]}]', 400, "unknown_series", "areas"),
        ("<html>Maintenance</html>", 200, "transient", "web page"),
        ("", 200, "transient", "empty"),
        ('[{"page":1,"pages":1,', 200, "broken", "ends too early"),
        ('{"rows": []}', 200, "broken", "pair"),
        ('[{"page":0,"pages":0,"per_page":0,"total":0,"lastupdated":null},null]', 200, "broken", "empty"),
        ("[]", 503, "transient", "503"),
    ],
)
def test_what_is_no_data_is_named(body, status, kind, said):
    found = worldbank.classify(answer(body, status=status))

    assert found.kind == kind
    assert said in found.sentence


# --- Reading --------------------------------------------------------------------------------------
def test_every_row_is_read_with_the_day_of_the_update():
    rows = worldbank.parse(recorded("worldbank/gdp.json"), QUERY)

    assert values(rows) == {
        ("NY.GDP.MKTP.CD:MEX", "2024"): Decimal("1852723456789.12"),
        ("NY.GDP.MKTP.CD:MEX", "2025"): None,
        ("NY.GDP.MKTP.CD:WLD", "2024"): Decimal(111_000_000_000_000),
        ("NY.GDP.MKTP.CD:WLD", "2025"): Decimal(115_000_000_000_000),
        ("NY.GDP.MKTP.CD:XD", "2024"): Decimal(68_000_000_000_000),
        ("NY.GDP.MKTP.CD:XD", "2025"): Decimal(71_000_000_000_000),
    }
    assert {row.vintage for row in rows} == {datetime(2026, 7, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({**QUERY, "indicator": "SP.POP.TOTL"}, "Asked for SP.POP.TOTL, got NY.GDP.MKTP.CD"),
        ({**QUERY, "areas": ["MEX", "WLD"]}, "got XD"),
        ({**QUERY, "areas": ["MEX", "WLD", "XD", "CAN"]}, "Asked for CAN, which is not in the answer"),
        ({**QUERY, "frequency": "quarterly"}, "asked for quarterly values, got 20"),
    ],
)
def test_another_series_than_asked_for_is_refused(query, said):
    with pytest.raises(SourceChanged, match=said):
        worldbank.parse(recorded("worldbank/gdp.json"), query)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "2024", "value": 7}, "2024 appears twice"),
        ({"date": "2025-13"}, "“2025-13” is no period"),
        ({"value": "7"}, "“7” is no number"),
        ({"value": True}, "“True” is no number"),
        ({"obs_status": []}, "“obs_status” should be a text"),
        ({"obs_status": "Z"}, "mark “Z” is unknown"),
        ({"country": {"id": ""}, "countryiso3code": ""}, "no country"),
        ({"country": "Mexico"}, "“id” should be a text"),
    ],
)
def test_a_row_that_is_not_as_expected_is_refused(changes, said):
    with pytest.raises(SourceChanged, match=said):
        worldbank.parse(with_first_row(**changes), {})


def test_numbers_beyond_all_measure_are_refused():
    body = recorded("worldbank/gdp.json").body.replace(b"1.15e14", b"1e999")

    with pytest.raises(SourceChanged, match="is no number"):
        worldbank.parse(answer(body), {})


def test_fewer_rows_than_announced_are_refused():
    with pytest.raises(SourceChanged, match="announced 24 of 24 rows, received 6"):
        worldbank.parse(page(total=24), {})


def test_quarters_and_months_are_written_our_way():
    assert worldbank.period_of("2024Q3", "") == "2024-Q3"
    assert worldbank.period_of("2024M07", "") == "2024-07"


# --- What the Bank itself answered ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "count", "first", "last"),
    [
        (1, 100, ("ETH", "1960", None), ("KEN", "2025", "4.63261093844984")),
        (2, 100, ("KEN", "1960", None), ("SSD", "2025", None)),
        (3, 100, ("SSD", "1960", None), ("TCD", "2025", "5.58988021765651")),
        (4, 30, ("TCD", "1960", None), ("TCD", "1989", "4.88473510251002")),
    ],
)
def test_recorded_pages_are_read_whole(number, count, first, last):
    rows = worldbank.parse(agencys_own(GROWTH.format(number)), {"indicator": "NY.GDP.MKTP.KD.ZG"})

    shown = [(row.key[-3:], row.period, row.value and str(row.value)) for row in rows]
    assert (len(shown), shown[0], shown[-1]) == (count, first, last)
    assert rows[0].vintage == datetime(2026, 7, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "japan", "united_states"),
    [
        ("SP.POP.TOTL", "125124989", "336755052"),
        ("SP.POP.0014.TO.ZS", "11.8589361787474", "17.5946376490897"),
        ("SP.POP.65UP.TO.ZS", "29.4026473056942", "17.4318194823539"),
        ("SP.DYN.LE00.IN", "83.9963414634146", "78.3853658536585"),
    ],
)
def test_recorded_values_of_two_countries_are_read(code, japan, united_states):
    query = {"indicator": code, "areas": ["USA", "JPN"], "from": 2022, "to": 2023}

    found = values(worldbank.parse(agencys_own(f"worldbank/wdi_{code}_USA_JPN_2022_2023.json"), query))

    assert len(found) == 4
    assert found[f"{code}:JPN", "2022"] == Decimal(japan)
    assert found[f"{code}:USA", "2023"] == Decimal(united_states)


def test_a_withdrawn_indicator_is_unknown_though_it_is_still_described():
    withdrawn = worldbank.classify(agencys_own("worldbank/error_175_archived_indicator.json"))
    described = agencys_own("worldbank/indicator_IC.REG.DURS_metadata.json")

    assert withdrawn.kind is Kind.UNKNOWN_SERIES
    assert "withdrawn" in withdrawn.sentence
    assert worldbank.parse_metadata(described) == {
        "IC.REG.DURS": SeriesMetadata("Time required to start a business (days)")
    }
    with pytest.raises(SourceChanged, match="may describe an indicator"):
        worldbank.parse(described, {})
