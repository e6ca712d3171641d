"""Whatever is asked, the answer is below 500 and says what was wrong and where (R24, R25, R36)."""

import logging

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.api import SourceViewSet

FIELDS = {"type", "title", "status", "detail", "code", "field", "id"}
NINES = "9" * 5000

BAD = [
    ("goals/", {"nonsense": "1"}, "nonsense", "unknown_parameter"),
    ("goals/", {"is_current": "1"}, "is_current", "unknown_parameter"),
    ("goals/g1/", {"page": "1"}, "page", "unknown_parameter"),
    ("goals/", {"ordering": "code"}, "ordering", "unknown_parameter"),
    ("observations/", {"value": "1"}, "value", "unknown_parameter"),
    ("observations/", {"series__source__code__regex": ".*"}, "series__source__code__regex", None),
    ("progress/", {"page": "1"}, "page", "unknown_parameter"),
    ("schema/", {"version": "2"}, "version", "unknown_parameter"),
    ("indicators/", {"ordering": "value"}, "ordering", "unknown_ordering"),
    ("indicators/", {"ordering": "--code"}, "ordering", "unknown_ordering"),
    ("indicators/", {"ordering": "code,series__feed__code"}, "ordering", "unknown_ordering"),
    ("indicators/", {"origin": "guessed"}, "origin", "invalid_choice"),
    ("sub-goals/", {"state": "draft"}, "state", "invalid_choice"),
    ("targets/", {"is_headline": "maybe"}, "is_headline", "invalid_choice"),
    ("targets/", {"is_headline": "1"}, "is_headline", "invalid_choice"),
    ("observations/", {"as_of": "2026-02-30"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "20260301"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "2026-3-1"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "0000-01-01"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "10000-01-01"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "today"}, "as_of", "bad_date"),
    ("observations/", {"as_of": "２０２６-０１-０１"}, "as_of", "bad_date"),
    ("observations/", {"period_from": "2024-13"}, "period_from", "bad_period"),
    ("observations/", {"period_from": "2024-00"}, "period_from", "bad_period"),
    ("observations/", {"period_to": "2024-Q5"}, "period_to", "bad_period"),
    ("observations/", {"period_to": "0000"}, "period_to", "bad_period"),
    ("observations/", {"period_to": "２０２４"}, "period_to", "bad_period"),
    ("observations/", {"series": "1.0"}, "series", "bad_id"),
    ("observations/", {"series": "1_0"}, "series", "bad_id"),
    ("observations/", {"series": "-1"}, "series", "bad_id"),
    ("observations/", {"series": "9" * 19}, "series", "bad_id"),
    ("observations/", {"series": NINES}, "series", "too_long"),
    ("observations/", {"page": "0"}, "page", "bad_page"),
    ("observations/", {"page": "-1"}, "page", "bad_page"),
    ("observations/", {"page": "last"}, "page", "bad_page"),
    ("observations/", {"page": "1.5"}, "page", "bad_page"),
    ("observations/", {"page": "１"}, "page", "bad_page"),
    ("observations/", {"page": "999999999"}, "page", "bad_page"),
    ("observations/", {"page": "9" * 30}, "page", "bad_page"),
    ("observations/", {"page": NINES}, "page", "too_long"),
    ("observations/", {"page_size": "0"}, "page_size", "bad_page_size"),
    ("observations/", {"page_size": "201"}, "page_size", "bad_page_size"),
    ("observations/", {"page_size": "all"}, "page_size", "bad_page_size"),
    ("observations/", {"indicator": "a\0b"}, "indicator", "bad_characters"),
    ("observations/", {"indicator": "a\nb"}, "indicator", "bad_characters"),
    ("observations/", {"indicator": ""}, "indicator", "empty_parameter"),
    ("observations/", {"indicator": ["a", "b"]}, "indicator", "repeated_parameter"),
    ("goals/", {"lang": "de"}, "lang", "unknown_language"),
    ("goals/", {"lang": "en\0"}, "lang", "bad_characters"),
    ("goals/", {"format": "xml"}, "format", "unknown_format"),
    ("goals/", {"format": "api"}, "format", "unknown_format"),
    ("progress/", {"format": "csv"}, "format", "unknown_format"),
]


