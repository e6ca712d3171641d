import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SeriesMetadata, SourceChanged, bls
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
SERIES = "CES3000000001"
KEY = "ea501ce11f96437e8ea2c2fe3389d937"


def reply(status="REQUEST_SUCCEEDED", messages=(), series=None):
    results = {} if series is None else {"series": series}
    return answer(json.dumps({"status": status, "message": list(messages), "Results": results}))


NO_DATA = ["No Data Available for Series X Year: 1990"]
CUT = ["Year range has been reduced to the system-allowed limit of 10 years."]
EMPTY = {"seriesID": SERIES, "data": []}


def one(period="M01", value="5", year="2026", **more):
    return {
        "seriesID": SERIES,
        "data": [{"year": year, "period": period, "value": value, "footnotes": [{}], **more}],
    }


# --- Asking ---------------------------------------------------------------------------------------
def test_years_and_series_are_split_as_the_bls_allows():
    requests = bls.requests({"series": [f"S{n}" for n in range(60)], "from": 2000}, TODAY)

    asked = [(len(r.json["seriesid"]), r.json["startyear"], r.json["endyear"]) for r in requests]
    assert asked == [(50, "2000", "2019"), (50, "2020", "2026"), (10, "2000", "2019"), (10, "2020", "2026")]
    assert {(r.method, r.path) for r in requests} == {("POST", "timeseries/data/")}


def test_without_a_key_the_pieces_are_smaller():
    query = {"series": [f"S{n}" for n in range(30)], "from": 2010, "to": 2021, "keyless": True}

    asked = [
        (len(r.json["seriesid"]), r.json["startyear"], r.json["endyear"]) for r in bls.requests(query, TODAY)
    ]

    assert asked == [(25, "2010", "2019"), (25, "2020", "2021"), (5, "2010", "2019"), (5, "2020", "2021")]


def test_the_key_is_in_the_secret_request_alone_and_asks_for_the_catalogue():
    request = bls.requests({"series": SERIES, "from": 2020}, TODAY)[0]

    secret = bls.with_key(request, KEY)

    assert (secret.json["registrationkey"], secret.json["catalog"]) == (KEY, True)
    assert "registrationkey" not in request.json


@pytest.mark.parametrize(
    "query",
    [{"from": 2020}, {"series": SERIES}, {"series": SERIES, "from": "20"}, {"series": SERIES, "start": 2020}],
)
def test_a_query_that_cannot_be_meant_is_refused(query):
    with pytest.raises(SourceChanged, match="query"):
        bls.requests(query, TODAY)


# --- Judging --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "kind", "said"),
    [
        (
            reply("REQUEST_NOT_PROCESSED", [f"The key:{KEY} provided by the User is invalid."]),
            "bad_key",
            "key",
        ),
        (reply("REQUEST_NOT_PROCESSED", ["Invalid parameters: startyear"]), "broken", "Invalid parameters"),
        (reply("REQUEST_FAILED", ["Unknown"]), "transient", "failed"),
        (reply(messages=["Series does not exist for Series CES1"], series=[one()]), "unknown_series", "CES1"),
        (reply(messages=NO_DATA, series=[EMPTY]), "data", ""),
        (reply(messages=NO_DATA, series=[one()]), "data", ""),
        (reply(messages=CUT, series=[one()]), "broken", "cut the years"),
        (reply(series=[EMPTY]), "broken", "empty"),
        (reply(series=[]), "broken", "no series"),
        (reply(), "broken", "“series” should be a list"),
        (answer("<html>Down for maintenance</html>"), "transient", "web page"),
        (answer('{"message": "Not found"}', status=404), "unknown_series", "404"),
        (answer("{}"), "broken", "something else"),
        (answer('{"status": "REQUEST_FAILED", "message": 7}'), "transient", "7"),
    ],
)
def test_what_an_answer_is_stands_in_its_messages(found, kind, said):
    judged = bls.classify(found)

    assert judged.kind == kind
    assert said in judged.sentence
    assert KEY not in judged.sentence


def test_a_spent_quota_lasts_until_the_next_day_and_never_shows_the_key():
    words = f"daily threshold for total number of requests allocated to the user with registration key {KEY}"

    judged = bls.classify(reply("REQUEST_NOT_PROCESSED", [f"As the {words} has been reached."]))

    assert (judged.kind, judged.retry_after) == (Kind.QUOTA, timedelta(days=1))
    assert KEY not in judged.sentence


# --- Reading --------------------------------------------------------------------------------------
def test_months_are_read_and_averages_of_longer_periods_left_out():
    rows = bls.parse(recorded("bls/employment.json"), {"series": [SERIES], "frequency": "monthly"})

    assert [(row.period, row.value, row.status, row.note) for row in rows] == [
        ("2025-11", Decimal(12715), "", "Revised."),
        ("2025-12", None, "", "Data unavailable due to a lapse in appropriations."),
        ("2026-01", Decimal(12708), "", ""),
        ("2026-02", Decimal(12701), "", ""),
        ("2026-03", Decimal(12694), "provisional", ""),
    ]


