import json
from datetime import date
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SourceChanged, census
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
QUERY = {
    "flow": "exports",
    "dataset": "naics",
    "values": "ALL_VAL_MO",
    "predicates": {"CTY_CODE": ["2010", "1220", "-"], "NAICS": "3344", "COMM_LVL": "NA4"},
    "from": "2013-01",
}


def table(*lines):
    return answer(json.dumps(lines), content_type="application/json")


def test_a_query_becomes_one_request_without_the_key():
    assert census.requests(QUERY, TODAY) == [
        Request(
            "timeseries/intltrade/exports/naics",
            (
                ("get", "ALL_VAL_MO"),
                ("CTY_CODE", "2010"),
                ("CTY_CODE", "1220"),
                ("CTY_CODE", "-"),
                ("NAICS", "3344"),
                ("COMM_LVL", "NA4"),
                ("time", "from 2013-01"),
            ),
        )
    ]


def test_the_key_is_added_to_a_copy():
    (request,) = census.requests(QUERY, TODAY)

    assert census.with_key(request, "SECRET").params[-1] == ("key", "SECRET")
    assert "SECRET" not in repr(request)


def test_lines_become_series_named_by_flow_partner_and_commodity():
    rows = census.parse(recorded("census/exports_naics.json"), QUERY)

    assert [(row.key, row.period, row.value) for row in rows] == [
        ("exports:-:NAICS=3344", "2026-01", Decimal(9900)),
        ("exports:1220:NAICS=3344", "2026-01", None),
        ("exports:2010:NAICS=3344", "2026-01", Decimal(1100)),
        ("exports:2010:NAICS=3344", "2026-02", Decimal(1200)),
    ]


@pytest.mark.parametrize(
    ("header", "line", "key"),
    [
        (["GEN_VAL_MO", "CTY_CODE", "time"], ["5", "2010", "2026-01"], "imports:2010"),
        (["CON_VAL_MO", "CTY_CODE", "time"], ["5", "2010", "2026-01"], "imports_consumption:2010"),
        (["ALL_VAL_MO", "time"], ["5", "2026-01"], "exports:-"),
        (
            ["ALL_VAL_MO", "E_COMMODITY", "E_COMMODITY_LDESC", "CTY_CODE", "time"],
            ["5", "87", "CARS", "1220", "2026-01"],
            "exports:1220:HS2=87",
        ),
        (
            ["ALL_VAL_MO", "PORT", "PORT_NAME", "time", "CTY_CODE", "SUMMARY_LVL"],
            ["5", "2304", "LAREDO, TX", "2026-01", "2010", "DET"],
            "exports:2010:PORT=2304",
        ),
    ],
)
def test_keys_tell_datasets_apart(header, line, key):
    (row,) = census.parse(table(header, line), {})

    assert row.key == key


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"flow": "imports"}, "asked for imports, got ALL_VAL_MO"),
        ({"predicates": {"CTY_CODE": ["2010"]}}, "Line 4: asked for CTY_CODE 2010, got 1220"),
        ({"predicates": {"NAICS": "3345"}}, "asked for NAICS 3345, got 3344"),
        ({"predicates": {"PORT": "2304"}}, "the column “PORT”, which was asked for, is not there"),
    ],
)
def test_another_flow_country_or_commodity_than_asked_for_is_refused(change, said):
    with pytest.raises(SourceChanged, match=said):
        census.parse(recorded("census/exports_naics.json"), QUERY | change)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [["ALL_VAL_MO", "NAICS", "time", "NAICS"], ["1", "3344", "2026-01", "3345"]],
            "twice, with different",
        ),
        ([["ALL_VAL_MO", "time"], ["1", "2026-01"], ["2", "2026-01"]], "2026-01 appears twice: 1 and 2"),
        ([["ALL_VAL_MO", "time"], ["1", "2026"]], "“2026” is annual, expected monthly"),
        ([["ALL_VAL_MO", "time"], ["1"]], "Line 2: expected 2 cells, found 1"),
        ([["ALL_VAL_MO", "time"], [1, "2026-01"]], "expected a text, found “1”"),
        ([["ALL_VAL_MO", "time"], ["1,000", "2026-01"]], "exports:- 2026-01: “1,000” is no number"),
        ([["ALL_VAL_YR", "time"], ["1", "2026-01"]], "the column “ALL_VAL_YR” is not read here"),
        ([["NAICS", "time"], ["3344", "2026-01"]], "expected a column ALL_VAL_MO"),
        ([["ALL_VAL_MO", "time"]], "no table of a header and lines"),
    ],
)
def test_what_cannot_be_read_is_named(lines, said):
    with pytest.raises(SourceChanged, match=said):
        census.parse(table(*lines), {})


@pytest.mark.parametrize(
    ("body", "status", "headers", "kind"),
    [
        ("", 302, {"location": "https://api.census.gov/data/missing_key.html"}, Kind.BAD_KEY),
        ("", 302, {"location": "https://api.census.gov/data/invalid_key.html"}, Kind.BAD_KEY),
        ("", 302, {"x-datawebapi-keyerror": "1"}, Kind.BAD_KEY),
        ("", 302, {"location": "https://elsewhere.example/"}, Kind.BROKEN),
        ("<html><title>Invalid Key</title></html>", 200, {}, Kind.BAD_KEY),
        ("<html><title>Maintenance</title></html>", 200, {}, Kind.TRANSIENT),
        ("", 204, {}, Kind.UNKNOWN_SERIES),
        ("error: error: unknown variable 'X'", 400, {}, Kind.BROKEN),
        ("There was an error while running your query.", 400, {}, Kind.TRANSIENT),
        ('[["ALL_VAL_MO","time"]]', 200, {}, Kind.UNKNOWN_SERIES),
        ('[["ALL_VAL_MO","time"],["1","2026', 200, {}, Kind.BROKEN),
        ('{"error": "odd"}', 200, {}, Kind.BROKEN),
        ("busy", 503, {"retry-after": "60"}, Kind.TRANSIENT),
    ],
)
def test_answers_that_are_no_data(body, status, headers, kind):
    found = census.classify(answer(body, status=status, headers=headers))

    assert found.kind == kind
    assert found.sentence


def test_an_echoed_key_never_reaches_the_sentence():
    key = "0123456789abcdef0123456789abcdef01234567"
    body = f"error: unknown variable in get=X&key={key}"

    assert key not in census.classify(answer(body, status=400)).sentence


def test_the_bureaus_own_exports_of_one_commodity_to_canada():
    found = agencys_own("census_intltrade/exports_hs_HS10_2710121510_canada.json")

    assert census.classify(found).kind == Kind.DATA
    predicates = {"COMM_LVL": "HS10", "E_COMMODITY": "2710121510", "CTY_CODE": "1220"}
    rows = census.parse(found, {"flow": "exports", "predicates": predicates})
    assert len(rows) == 117
    assert {row.key for row in rows} == {"exports:1220:HS10=2710121510"}
    assert (rows[0].period, rows[0].value) == ("2016-01", Decimal(155905))
    assert (rows[-1].period, rows[-1].value) == ("2025-09", Decimal(1768317))


def test_the_bureaus_own_page_for_a_missing_key():
    found = census.classify(agencys_own("census_intltrade/error_200_missing_key_prefix.html"))

    assert (found.kind, found.sentence) == (
        Kind.BAD_KEY,
        "The Census Bureau needs a key, and none was sent.",
    )
