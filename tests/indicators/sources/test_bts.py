import json
from datetime import date
from decimal import Decimal

import pytest

from indicators.sources import Kind, Request, SourceChanged, bts
from tests.recorded_answers import agencys_own, answer, recorded

TODAY = date(2026, 11, 20)
QUERY = {"border": "US-Mexico Border", "measures": ["Trucks"], "ports": ["2304"], "from": "2015-01"}
PAGED = (("$order", "date"), ("$limit", "2"), ("$offset", "0"))


def crossing(**change):
    line = {
        "border": "US-Mexico Border",
        "measure": "Trucks",
        "port_code": "2304",
        "date": "2026-06-01T00:00:00.000",
        "value": "1",
    }
    return {name: value for name, value in (line | change).items() if value is not None}


def listed(*lines, params=()):
    return answer(json.dumps(lines), content_type="application/json", params=params)


def test_a_query_becomes_the_first_page_in_a_fixed_order():
    assert bts.requests(QUERY, TODAY) == [
        Request(
            "keg4-3bc2.json",
            (
                ("$select", "border,measure,port_code,date,value"),
                (
                    "$where",
                    "border in ('US-Mexico Border') AND measure in ('Trucks') AND port_code in ('2304')"
                    " AND date >= '2015-01-01'",
                ),
                ("$order", "date,border,measure,port_code"),
                ("$limit", "50000"),
                ("$offset", "0"),
            ),
        )
    ]


def test_crossings_of_a_whole_border_are_summed_by_the_agency():
    (request,) = bts.requests(QUERY | {"by": "border", "ports": []}, TODAY)

    asked = dict(request.params)
    assert asked["$select"] == "border,measure,date,sum(value) as value"
    assert asked["$group"] == "border,measure,date"
    assert asked["$order"] == "date,border,measure"


def test_quotes_in_a_query_stay_text():
    (request,) = bts.requests(QUERY | {"measures": "Trucks' OR '1'='1"}, TODAY)

    assert "measure in ('Trucks'' OR ''1''=''1')" in dict(request.params)["$where"]


def test_the_token_is_added_to_a_copy():
    (request,) = bts.requests(QUERY, TODAY)

    assert bts.with_key(request, "SECRET").headers == {"X-App-Token": "SECRET"}
    assert "SECRET" not in repr(request)


def test_a_full_page_has_a_next_one_and_another_has_none():
    request = Request("keg4-3bc2.json", PAGED)

    following = bts.next_request(listed(crossing(), crossing(port_code="2305")), request)

    assert following == Request("keg4-3bc2.json", (("$order", "date"), ("$limit", "2"), ("$offset", "2")))
    assert bts.next_request(listed(crossing()), request) is None
    assert dict(bts.next_request(listed(crossing(), crossing()), following).params)["$offset"] == "4"


@pytest.mark.parametrize(("body", "status"), [("<html>", 200), ("[]", 503), ("[", 200)])
def test_what_is_no_page_has_no_next_one(body, status):
    assert bts.next_request(answer(body, status=status), Request("keg4-3bc2.json", PAGED)) is None


def test_an_empty_first_page_is_an_unknown_series_and_an_empty_later_one_the_end():
    assert bts.classify(listed(params=PAGED)).kind == Kind.UNKNOWN_SERIES
    later = listed(params=(("$order", "date"), ("$limit", "2"), ("$offset", "2")))
    assert bts.classify(later).kind == Kind.DATA
    assert bts.parse(later, QUERY) == []


def test_crossings_are_named_by_the_code_of_the_port_and_keep_its_zeros():
    rows = bts.parse(recorded("bts/trucks.json"), {})

    assert [(row.key, row.period, row.value) for row in rows] == [
        ("US-Canada Border:Trucks:0708", "2026-06", Decimal(15000)),
        ("US-Mexico Border:Trucks:2304", "2026-06", Decimal(250001)),
        ("US-Mexico Border:Trucks:2304", "2026-07", None),
    ]


