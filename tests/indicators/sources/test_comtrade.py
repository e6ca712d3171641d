import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

import pytest

from indicators.sources import Kind, SourceChanged, comtrade
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
QUERY = {"reporters": "842", "partners": ["484", "124"], "flows": ["M", "X"], "from": "2013"}


def trade(**change):
    line = {
        "freqCode": "A", "period": "2023", "reporterCode": 842, "partnerCode": 484, "flowCode": "M",
        "cmdCode": "TOTAL", "motCode": 0, "partner2Code": 0, "customsCode": "C00", "primaryValue": 1,
    }  # fmt: skip
    return line | change


def found_lines(*lines, count=None):
    body = {
        "elapsedTime": "0.1 secs",
        "count": len(lines) if count is None else count,
        "data": lines,
        "error": "",
    }
    return answer(json.dumps(body), content_type="application/json")


def test_a_query_becomes_keyless_requests_of_twelve_periods_up_to_the_last_whole_year():
    requests = comtrade.requests(QUERY, TODAY)

    assert [request.path for request in requests] == ["public/v1/preview/C/A/HS"] * 2
    first, second = (dict(request.params) for request in requests)
    assert first["period"].split(",") == [str(year) for year in range(2013, 2025)]
    assert second["period"] == "2025"
    assert (first["reporterCode"], first["partnerCode"], first["flowCode"]) == ("842", "484,124", "M,X")
    assert (first["cmdCode"], first["motCode"], first["partner2Code"]) == ("TOTAL", "0", "0")
    assert first["customsCode"] == "C00"


def test_months_are_asked_a_year_at_a_time():
    requests = comtrade.requests(QUERY | {"from": "2024", "frequency": "M"}, TODAY)

    assert [dict(request.params)["period"][:6] for request in requests] == ["202401", "202501"]
    assert requests[0].path == "public/v1/preview/C/M/HS"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "2026"}, "not over"),
        ({"partners": []}, "lacks “partners”"),
        ({"frequency": "Q"}, "A and M"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(change, said):
    with pytest.raises(SourceChanged, match=said):
        comtrade.requests(QUERY | change, TODAY)


def test_a_request_asks_for_no_more_lines_than_the_preview_gives():
    chapters = [f"{number:02}" for number in range(1, 25)]
    query = QUERY | {"partners": ["484"], "flows": ["X", "M"], "commodities": chapters, "from": "2012"}

    asked = [dict(request.params)["period"].split(",") for request in comtrade.requests(query, TODAY)]

    assert max(len(periods) * 24 * 2 for periods in asked) == 480  # 10 years; 11 would bring 528
    assert list(chain(*asked)) == [str(year) for year in range(2012, TODAY.year)]


def test_more_series_than_the_preview_has_lines_are_refused():
    query = QUERY | {"commodities": [f"{number:04}" for number in range(300)]}

    with pytest.raises(SourceChanged, match="the preview gives 499 lines"):
        comtrade.requests(query, TODAY)


def test_with_a_key_a_copy_asks_the_full_service():
    request = comtrade.requests(QUERY, TODAY)[0]

    keyed = comtrade.with_key(request, "SECRET")

    assert keyed.path == "data/v1/get/C/A/HS"
    assert keyed.headers == {"Ocp-Apim-Subscription-Key": "SECRET"}
    assert "SECRET" not in repr(request)


def test_lines_become_series_named_by_reporter_partner_flow_and_commodity():
    rows = comtrade.parse(recorded("comtrade/imports.json"), QUERY)

    assert [(row.key, row.period, row.value) for row in rows] == [
        ("842.484.M.TOTAL", "2022", None),
        ("842.484.M.TOTAL", "2023", Decimal("480000000001.5")),
    ]


def test_months_have_our_form():
    (row,) = comtrade.parse(found_lines(trade(freqCode="M", period="202307")), QUERY | {"frequency": "M"})

    assert row.period == "2023-07"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (trade(reporterCode=156), "Line 1: asked for reporterCode 842, got 156"),
        (trade(partnerCode=0), "asked for partnerCode 484, 124, got 0"),
        (trade(flowCode="RX"), "asked for flowCode M, X, got RX"),
        (trade(cmdCode="87"), "asked for cmdCode TOTAL, got 87"),
        (trade(freqCode="M", period="202307"), "another frequency than “M”"),
        (trade(motCode=2100), "motCode is 2100, expected the total, 0"),
        (trade(period="2023-13"), "“2023-13” is no period"),
        (trade(primaryValue="61,9"), "842.484.M.TOTAL 2023: “61,9” is no number"),
    ],
)
def test_what_was_not_asked_for_or_cannot_be_read_is_named(line, said):
    with pytest.raises(SourceChanged, match=said):
        comtrade.parse(found_lines(line), QUERY)