@pytest.mark.parametrize(
    ("code", "period"), [("M07", "2026-07"), ("Q03", "2026-Q3"), ("S01", "2026-S1"), ("A01", "2026")]
)
def test_the_periods_of_the_bls_are_written_our_way(code, period):
    assert [row.period for row in bls.parse(reply(series=[one(code)]), {})] == [period]


@pytest.mark.parametrize("code", ["M13", "Q05", "S03"])
def test_an_average_alone_is_no_value(code):
    assert bls.parse(reply(series=[one(code)]), {}) == []


@pytest.mark.parametrize(
    ("found", "query", "said"),
    [
        (reply(series=[one("M14")]), {}, "“M14” is no period"),
        (reply(series=[one("W01")]), {}, "“W01” is no period"),
        (reply(series=[one(year="26")]), {}, "“26” is no year"),
        (reply(series=[one(value="1,234")]), {}, "“1,234” is no number"),
        (reply(series=[one(value=5)]), {}, "should be a text, found “5”"),
        (reply(series=[one(), one(value="6")]), {}, "2026-01 appears twice: 5 and 6"),
        (reply(series=[one()]), {"series": "CES3133400001"}, "Asked for CES3133400001, got"),
        (reply(series=[one()]), {"series": [SERIES, "LNS1"]}, "Asked for LNS1, which is not in the answer"),
        (reply(series=[one("Q01")]), {"frequency": "monthly"}, "asked for monthly values, got 2026-Q1"),
        (
            reply(messages=["Series does not exist for Series X"], series=[one()]),
            {"series": SERIES},
            "not know",
        ),
        (reply("REQUEST_NOT_PROCESSED", ["daily threshold"]), {}, "as many questions"),
    ],
)
def test_what_is_not_as_asked_is_refused(found, query, said):
    with pytest.raises(SourceChanged, match=said):
        bls.parse(found, query)


def test_years_before_a_series_begins_hold_nothing():
    found = reply(messages=NO_DATA, series=[EMPTY])

    assert bls.parse(found, {"series": [SERIES]}) == []


def test_an_answer_to_a_part_of_the_series_holds_that_part():
    body = reply(series=[one()])
    asked = Request("timeseries/data/", method="POST", json={"seriesid": [SERIES]})
    query = {"series": [SERIES, "CES3133400001"]}

    assert len(bls.parse(type(body)(body.body, "application/json", request=asked), query)) == 1


def test_the_catalogue_says_what_a_series_is():
    assert bls.parse_metadata(recorded("bls/employment.json")) == {
        SERIES: SeriesMetadata(
            "All employees, thousands, manufacturing, seasonally adjusted",
            "ALL EMPLOYEES, THOUSANDS",
            "monthly",
        )
    }


# --- What the BLS itself answered -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "key", "first", "last"),
    [
        ("cpi_CUUR0000SA0_2023.json", "CUUR0000SA0", ("2023-01", "299.170"), ("2023-12", "306.746")),
        (
            "ap_APU0000701111_calculations_catalog.json",
            "APU0000701111",
            ("2022-01", "0.424"),
            ("2022-12", "0.522"),
        ),
    ],
)
def test_recorded_values_are_read(name, key, first, last):
    rows = bls.parse(agencys_own(f"bls/{name}"), {"series": [key], "frequency": "monthly"})

    shown = [(row.period, str(row.value)) for row in rows]
    assert (len(shown), shown[0], shown[-1]) == (12, first, last)


def test_recorded_catalogue_is_read():
    found = bls.parse_metadata(agencys_own("bls/ap_APU0000701111_calculations_catalog.json"))

    assert found["APU0000701111"].title.startswith("Flour, white, all purpose")
    assert found["APU0000701111"].frequency == "monthly"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("error_daily_threshold.json", "quota", "in a day"),
        ("series_does_not_exist.json", "unknown_series", "OEUN0000000000000000000004"),
    ],
)
def test_recorded_refusals_are_judged(name, kind, said):
    judged = bls.classify(agencys_own(f"bls/{name}"))

    assert judged.kind == kind
    assert said in judged.sentence


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        (
            ["Series does not exist for Series CES1"],
            "The BLS does not know CES1. A batch is taken whole or not at all: its other series (1) keep "
            "their values too.",
        ),
        (
            ["Invalid Series for Series CES2", "Series does not exist for Series CES1"],
            "The BLS does not know CES1, CES2. A batch is taken whole or not at all: its other series (1) "
            "keep their values too.",
        ),
    ],
)
def test_every_unknown_series_of_a_batch_is_named_and_nothing_else_is_taken(messages, sentence):
    """R1: a run takes all of a batch or none of it, and says which series is the cause."""
    batch = reply(messages=messages, series=[one(), {"seriesID": "CES1", "data": []}])

    found = bls.classify(batch)

    assert (found.kind, found.sentence) == (Kind.UNKNOWN_SERIES, sentence)
    with pytest.raises(SourceChanged, match="does not know CES1"):
        bls.parse(batch, {"series": [SERIES, "CES1"], "from": 2026})