def test_sums_of_a_border_have_no_port():
    query = {"border": ["US-Mexico Border", "US-Canada Border"], "measures": "Trucks", "by": "border"}

    rows = bts.parse(recorded("bts/trucks_by_border.json"), query)

    assert [row.key for row in rows] == ["US-Canada Border:Trucks", "US-Mexico Border:Trucks"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (crossing(border="US-Canada Border"), "Line 1: asked for US-Mexico Border, got US-Canada Border"),
        (crossing(measure="Trains"), "asked for Trucks, got Trains"),
        (crossing(port_code="2305"), "asked for 2304, got 2305"),
        (crossing(port_code=2304), "“port_code” is not there"),
        (crossing(port_code=None), "“port_code” is not there"),
        (crossing(date="2026-06-15T00:00:00.000"), "is no first day of a month"),
        (crossing(date=None), "is no first day of a month"),
        (crossing(value="1,234"), "US-Mexico Border:Trucks:2304 2026-06: “1,234” is no number"),
        (crossing(value=True), "“True” is no number"),
    ],
)
def test_what_was_not_asked_for_or_cannot_be_read_is_named(line, said):
    with pytest.raises(SourceChanged, match=said):
        bts.parse(listed(line), QUERY)


def test_a_number_beyond_belief_is_refused_in_json_too():
    body = json.dumps([crossing()]).replace('"1"', "1e999")

    with pytest.raises(SourceChanged, match="is no number"):
        bts.parse(answer(body), {})


def test_two_values_for_a_port_and_month_are_refused():
    with pytest.raises(SourceChanged, match="2026-06 appears twice: 1 and 2"):
        bts.parse(listed(crossing(), crossing(value="2")), {})


@pytest.mark.parametrize(
    ("count", "params"), [(1000, ()), (50_000, ()), (1, (("$limit", "1"),)), (1000, (("$order", "date"),))]
)
def test_a_list_that_fills_a_limit_without_pages_is_refused_as_cut(count, params):
    full = listed(*[crossing()] * count, params=params)

    with pytest.raises(SourceChanged, match=f"Exactly {count} lines"):
        bts.parse(full, {})


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ('{"code":"dataset.missing","error":true,"message":"Not found"}', 404, Kind.UNKNOWN_SERIES),
        (
            '{"code":"permission_denied","error":true,"message":"Invalid app_token specified"}',
            403,
            Kind.BAD_KEY,
        ),
        ('{"error":true,"message":"You do not have permission"}', 403, Kind.BROKEN),
        ('{"message":"Too many requests"}', 429, Kind.QUOTA),
        ('{"message":"still building"}', 202, Kind.TRANSIENT),
        ("", 304, Kind.NO_CHANGE),
        ('{"error":true,"message":"odd"}', 200, Kind.BROKEN),
        ("<html>", 200, Kind.TRANSIENT),
    ],
)
def test_answers_that_are_no_data(body, status, kind):
    found = bts.classify(answer(body, status=status))

    assert found.kind == kind
    assert found.sentence


def test_the_bureaus_own_trucks_of_two_months():
    found = agencys_own("bts_socrata/border_trucks_2026-07_08_trimmed.json")

    assert bts.classify(found).kind == Kind.DATA
    rows = bts.parse(found, {"measures": "Trucks"})
    values = {(row.key, row.period): row.value for row in rows}
    assert len(rows) == len(values) == 20
    assert values["US-Canada Border:Trucks:0203", "2026-08"] == 203
    assert values["US-Canada Border:Trucks:3801", "2026-07"] == 114737
    assert values["US-Mexico Border:Trucks:2304", "2026-07"] == 259672
    assert values["US-Mexico Border:Trucks:2304", "2026-08"] == 258700


def test_the_platforms_own_refusal_names_the_column():
    found = bts.classify(agencys_own("bts_socrata/error_400_no_such_column.json", status=400))

    assert found.kind == Kind.BROKEN
    assert "No such column: nosuchcolumn" in found.sentence
