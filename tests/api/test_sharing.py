"""Answers are the same for everybody: they carry an ETag and may be kept per edition (R19)."""

import pytest
from django.core.management import call_command

from indicators import edition
from public import middleware
from public.middleware import clock

ADDRESSES = ["goals/", "goals/?format=json", "goals/?format=csv", "progress/", "schema/", "docs/", ""]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unchanged_answer_is_a_304(ask, address):
    first = ask(address)

    again = ask(address, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_answer_sets_a_cookie_or_depends_on_one(ask, address):
    response = ask(address)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "public" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["goals/?format=json", "progress/", "schema/"])
def test_a_kept_answer_costs_no_query(ask, address, django_assert_num_queries, monkeypatch):
    """However long this machine takes from one look at the edition to the next."""
    monkeypatch.setattr(middleware, "EDITION_LOOKUP_SECONDS", 3600)
    ask(address)

    with django_assert_num_queries(0):
        assert ask(address).status_code == 200


def test_a_new_edition_is_asked_of_the_database_again(ask, django_assert_max_num_queries):
    before = ask("progress/", lang="en").json()
    edition.advance()
    clock.forget()

    with django_assert_max_num_queries(6) as counted:
        assert ask("progress/", lang="en").json() == before
    assert len(counted) > 1


def test_a_kept_answer_of_one_format_is_never_given_for_the_other(ask):
    for accept in ("application/json", "text/csv", "application/json"):
        assert ask("sources/", headers={"accept": accept})["Content-Type"].startswith(accept)


def test_a_problem_is_not_kept(ask):
    assert ask("goals/", nonsense=1)["Cache-Control"] == "no-store"
    assert "ETag" not in ask("nothing/")


def test_an_odd_host_reaches_no_link(ask, settings):
    settings.ALLOWED_HOSTS = ["odd.example", "testserver"]

    assert "odd.example" not in ask("indicators/", headers={"host": "odd.example"}).content.decode()


def test_head_is_get_without_a_body(client, db):
    response = client.head("/api/v1/goals/")

    assert (response.status_code, response.content) == (200, b"")


def test_an_address_without_its_last_slash_leads_on(ask):
    response = ask("goals", lang="fr")

    assert (response.status_code, response["Location"]) == (301, "/api/v1/goals/?lang=fr")


# --- The document and its page ------------------------------------------------------------------
def test_the_openapi_document_is_valid_and_complete(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_the_openapi_document_describes_every_endpoint_and_its_problems(ask):
    document = ask("schema/").json()

    assert {"/api/v1/observations/", "/api/v1/progress/{node}/explanation/"} <= set(document["paths"])
    for path, operations in document["paths"].items():
        if path.endswith("/refresh/"):
            assert {"202", "400", "403", "404", "409", "503"} <= set(operations.pop("post")["responses"])
            continue
        if path.startswith(("/api/v1/my/", "/api/v1/queue/")):
            check_private(operations)
            continue
        assert set(operations) == {"get"}
        assert {"200", "400", "404"} <= set(operations["get"]["responses"])
    names = {
        parameter["name"] for parameter in document["paths"]["/api/v1/observations/"]["get"]["parameters"]
    }
    assert {"as_of", "period_from", "indicator", "page_size", "lang", "format", "ordering"} <= names


def check_private(operations: dict) -> None:
    """Each needs a token or a session; each change over a version needs If-Match."""
    for method, operation in operations.items():
        assert operation["security"] == [{"token": []}, {"cookieAuth": []}]
        known = set(operation["responses"])
        assert {"400", "401", "403", "404", "429"} <= known
        if method != "get":
            assert {"409", "413", "415"} <= known
        needs_version = any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
        assert ({"412", "428"} <= known) == needs_version
        assert needs_version or method != "patch"


def test_the_page_of_the_document_asks_only_ourselves_and_runs_nothing_inline(ask):
    page = ask("docs/").content.decode()

    assert "//" not in page.replace("<!DOCTYPE html>", "")
    assert "<style" not in page
    assert "<script>" not in page
    assert "style=" not in page
    assert "unsafe-inline" not in ask("docs/")["Content-Security-Policy"]
