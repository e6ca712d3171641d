"""Lists: what they can be narrowed down by, their pages, and what they cost (R32)."""

import pytest

from tests.api.conftest import results

QUERIES = {
    "goals/": 4,
    "targets/": 8,
    "progress/": 5,
    "progress/overall/": 2,
    "progress/goal:g1/explanation/": 3,
    "progress/goal:g1/history/": 4,
    "sub-goals/": 3,
    "sub-goals/sample-apprentices/updates/": 4,
    "organizations/": 2,
    "indicators/": 2,
    "series/": 2,
    "observations/": 3,
    "sources/": 2,
    "documents/": 2,
}


@pytest.fixture
def with_edition_known(ask):
    """The edition is looked up at most once a second, whatever is asked; it is not counted here."""
    ask()


@pytest.mark.usefixtures("with_edition_known")
@pytest.mark.parametrize(("path", "queries"), QUERIES.items())
def test_an_answer_costs_a_fixed_number_of_queries(ask, django_assert_max_num_queries, path, queries):
    with django_assert_max_num_queries(queries):
        assert ask(path).status_code == 200


@pytest.mark.usefixtures("with_edition_known")
@pytest.mark.parametrize("path", ["observations/", "series/", "targets/", "indicators/", "sub-goals/"])
@pytest.mark.parametrize("size", [1, 200])
def test_the_number_of_rows_does_not_change_the_number_of_queries(
    ask, django_assert_max_num_queries, path, size
):
    with django_assert_max_num_queries(QUERIES[path]):
        assert ask(path, page_size=size).status_code == 200


@pytest.mark.parametrize(
    ("path", "narrowed", "field"),
    [
        ("indicators/", {"origin": "derived"}, "origin"),
        ("indicators/", {"frequency": "annual"}, "frequency"),
        ("series/", {"indicator": "hdi-rank"}, "indicator"),
        ("series/", {"area": "USA"}, "area"),
        ("series/", {"partner": "MEX"}, "partner"),
        ("series/", {"source": "calculated"}, "source"),
        ("observations/", {"area": "CAN"}, "area"),
        ("observations/", {"series": 1}, "series"),
        ("targets/", {"goal": "g3"}, "goal"),
        ("sub-goals/", {"goal": "g1"}, "goal"),
        ("sub-goals/", {"organization": "sample-great-lakes-tools"}, "organization"),
        ("sub-goals/", {"state": "withdrawn"}, "state"),
        ("organizations/", {"type": "government"}, "type"),
    ],
)
def test_a_filter_leaves_only_what_it_names(ask, path, narrowed, field):
    everything, found = ask(path).json(), results(ask(path, **narrowed))

    assert 0 < len(found) < everything["count"]
    assert {row[field] for row in found} == set(narrowed.values())


def test_yes_and_no_are_written_out(ask):
    headline = ask("targets/", is_headline="true").json()["count"]
    others = ask("targets/", is_headline="false").json()["count"]

    assert headline + others == ask("targets/").json()["count"]
    assert headline == len(results(ask("targets/", is_headline="true", page_size=200)))


def test_a_code_nobody_has_gives_an_empty_list(ask):
    assert ask("series/", indicator="no-such-indicator").json()["count"] == 0


def test_pages_hold_fifty_rows_unless_asked_otherwise_and_every_row_once(ask):
    first = ask("observations/").json()
    assert len(first["results"]) == 50
    seen = [row["id"] for row in first["results"]]
    address = first["next"]
    while address:
        page = ask(address.removeprefix("/api/v1/")).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert len(seen) == len(set(seen)) == first["count"]


def test_links_between_pages_hold_no_host_and_stand_in_the_header_too(ask):
    response = ask("indicators/", page=2, page_size=20)

    assert response.json()["next"] == "/api/v1/indicators/?page=3&page_size=20"
    assert response.json()["previous"] == "/api/v1/indicators/?page_size=20"
    assert '</api/v1/indicators/?page=3&page_size=20>; rel="next"' in response["Link"]


def test_an_ordering_can_be_turned_round(ask):
    forth = [row["code"] for row in results(ask("indicators/", ordering="code", page_size=200))]
    back = [row["code"] for row in results(ask("indicators/", ordering="-code", page_size=200))]

    assert forth == sorted(forth)
    assert back == forth[::-1]