def test_fewer_lines_than_announced_are_refused():
    with pytest.raises(SourceChanged, match="Announced 2, received 1"):
        comtrade.parse(found_lines(trade(), count=2), {})


def test_two_values_for_a_period_are_refused():
    with pytest.raises(SourceChanged, match="2023 appears twice: 1 and 2"):
        comtrade.parse(found_lines(trade(), trade(primaryValue=2)), {})


@pytest.mark.parametrize("count", [500, 100_000])
def test_an_answer_that_fills_a_limit_is_refused_as_cut(count):
    with pytest.raises(SourceChanged, match=f"Exactly {count} lines"):
        comtrade.parse(found_lines(*[trade()] * count), {})


@pytest.mark.parametrize(
    ("body", "status", "headers", "kind", "wait"),
    [
        ({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 5 seconds."}, 429, {},
         Kind.QUOTA, timedelta(seconds=5)),
        ({"message": "Out of call volume quota. Quota will be replenished in 03:14:17."}, 403,
         {}, Kind.QUOTA, timedelta(hours=3, minutes=14, seconds=17)),
        ({"message": "Out of call volume quota. Quota will be replenished in 3.11:17:14."}, 403,
         {}, Kind.QUOTA, timedelta(days=3, hours=11, minutes=17, seconds=14)),
        ({"statusCode": 403, "message": "Out of call volume quota."}, 403, {"retry-after": "60"},
         Kind.QUOTA, timedelta(seconds=60)),
        ({"statusCode": 401, "message": "Access denied due to invalid subscription key."}, 401, {},
         Kind.BAD_KEY, None),
        ({"errorObject": {"errorMessage": "The field reporterCode is invalid"}}, 200, {}, Kind.BROKEN, None),
        ({"count": 0, "data": [], "error": "Something went wrong"}, 200, {}, Kind.BROKEN, None),
        ({"message": "The resource you are looking for has been removed"}, 404, {}, Kind.BROKEN, None),
        ({"message": "Something went wrong"}, 500, {}, Kind.TRANSIENT, None),
    ],
)  # fmt: skip
def test_answers_that_are_no_data(body, status, headers, kind, wait):
    found = comtrade.classify(answer(json.dumps(body), status=status, headers=headers))

    assert (found.kind, found.retry_after) == (kind, wait)
    assert found.sentence


def test_comtrades_own_trade_of_china_with_two_partners():
    found = agencys_own("comtrade/get_C_A_HS_CHN_ARG_DEU_2010.json")

    assert comtrade.classify(found).kind == Kind.DATA
    query = {"reporters": "156", "partners": ["32", "280", "276"], "flows": ["M", "X"]}
    assert {(row.key, row.period): row.value for row in comtrade.parse(found, query)} == {
        ("156.32.M.TOTAL", "2010"): Decimal(6804128143),
        ("156.276.M.TOTAL", "2010"): Decimal(74251272075),
        ("156.32.X.TOTAL", "2010"): Decimal(6115764185),
        ("156.276.X.TOTAL", "2010"): Decimal(68047133397),
    }


def test_comtrades_own_empty_answer_is_an_unknown_series():
    found = agencys_own("comtrade/empty_result_count0.json")

    assert comtrade.classify(found).kind == Kind.UNKNOWN_SERIES
    with pytest.raises(SourceChanged, match="no lines"):
        comtrade.parse(found, {})
