"""A held batch is decided by a person, once, with a reason (R5)."""

from decimal import Decimal

import pytest

from indicators import held as comparing
from indicators import held_charts
from indicators.models import HeldBatch, Series


def decide(client, held, **sent) -> str:
    """What the page says after a decision was sent."""
    response = client.post(f"/admin/indicators/heldbatch/{held.pk}/decide/", sent, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def current_value(observation):
    return observation.series.observations.current().get(period=observation.period).value


def test_published_and_read_values_stand_side_by_side(admin, held, published):
    response = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/")

    [one] = response.context["compared"]
    row = next(row for row in one["held"].rows if row.is_in_answer)
    assert (row.published, row.read, row.change_percent) == (published.value, published.value * 2, 100)
    assert {"published": held_charts.exact(published.value), "change": "100.0%"}.items() <= next(
        shown for shown in one["rows"] if shown["period"] == published.period_label
    ).items()


def test_a_known_period_that_the_batch_lacks_is_shown(admin, held, published):
    published_periods = published.series.observations.current().exclude(value=None).count()

    [one] = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/").context["compared"]

    assert len([row for row in one["rows"] if row["read"] == "not in the answer"]) == published_periods - 1


def test_a_small_chart_lays_what_was_read_over_what_is_published(admin, held, published):
    text = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/").content.decode()

    assert text.count('<svg class="chart trajectory"') == 1
    assert f'<title id="held-1-small-title">Published and read values of {published.series}</title>' in text
    assert "Read: 1 values" not in text
    assert "style=" not in text.partition('id="side-by-side"')[2].partition("</section>")[0]


def test_the_chart_says_in_words_what_it_shows(held, published):
    [one] = comparing.comparisons(held)

    svg = held_charts.draw(one, 1)

    assert f"Read: one value, {published.period_label}" in svg
    assert f"Periods that differ: {len(one.differing)}." in svg


def test_doubts_stand_with_the_series_they_are_about_and_what_is_doubted_comes_first(held, published):
    other = (
        Series.objects.exclude(pk=published.series_id)
        .filter(feed=held.run.feed)
        .exclude(indicator=published.series.indicator)[0]
    )
    same = {
        **held.rows[0],
        "key": other.key,
        "period": other.observations.current().last().period_label,
        "value": str(other.observations.current().last().value),
    }
    held.rows = [same, *held.rows]
    held.doubts = ["Something of all.", f"{published.series}: Twice the former."]

    found = comparing.comparisons(held)

    assert [one.name for one in found] == [str(published.series), str(other)]
    assert found[0].doubts == ["Twice the former."]
    assert comparing.general_doubts(held, found) == ["Something of all."]


def test_a_batch_of_thousands_of_rows_makes_a_bounded_page_that_loses_no_spike(admin, held):
    """R32: 40 series of 900 months; one month of one series is far off."""
    months = [f"{1950 + number // 12}-{number % 12 + 1:02}" for number in range(900)]
    held.rows = [
        {**held.rows[0], "key": f"series-{series:02}", "period": month, "value": "100"}
        for series in range(40)
        for month in months
    ]
    held.rows[451]["value"] = "987654"
    held.save()

    response = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/")

    assert len(response.content) < 700_000
    assert len(response.context["compared"]) == 12
    assert response.context["further"] == 28
    one = response.context["compared"][0]
    assert (len(one["rows"]), one["held"].left_out) == (50, 850)
    assert len(held_charts.thinned([(row, row.read) for row in one["held"].rows])) <= 160
    assert (
        max(value for _row, value in held_charts.thinned([(r, r.read) for r in one["held"].rows])) == 987654
    )


@pytest.mark.parametrize(("before", "after"), [("1E-15", "1E+15"), ("0", "5"), ("-3", "3"), ("5", None)])
def test_any_two_numbers_can_be_compared(before, after):
    """R24: an odd value in a batch never breaks the page on which it is rejected."""
    row = comparing.Compared("key", "2024", Decimal(before), None if after is None else Decimal(after), True)
    one = comparing.SeriesComparison("key", "name", rows=[row])

    assert one.shown == [row]
    assert "<svg" in held_charts.draw(one, 1)


def test_an_approved_batch_is_published_as_a_newer_vintage(admin, administrator, held, published):
    assert "Approved" in decide(admin, held, decision="approve", reason="The agency confirmed it.")

    held.refresh_from_db()
    assert (held.decision, held.decided_by, held.reason) == (
        HeldBatch.Decision.APPROVED, administrator, "The agency confirmed it.",
    )  # fmt: skip
    assert current_value(published) == published.value * 2
    assert published.series.observations.filter(period=published.period).count() == 2


def test_a_rejected_batch_changes_nothing(admin, held, published):
    assert "Rejected" in decide(admin, held, decision="reject", reason="The unit changed.")

    assert current_value(published) == published.value


@pytest.mark.parametrize("sent", [{"reason": ""}, {"reason": "   "}, {}])
def test_without_a_reason_nothing_is_decided(admin, held, sent):
    assert "Give a reason; nothing was decided." in decide(admin, held, decision="approve", **sent)

    held.refresh_from_db()
    assert held.decision == HeldBatch.Decision.WAITING


def test_the_second_to_decide_is_told_who_was_first(admin, second_admin, administrator, held, published):
    decide(admin, held, decision="reject", reason="The unit changed.")

    said = decide(second_admin, held, decision="approve", reason="Looks right.")

    assert f"Already rejected by {administrator}" in said
    assert "The unit changed." in said
    assert current_value(published) == published.value


def test_a_decided_batch_offers_no_further_decision(admin, held):
    assert "decision_form" in admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/").context
    decide(admin, held, decision="reject", reason="The unit changed.")

    assert "decision_form" not in admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/").context


def test_deciding_is_a_post_by_a_person_with_the_right(admin, client, held):
    assert admin.get(f"/admin/indicators/heldbatch/{held.pk}/decide/").status_code == 405
    assert (
        client.post(f"/admin/indicators/heldbatch/{held.pk}/decide/")
        .headers["Location"]
        .startswith("/admin/login/")
    )
