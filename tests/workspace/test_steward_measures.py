"""Changed measures on the stewards' pages: the queue, old beside new, what it moves, and the decision."""

from decimal import Decimal

import pytest
from django.urls import reverse

from goals.lifecycle import proposing
from goals.models import MeasureProposal, SubGoal
from indicators.models import Indicator
from tests.goals.lifecycle.conftest import make_published, make_published_update
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(people) -> MeasureProposal:
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, value=Decimal(150), jump_reason="A new press.")
    sub_goal.refresh_from_db()
    fields = {"target_value": Decimal(150)}
    return proposing.propose(sub_goal, fields, "The plan was cut.", people.editor, sub_goal.version)


def decide(client, proposal, decision, version=None, **more):
    sent = {"decision": decision, "version": version or proposal.sub_goal.version, **more}
    return client.post(url("review-measure", proposal.pk), sent)


def test_it_stands_in_the_queue_with_old_and_new_and_what_it_would_move(people, proposal):
    client = signed_in(people.steward)

    queue = client.get(f"{url('review-queue')}?kind=measures").content.decode()
    assert "Changed measures and contributions to review: 1" in queue
    assert url("review-measure", proposal.pk) in queue

    page = client.get(url("review-measure", proposal.pk)).content.decode()
    assert "200 tons" in page and "150 tons" in page
    assert "The plan was cut." in page
    assert "50.00" in page and "100.00" in page
    assert "without anybody having got further" in page


def test_approving_makes_the_version_and_empties_the_queue(people, proposal):
    client = signed_in(people.steward)

    assert decide(client, proposal, "approve", comment="Seen.").status_code == 302

    assert SubGoal.objects.get(pk=proposal.sub_goal_id).target_value == 150
    assert "Changed measures and contributions to review: 0" in client.get(url("review-queue")).text
    page = client.get(url("review-measure", proposal.pk)).content.decode()
    assert "200 tons" in page and "150 tons" in page  # what was decided on stays to be read


def test_a_question_goes_back_to_the_organization(people, proposal):
    decide(signed_in(people.steward), proposal, "send_back", question="Which line?")

    page = signed_in(people.editor).get(url("sub-goal", proposal.sub_goal.code)).content.decode()
    assert "The Project has a question about the change of how it is measured or what it contributes" in page
    assert "Which line?" in page


def test_a_second_steward_is_told_who_was_first(people, proposal):
    """R5"""
    seen = proposal.sub_goal.version
    decide(signed_in(people.steward), proposal, "send_back", question="Which line?")

    answer = decide(signed_in(people.second_steward), proposal, "approve", seen)

    assert answer.status_code == 409
    assert "steward was first" in answer.content.decode()
    assert SubGoal.objects.get(pk=proposal.sub_goal_id).target_value == 200


def test_of_a_changed_contribution_the_steward_sees_the_sums_it_would_move(people):
    """No number of progress moves with it, and nobody says that nothing would."""
    jobs = Indicator.objects.get(code="export-supported-jobs")
    adds = {"contributes_to": jobs, "contribution_factor": Decimal("0.001"), "attribution": Decimal("0.5")}
    sub_goal = make_published(people, **adds)
    make_published_update(people, sub_goal, value=Decimal(150), jump_reason="A new press.")
    sub_goal.refresh_from_db()
    fields = {"attribution": Decimal(1)}
    proposal = proposing.propose(sub_goal, fields, "All of it.", people.editor, sub_goal.version)

    page = signed_in(people.steward).get(url("review-measure", proposal.pk)).text

    assert "Share you claim, above 0 and up to 1" in page
    assert "25,000 people" in page and "50,000 people" in page
    assert "No number would change." not in page
    decide(signed_in(people.steward), proposal, "approve")
    assert SubGoal.objects.get(pk=sub_goal.pk).attribution == 1


def test_a_steward_changes_a_measure_directly(people):
    sub_goal = make_published(people)
    client = signed_in(people.steward)
    sent = {
        "version": sub_goal.version, "unit": "tons", "direction": "increase", "baseline_value": "100",
        "target_value": "300", "start_date": "2026-01-01", "target_date": "2028-01-01",
        "cadence": "quarterly", "reporting": "level", "path": "linear", "progress_from": "own",
        "reason": "Agreed on the phone.",
    }  # fmt: skip

    assert (
        url("review-change-measure", sub_goal.pk)
        in client.get(reverse("workspace:review-sub-goal", args=[sub_goal.pk])).content.decode()
    )
    assert client.post(url("review-change-measure", sub_goal.pk), sent).status_code == 302
    assert sub_goal.versions.get(number=2).reason == "Agreed on the phone."
