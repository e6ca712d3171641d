import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from indicators.sources import (
    Answer,
    Kind,
    Request,
    SeriesMetadata,
    SourceChanged,
    alfredgraph,
    fred,
    fredgraph,
)
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
KEY = "0123456789abcdef0123456789abcdef"


def values(rows):
    return {(row.key, row.period): row.value for row in rows}


def observations(*dates: str, **about):
    rows = [{"realtime_start": "2026-11-20", "date": day, "value": "1"} for day in dates]
    whole = {"units": "lin", "count": len(rows), "offset": 0, "limit": 100000, "observations": rows}
    return answer(json.dumps({**whole, **about}))


# --- Asking ---------------------------------------------------------------------------------------
def test_each_series_is_asked_for_by_itself():
    first, second = fred.requests({"series": ["MANEMP", "GDPC1"], "from": 2000}, TODAY)

    assert first == Request(
        "series/observations",
        (("series_id", "MANEMP"), ("file_type", "json"), ("observation_start", "2000-01-01")),
    )
    assert dict(second.params)["series_id"] == "GDPC1"


@pytest.mark.parametrize(
    ("vintages", "start", "end"),
    [
        (True, "1776-07-04", "9999-12-31"),
        ({"from": "2020-01-01", "to": "2024-12-31"}, "2020-01-01", "2024-12-31"),
    ],
)
def test_vintages_are_asked_for_by_the_time_in_which_they_were_known(vintages, start, end):
    params = dict(fred.requests({"series": "GDP", "vintages": vintages}, TODAY)[0].params)

    assert (params["realtime_start"], params["realtime_end"]) == (start, end)


def test_the_key_is_in_the_secret_request_alone():
    request = fred.requests({"series": "GDP"}, TODAY)[0]

    assert dict(fred.with_key(request, KEY).params)["api_key"] == KEY
    assert KEY not in str(request)


def test_what_exceeds_one_answer_is_asked_for_next():
    request = Request("series/observations", (("series_id", "GDP"),))

    following = fred.next_request(observations("2026-01-01", count=3, limit=1, offset=1), request)

    assert following == Request("series/observations", (("series_id", "GDP"), ("offset", "2")))
    assert fred.next_request(observations("2026-01-01"), request) is None


def test_graph_files_are_asked_for_all_series_at_once():
    query = {"series": ["MANEMP", "GDPC1"], "from": "2000-01-01"}

    assert fredgraph.requests(query, TODAY) == [
        Request("fredgraph.csv", (("id", "MANEMP,GDPC1"), ("cosd", "2000-01-01")))
    ]


def test_a_graph_file_of_vintages_repeats_the_series_for_each():
    query = {"series": "GDP", "vintages": ["2026-05-28", "2026-06-25"], "from": 2025}

    params = dict(alfredgraph.requests(query, TODAY)[0].params)

    assert params == {
        "id": "GDP,GDP",
        "cosd": "2025-01-01,2025-01-01",
        "coed": "2026-11-20,2026-11-20",
        "vintage_date": "2026-05-28,2026-06-25",
    }


@pytest.mark.parametrize("query", [{}, {"series": "GDP", "vintages": "all"}, {"series": "GDP", "id": "GDP"}])
def test_a_query_that_cannot_be_meant_is_refused(query):
    with pytest.raises(SourceChanged, match="query"):
        fred.requests(query, TODAY)


# --- Judging --------------------------------------------------------------------------------------
def error(message: str) -> str:
    return json.dumps({"error_code": 400, "error_message": f"Bad Request.  {message}"})


@pytest.mark.parametrize(
    ("body", "status", "kind", "said"),
    [
        (error("Variable api_key is not set."), 400, "bad_key", "our key"),
        (error("The series does not exist in ALFRED but may exist in FRED."), 400, "unknown_series", "exist"),
        (error("This exceeds the maximum of 2000 vintage dates."), 400, "broken", "2000 vintage dates"),
        (error("Too Many Requests."), 429, "quota", "less often"),
        (
            '<?xml version="1.0"?><error code="400" message="Bad Request.  The value for api_key"/>',
            400,
            "bad_key",
            "key",
        ),
        ('{"error_code":500,"error_message":"Internal Server Error"}', 500, "transient", "500"),
        ('{"count":0,"offset":0,"limit":100000,"observations":[]}', 200, "broken", "empty"),
        ("<html>We are down</html>", 200, "transient", "web page"),
        ('{"count":1,"observations":[{"date":', 200, "broken", "ends too early"),
    ],
)
def test_what_is_no_data_is_named(body, status, kind, said):
    found = fred.classify(answer(body, status=status))

    assert found.kind == kind
    assert said in found.sentence


