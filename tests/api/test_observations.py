"""Figures travel whole, exactly, and as they were known on a day (R4, R6)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.models import Observation, Source
from tests.api.conftest import add_vintage, results, rows

PERIODS = [date(year, 1, 1) for year in (2021, 2022, 2023, 2024)]

exact_numbers = st.builds(
    lambda sign, whole, fraction: f"{sign}{whole}{'.' if fraction else ''}{fraction}",
    st.sampled_from(["", "-"]),
    st.from_regex(r"0|[1-9][0-9]{0,30}", fullmatch=True),
    st.from_regex(r"[0-9]{0,30}", fullmatch=True),
).filter(lambda text: not text.startswith("-") or Decimal(text) != 0)
"""Without minus zero, which PostgreSQL keeps as zero."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=exact_numbers)
def test_a_number_is_the_same_text_in_the_store_the_api_and_the_csv(text, ask, series):
    published = date(2025, 3, 1) + timedelta(days=series.observations.count())
    observation = add_vintage(series, text, published)

    assert ask(f"observations/{observation.pk}/").json()["value"] == text
    listed = ask("observations/", headers={"accept": "text/csv"}, indicator="tested")
    assert [row["value"] for row in rows(listed)] == [text]


def test_a_figure_carries_unit_period_vintage_source_citation_and_checksum(ask):
    figure = results(ask("observations/", indicator="trade-linked-employment", page_size=1))[0]

    assert figure["unit"] == "million_persons"
    assert figure["period"] == figure["period_start"][:4]
    assert figure["vintage"].endswith("Z")
    assert figure["recorded_at"].endswith("Z")
    assert figure["source"] == "published-figures"
    assert "The North American Project" in figure["citation"]
    assert len(figure["payload_sha256"]) == 64
    assert figure["status"] == "final"


def test_a_figure_without_a_document_cites_its_source_as_that_wants_to_be_named(ask, series):
    Source.objects.filter(pk=series.source_id).update(attribution="Agency X, Table 1")
    observation = add_vintage(series, "1.6", date(2025, 3, 5))

    assert ask(f"observations/{observation.pk}/").json()["citation"] == "Agency X, Table 1"


def test_a_calculated_figure_names_the_observations_it_rests_on(ask):
    calculated = results(ask("observations/", source="calculated", page_size=1))[0]

    assert calculated["payload_sha256"] is None
    assert calculated["inputs"]
    for pk in calculated["inputs"]:
        assert ask(f"observations/{pk}/").json()["id"] == pk


def test_the_current_vintage_is_given_unless_a_day_is_named(ask, series):
    add_vintage(series, "1.60", date(2025, 3, 5))
    add_vintage(series, "1.64", date(2025, 9, 20))

    assert [row["value"] for row in results(ask("observations/", indicator="tested"))] == ["1.64"]


@pytest.mark.parametrize(
    ("day", "known"),
    [
        ("2025-03-04", []),
        ("2025-03-05", ["1.60"]),
        ("2025-09-19", ["1.60"]),
        ("2025-09-20", ["1.64"]),
        ("9999-12-31", ["1.64"]),
        ("0001-01-01", []),
    ],
)
def test_as_of_gives_what_was_known_at_the_end_of_that_day(ask, series, day, known):
    add_vintage(series, "1.60", date(2025, 3, 5))
    add_vintage(series, "1.64", date(2025, 9, 20))

    found = results(ask("observations/", indicator="tested", as_of=day))

    assert [row["value"] for row in found] == known


def test_an_earlier_vintage_is_still_found_by_its_id(ask, series):
    earlier = add_vintage(series, "1.60", date(2025, 3, 5))
    add_vintage(series, "1.64", date(2025, 9, 20))

    found = ask(f"observations/{earlier.pk}/").json()

    assert (found["value"], found["is_current"]) == ("1.60", False)


def test_a_withdrawn_value_is_null_and_an_empty_cell_and_never_zero(ask, series):
    add_vintage(series, "1.60", date(2025, 3, 5))
    add_vintage(series, None, date(2025, 9, 20))

    assert results(ask("observations/", indicator="tested"))[0]["value"] is None
    assert rows(ask("observations/", indicator="tested", format="csv"))[0]["value"] == ""


@pytest.mark.parametrize(
    ("bounds", "years"),
    [
        ({"period_from": "2023"}, ["2023", "2024"]),
        ({"period_to": "2022"}, ["2021", "2022"]),
        ({"period_from": "2022", "period_to": "2023-Q4"}, ["2022", "2023"]),
        ({"period_from": "2022-02"}, ["2023", "2024"]),
        ({"period_from": "2025"}, []),
    ],
)
def test_periods_can_be_bounded_on_both_sides(ask, series, bounds, years):
    for period in PERIODS:
        add_vintage(series, "1", date(2025, 3, 5), period)

    found = results(ask("observations/", indicator="tested", **bounds))

    assert [row["period"] for row in found] == years


def test_no_figure_of_the_packaged_ones_is_changed_on_its_way_out(ask):
    stored = {row.pk: row.value for row in Observation.objects.current()}
    told: dict[int, Decimal | None] = {}
    page = 1
    while len(told) < len(stored):
        for row in results(ask("observations/", page=page, page_size=200)):
            told[row["id"]] = None if row["value"] is None else Decimal(row["value"])
        page += 1

    assert told == stored
