"""A held batch is decided by a person, once, with a reason (R5)."""

import pytest

from indicators.models import HeldBatch


def decide(client, held, **sent) -> str:
    """What the page says after a decision was sent."""
    response = client.post(f"/admin/indicators/heldbatch/{held.pk}/decide/", sent, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def current_value(observation):
    return observation.series.observations.current().get(period=observation.period).value


def test_published_and_read_values_stand_side_by_side(admin, held, published):
    response = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/")

    row = next(row for row in response.context["compared"] if row.is_in_answer)
    assert (row.published, row.read) == (published.value, published.value * 2)
    assert row.change_percent == 100


def test_a_known_period_that_the_batch_lacks_is_shown(admin, held, published):
    published_periods = published.series.observations.current().exclude(value=None).count()

    compared = admin.get(f"/admin/indicators/heldbatch/{held.pk}/change/").context["compared"]

    assert len([row for row in compared if not row.is_in_answer]) == published_periods - 1


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
