"""An upgrade from the first release keeps what was handed in."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.db.migrations.loader import MigrationLoader

from goals import explain, passing
from goals.declarations import recounting
from goals.models import Declaration, DeclaredSum, Result, Review, SubGoal, SubGoalVersion, Update

FIRST_RELEASE = ("goals", "0002_append_only_target_versions")
BEFORE_CONTRIBUTIONS = ("goals", "0016_room_for_standings")
BEFORE_DECLARATIONS = ("goals", "0008_correction_reason")

pytestmark = pytest.mark.django_db(transaction=True)


def go_back(release=FIRST_RELEASE):
    """To the tables of a release; gives its models."""
    call_command("migrate", *release, verbosity=0)
    others = [node for node in MigrationLoader(None).graph.leaf_nodes() if node[0] != "goals"]
    return MigrationLoader(None).project_state([release, *others]).apps


def go_on():
    call_command("migrate", verbosity=0)


@pytest.fixture
def first_release():
    call_command("flush", interactive=False, verbosity=0)
    yield go_back()
    go_on()


@pytest.fixture
def handed_in(first_release):
    """A draft and a published sub-goal, the latter with an update and its review."""
    organization = first_release.get_model("stakeholders", "Organization").objects.create(
        code="mills", name="Mills", type="sme", area="CAN"
    )
    shared = {
        "goal": first_release.get_model("goals", "Goal").objects.create(code="g1", number=1, name="Trade"),
        "organization": organization,
        "start_date": date(2025, 1, 1),
        "target_date": date(2030, 1, 1),
        "target_value": Decimal("12.5"),
    }
    sub_goals = first_release.get_model("goals", "SubGoal").objects
    sub_goals.create(code="draft", title="Draft", **shared)
    published = sub_goals.create(
        code="mill", title="A mill", state="published", published_on=date(2025, 2, 3), weight=2, **shared
    )
    update = first_release.get_model("goals", "Update").objects.create(
        sub_goal=published, date=date(2025, 6, 1), value=Decimal("3.25"), note="Walls stand."
    )
    first_release.get_model("goals", "Review").objects.create(
        update_reviewed=update, decision="approved", comment="Seen."
    )


def test_an_upgrade_keeps_the_values_and_brings_first_versions_and_checks(handed_in):
    go_on()
    sub_goal = SubGoal.objects.get(code="mill")
    assert (sub_goal.title, sub_goal.weight, sub_goal.target_value) == ("A mill", 2, Decimal("12.5"))
    assert (sub_goal.jump_share, sub_goal.version, sub_goal.answers_name) == (Decimal("0.25"), 1, "")
    assert sub_goal.created_at is not None
    assert sub_goal.submitted_at is None
    update = Update.objects.get()
    assert (update.value, update.note, update.version) == (Decimal("3.25"), "Walls stand.", 1)
    review = Review.objects.get()
    assert (review.update_reviewed, review.sub_goal, review.comment) == (update, None, "Seen.")
    version = SubGoalVersion.objects.get()
    assert (version.sub_goal.code, version.number, version.target_value) == ("mill", 1, Decimal("12.5"))
    assert version.valid_from == datetime(2025, 2, 3, tzinfo=UTC)
    assert_refused("review_of_one_thing", Review, update_reviewed=None)
    assert_refused("sub_goal_weight_in_bounds", SubGoal, weight=11)
    assert_refused("is append-only", SubGoalVersion, target_value=1)


def assert_refused(why, model, **values):
    with pytest.raises(IntegrityError, match=why):
        model.objects.update(**values)


# --- Contributions ------------------------------------------------------------------------------
def test_versions_and_proposals_of_before_get_what_their_sub_goal_contributes(loaded):
    """It could not be changed until then; a proposal without it would take it away when it is approved."""
    sub_goal = SubGoal.objects.exclude(contributes_to=None).filter(versions__isnull=False).first()
    adds = {name: getattr(sub_goal, name) for name in SubGoalVersion.CONTRIBUTION}
    apps = go_back(BEFORE_CONTRIBUTIONS)
    version = apps.get_model("goals", "SubGoalVersion").objects.filter(sub_goal=sub_goal.pk).first()
    names = [name for name in SubGoalVersion.MEASURE if name not in adds]
    apps.get_model("goals", "MeasureProposal").objects.create(
        sub_goal_id=sub_goal.pk,
        replaces=1,
        reason="More.",
        **{name: getattr(version, name) for name in names},
    )

    go_on()

    for row in (sub_goal.versions.first(), sub_goal.proposals.get()):
        assert {name: getattr(row, name) for name in adds} == adds
    assert_refused("is append-only", SubGoalVersion, attribution=1)


# --- Declarations -------------------------------------------------------------------------------
NODE = "target:export-supported-jobs"


@pytest.fixture
def summed_in_results(loaded):
    """The sums of the samples stand in the results, as they did before declarations had rows."""
    kept, told = told_now(), {}
    for result in Result.objects.current().filter(level=Result.Level.TARGET):
        told[result.pk] = explain.explanation_of(result), explain.outcome_of(result)
    apps = go_back(BEFORE_DECLARATIONS)
    for result in apps.get_model("goals", "Result").objects.filter(pk__in=told):
        result.explanation, result.outcome = told[result.pk]
        result.save()
    yield kept
    call_command("migrate", verbosity=0)


def told_now():
    fields = ("sub_goal__code", "indicator", "organization", "quantity", "reason", "amount", "credit")
    return [
        list(
            Declaration.objects.order_by("sub_goal__code").values_list(*fields, "shared_effort", "disagrees")
        ),
        sorted((str(one), *one.values) for one in DeclaredSum.objects.all()),
    ]


def test_declarations_and_sums_are_there_as_soon_as_the_tables_are(summed_in_results):
    go_on()

    assert len(summed_in_results[0]) > 2
    assert told_now() == summed_in_results
    result = Result.objects.current().get(node=NODE)
    assert "contributions" not in result.outcome
    assert "contributions" not in result.explanation["input"]
    assert passing.audit() == []  # what each stood under is known too
    assert recounting.recount() == []