def test_a_sentence_never_holds_the_key():
    found = fred.classify(answer(error(f"The value {KEY} for api_key is not registered."), status=400))

    assert found.kind is Kind.BAD_KEY
    assert KEY not in found.sentence


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("<!DOCTYPE html><html>Page not found", 404, "unknown_series"),
        ("<!DOCTYPE html><html>Access denied", 403, "transient"),
        ("<!DOCTYPE html><html>Are you a robot?", 200, "transient"),
        ("observation_date,GDP\n", 200, "broken"),
        ("Error: bad id", 200, "broken"),
        ("", 200, "transient"),
        ("observation_date,GDP\n2026-01-01,1\n", 200, "data"),
        ("DATE,GDP\n2026-01-01,.\n", 200, "data"),
    ],
)
def test_graph_files_are_told_from_pages(body, status, kind):
    assert fredgraph.classify(answer(body, status=status)).kind == kind


def test_nothing_at_all_from_the_archive_means_a_day_before_the_first_vintage():
    assert "published later" in alfredgraph.classify(answer("")).sentence


# --- Reading --------------------------------------------------------------------------------------
def test_observations_get_the_frequency_of_their_dates_and_the_series_of_the_query():
    assert values(fred.parse(recorded("fred/observations.json"), {"series": "MANEMP"})) == {
        ("MANEMP", "2026-01"): None,
        ("MANEMP", "2026-02"): Decimal(12701),
        ("MANEMP", "2026-03"): Decimal(12694),
        ("MANEMP", "2026-04"): Decimal("12690.5"),
    }


def test_the_day_of_the_question_is_no_vintage():
    rows = fred.parse(recorded("fred/observations.json"), {"series": "MANEMP"})

    assert {row.vintage for row in rows} == {None}


def test_each_vintage_is_a_row_when_vintages_are_asked_for():
    rows = fred.parse(recorded("fred/vintages.json"), {"series": "GDP", "vintages": True})

    assert {(row.period, row.vintage): row.value for row in rows} == {
        ("2025-Q4", datetime(2026, 5, 28, tzinfo=UTC)): Decimal("31422.526"),
        ("2025-Q4", datetime(2026, 6, 25, tzinfo=UTC)): Decimal("31430.1"),
        ("2026-Q1", datetime(2026, 5, 28, tzinfo=UTC)): Decimal("31819.464"),
        ("2026-Q1", datetime(2026, 6, 25, tzinfo=UTC)): Decimal("31865.721"),
    }


def test_vintages_that_were_not_asked_for_contradict_each_other():
    with pytest.raises(SourceChanged, match="2025-Q4 appears twice"):
        fred.parse(recorded("fred/vintages.json"), {"series": "GDP"})


def test_the_request_says_for_which_series_an_answer_is():
    body = recorded("fred/observations.json").body
    query = {"series": ["GDPC1", "MANEMP"]}
    asked = answer(body, params=[("series_id", "MANEMP")])

    assert {row.key for row in fred.parse(asked, query)} == {"MANEMP"}
    with pytest.raises(SourceChanged, match="for which series"):
        fred.parse(answer(body), query)
    with pytest.raises(SourceChanged, match="Asked for IPG3361T3S, got MANEMP"):
        fred.parse(asked, {"series": "IPG3361T3S"})


@pytest.mark.parametrize(
    ("found", "query", "said"),
    [
        (observations("2026-01-01", "2026-02-01", count=3), {}, "announced 3 of 3 rows, received 2"),
        (observations("2026-01-01", "2026-02-01", units="pch"), {}, "transformed"),
        (observations("2026-01-01", "2026-02-01"), {"frequency": "quarterly"}, "the dates are monthly"),
        (observations("2026-01-01", "2026-04-01"), {"frequency": "monthly"}, "the dates are quarterly"),
        (observations("2026-02-01"), {}, "too few dates"),
        (observations("2026-02-01"), {"frequency": "quarterly"}, "no quarterly period starts on 2026-02-01"),
        (observations("2026-02-30", "2026-03-01"), {}, "“2026-02-30” is no date"),
        (answer('{"observations": {}}'), {}, "“observations” should be a list"),
        (answer("[]"), {}, "“observations” should be a list"),
    ],
)
def test_what_is_not_as_asked_or_announced_is_refused(found, query, said):
    with pytest.raises(SourceChanged, match=said):
        fred.parse(found, query)


@pytest.mark.parametrize("value", ['"NaN"', '"1,234"', '"61.9p"', '""', "1", "true"])
def test_what_is_no_number_and_no_mark_for_missing_is_refused(value):
    body = recorded("fred/observations.json").body.replace(b'"12701"', value.encode())

    with pytest.raises(SourceChanged, match="2026-02-01"):
        fred.parse(answer(body), {})