@pytest.mark.parametrize(("path", "parameters", "field", "code"), BAD)
def test_a_parameter_that_cannot_be_honoured_is_refused_by_name(ask, path, parameters, field, code):
    response = ask(path, **parameters)

    problem = response.json()
    assert response.status_code == problem["status"] == 400
    assert response["Content-Type"] == "application/problem+json"
    assert set(problem) == FIELDS
    assert problem["field"] == field
    assert code is None or problem["code"] == code
    assert problem["detail"]


@pytest.mark.parametrize(
    "address",
    ["indicators/%FF/", "indicators/a%00b/", "observations/1%0A/", "observations/" + NINES + "/",
     "observations/999999999999999999/", "observations/-1/", "sub-goals/%ED%A0%80/", "progress/goal:g9/",
     "progress/%2e%2e/", "targets/nothing/", "nothing/", "nothing", "organizations/x/y/z/", "%0A"],
)  # fmt: skip
def test_what_is_not_there_is_a_404_in_the_same_form(client, db, address):
    response = client.get(f"/api/v1/{address}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("query", ["indicator=%FF", "indicator=%ED%A0%80", "%00=1", "=", "&&&", "a" * 3000])
def test_an_address_that_is_no_text_is_answered(client, db, query):
    assert client.get(f"/api/v1/observations/?{query}").status_code in (200, 400)


def test_too_many_parameters_are_refused(client, db):
    query = "&".join(f"a{number}=1" for number in range(2000))

    response = client.get(f"/api/v1/goals/?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "goals/", "goals/g1/", "progress/", "schema/", "docs/"])
def test_nothing_can_be_written(client, db, method, path):
    response = getattr(client, method)(f"/api/v1/{path}", "{", content_type="application/json")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["code"] == "method_not_allowed"


def test_a_format_nobody_offers_is_not_acceptable(ask):
    response = ask("goals/", headers={"accept": "image/png"})

    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_the_id_of_a_problem_stands_in_the_log(ask, caplog):
    with caplog.at_level(logging.WARNING, "northamerica.api"):
        problem = ask("goals/", nonsense="a\nforged line").json()

    line = next(record.getMessage() for record in caplog.records if record.name == "northamerica.api")
    assert problem["id"] in line
    assert "\n" not in line


def test_an_error_of_ours_shows_an_id_and_no_trace(ask, monkeypatch, caplog):
    monkeypatch.setattr(SourceViewSet, "get_queryset", fail(RuntimeError("secret inner words")))

    response = ask("sources/")

    assert (response.status_code, response.json()["code"]) == (500, "error")
    assert "secret" not in response.content.decode()
    assert "secret inner words" in caplog.text
    assert response.json()["id"] in caplog.text


def test_a_database_that_does_not_answer_is_a_503_that_says_when_to_come_back(ask, monkeypatch):
    monkeypatch.setattr(SourceViewSet, "get_queryset", fail(OperationalError("server closed")))

    response = ask("sources/")

    assert (response.status_code, response["Retry-After"]) == (503, "30")


def fail(error: Exception):
    def failing(view):
        raise error

    return failing


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["indicator", "series", "area", "period_from", "as_of", "page", "page_size", "ordering"]
    ),
    value=st.text(max_size=30) | st.integers().map(str) | st.floats().map(str) | st.dates().map(str),
)
def test_no_value_of_a_parameter_makes_a_server_error(ask, name, value):
    response = ask("observations/", **{name: value.encode("utf-8", "replace").decode()})

    assert response.status_code in (200, 400)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_name_of_an_object_makes_a_server_error(ask, name):
    for place in ("indicators", "progress", "sub-goals", "observations"):
        assert ask(f"{place}/{name}/").status_code < 500
