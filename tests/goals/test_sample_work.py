"""The samples at work: nothing in the demo is empty, and nothing of it stays when the samples go."""

from io import StringIO

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.urls import reverse

from goals import passing, sample_work, samples, standings
from goals.lifecycle import evidence, sub_goals, updates
from goals.models import Commitment, EvidenceFile, Review, Step, SubGoal, Update
from stakeholders import joining
from stakeholders.models import JoinRequest, Organization, TrailEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_that_day(monkeypatch, today, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    for room in (updates, sub_goals, standings):
        monkeypatch.setattr(room, "today", lambda: today)


@pytest.fixture
def at_work(today) -> None:
    assert sample_work.load(today)


@pytest.mark.usefixtures("at_work")
def test_every_part_of_the_workspace_has_something_to_show():
    owned = Update.objects.filter(sub_goal__organization__code="sample-frontera-norte")

    assert Update.objects.awaiting_review().count() == 2
    assert SubGoal.objects.awaiting_review().count() == 1
    assert JoinRequest.objects.filter(state=JoinRequest.State.WAITING).count() == 1
    assert owned.filter(state=Update.State.DRAFT).count() == 1
    assert owned.get(state=Update.State.SENT_BACK).reviews.get().comment.startswith("Does this count")
    corrected = owned.get(state=Update.State.CORRECTED)
    assert (corrected.value, corrected.corrected_by.value) == (70, 64)
    assert EvidenceFile.objects.get().name == "placements-sample.csv"


@pytest.mark.usefixtures("at_work")
def test_what_samples_publish_moves_the_numbers_one_after_the_other_and_leaves_its_trail():
    steps = Step.objects.filter(organization__code="sample-frontera-norte", level="sub_goal")
    reported = steps.filter(cause__startswith="update:", sub_goal__progress_from="own")

    assert [
        (step.sub_goal.code, step.progress_after > step.progress_before) for step in reported.order_by("pk")
    ] == [
        ("sample-procedures-online", True),
        ("sample-brokers-trained", True),
        ("sample-brokers-trained", False),  # its correction
        ("sample-truck-waiting-time", True),
    ]
    assert TrailEntry.objects.filter(action="update.publish", actor__email=sample_work.STEWARD).count() == 5


@pytest.mark.usefixtures("at_work")
def test_samples_report_once_whatever_became_of_it(today):
    Update.objects.filter(state=Update.State.DRAFT).delete()
    before = Update.objects.count()

    assert not sample_work.load(today)

    assert Update.objects.count() == before


def test_a_sample_that_was_worked_on_by_hand_is_left_as_it_is(today):
    SubGoal.objects.filter(code="sample-rail-share").update(state=SubGoal.State.WITHDRAWN)

    assert sample_work.load(today)

    assert Update.objects.awaiting_review().count() == 1


@pytest.mark.usefixtures("at_work")
def test_working_samples_leave_without_a_trace_outside_the_trail():
    asked = JoinRequest.objects.get()
    joining.approve(asked, User.objects.get(email=samples.ADMINISTRATOR))
    kept = evidence.path_of(EvidenceFile.objects.get())
    assert kept.exists()

    call_command("remove_samples", stdout=StringIO())

    for model in (Organization, SubGoal, Update, EvidenceFile, JoinRequest, Review, Commitment):
        assert not model.objects.exists(), model
    assert not User.objects.filter(email__endswith=samples.ADDRESS).exists()
    assert not kept.exists()
    for check in ("check_trail", "check_sums"):
        call_command(check, stdout=StringIO())


@pytest.mark.usefixtures("at_work")
def test_the_steward_of_samples_signs_in_with_the_password_the_demo_prints(client):
    caches["limits"].clear()

    client.post(reverse("account_login"), {"login": sample_work.STEWARD, "password": samples.PASSWORD})

    assert client.get(reverse("workspace:review-queue")).status_code == 200


def test_samples_never_report_where_others_can_reach_the_site(settings, today):
    settings.IS_LOCAL_ONLY = False

    with pytest.raises(samples.SamplesRefused):
        sample_work.load(today)


@pytest.mark.usefixtures("at_work")
def test_the_sums_that_samples_moved_are_those_counted_from_scratch():
    assert [*passing.audit_sums(), *passing.audit_declared()] == []


def test_every_sample_graded_above_self_declared_shows_something():
    graded = Update.objects.filter(state=Update.State.PUBLISHED).exclude(evidence_grade="self_declared")

    assert graded.exists()
    assert not graded.filter(evidence_links=None, evidence_files=None).exists()