def test_a_graph_file_may_mix_frequencies():
    found = values(fredgraph.parse(recorded("fred/fredgraph.csv"), {"series": ["MANEMP", "GDPC1"]}))

    assert len(found) == 7 + 3
    assert found["MANEMP", "2025-12"] is None
    assert found["MANEMP", "2026-04"] == Decimal(12690)
    assert found["GDPC1", "2026-Q1"] == Decimal("24010.6")
    assert found["GDPC1", "2026-Q2"] is None


def test_each_column_of_an_archive_file_is_a_vintage():
    rows = alfredgraph.parse(recorded("fred/alfredgraph.csv"), {"series": "GDP"})

    known = {(row.period, row.vintage.date().isoformat()): row.value for row in rows if row.vintage}
    assert len(known) == len(rows) == 8
    assert known["2026-Q1", "2026-05-28"] == Decimal("31819.464")
    assert known["2026-Q1", "2026-06-25"] == Decimal("31865.721")
    assert known["2026-Q2", "2026-05-28"] is None
    assert {row.key for row in rows} == {"GDP"}


@pytest.mark.parametrize(
    ("body", "query", "said"),
    [
        ("observation_date,GDP\n2026-01-01,1\n", {"series": ["GDP", "GNP"]}, "Asked for GNP, which is not"),
        ("observation_date,GDP\n2026-01-01,1\n", {"series": "GNP"}, "Asked for GNP, got GDP"),
        ("observation_date,GDP\n2026-01-01,1,2\n", {}, "expected 2 cells, found 3"),
        ("observation_date,GDP\n2026-01-01,1_000\n", {}, "Line 2, GDP: “1_000” is no number"),
        ("observation_date,GDP,GDP\n2026-01-01,1,1\n", {}, "“GDP” is there twice"),
        ("date,GDP\n2026-01-01,1\n", {}, "expected “observation_date”"),
        ("observation_date,GDP\n", {}, "no lines"),
        (
            "observation_date,GDP\n2026-01-01,1\n2026-02-01,2\n2026-02-01,3\n",
            {},
            "2026-02 appears twice: 2 and 3",
        ),
    ],
)
def test_a_graph_file_that_is_not_as_expected_is_refused(body, query, said):
    with pytest.raises(SourceChanged, match=said):
        fredgraph.parse(answer(body), query)


def test_equal_lines_fold_into_one():
    body = "observation_date,GDP\n2026-01-01,1.0\n2026-02-01,2\n2026-01-01,1.00\n"

    assert len(fredgraph.parse(answer(body), {})) == 2


# --- What FRED itself answered ----------------------------------------------------------------------
def test_recorded_observations_are_read():
    rows = fred.parse(agencys_own("fred/observations_GDP.json"), {"series": "GDP", "frequency": "quarterly"})

    assert len(rows) == 315
    assert [(row.period, row.value) for row in rows[:5]] == [
        ("1946-Q1", None),
        ("1946-Q2", None),
        ("1946-Q3", None),
        ("1946-Q4", None),
        ("1947-Q1", Decimal("243.164")),
    ]
    assert (rows[-1].key, rows[-1].period, rows[-1].value) == ("GDP", "2024-Q3", Decimal("29349.924"))


def test_recorded_graph_file_is_read():
    rows = fred.parse(agencys_own("fredgraph/fredgraph_GS1M_GS1_GS10_GS30.csv"), {})

    found = values(rows)
    assert len(rows) == len(found) == 4 * 878
    assert found["GS1", "1953-04"] == Decimal("2.36")
    assert found["GS1M", "1953-04"] is None
    assert [found[key, "2026-05"] for key in ("GS1M", "GS1", "GS10", "GS30")] == [
        Decimal("3.71"),
        Decimal("3.79"),
        Decimal("4.48"),
        Decimal("5.03"),
    ]


def test_recorded_description_and_days_of_publication_are_read():
    days = fred.vintage_dates(agencys_own("fred/vintagedates_GDP.json"))

    assert fred.parse_metadata(agencys_own("fred/series_GDP.json")) == {
        "GDP": SeriesMetadata("Gross Domestic Product", "Billions of Dollars", "quarterly")
    }
    assert (len(days), days[0], days[-1]) == (393, date(1991, 12, 4), date(2024, 10, 30))


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("observations_GDP.json", 200, "data"),
        ("series_GDP.json", 200, "data"),
        ("vintagedates_GDP.json", 200, "data"),
        ("release_sources.json", 200, "broken"),
        ("error_400_api_key_not_registered.json", 400, "bad_key"),
        ("error_400_series_does_not_exist.json", 400, "unknown_series"),
    ],
)
def test_recorded_answers_are_judged(name, status, kind):
    assert fred.classify(agencys_own(f"fred/{name}", status)).kind == kind


def test_an_answer_without_its_request_has_no_series():
    body = recorded("fred/observations.json").body

    assert {row.key for row in fred.parse(Answer(body, "application/json"), {})} == {""}
