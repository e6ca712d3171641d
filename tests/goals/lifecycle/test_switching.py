"""An organization that is switched off is hidden from the public, and nothing of it counts."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from goals import passing
from goals.models import Standing, Step, SubGoal, Update
from stakeholders import organizations
from stakeholders.models import Organization
from tests.goals.lifecycle.conftest import make_published, make_published_update, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return person("head", project_role="administrator")


@pytest.fixture
def switched_off(people, administrator) -> SubGoal:
    row = make_published(people)
    make_published_update(people, row)
    organizations.set_active(people.mills, False, administrator, "Asked to pause.")
    return row


def test_what_it_reports_is_hidden_from_the_public_and_stays_with_the_stewards(people, switched_off):
    assert not SubGoal.objects.public().filter(pk=switched_off.pk).exists()
    assert not Update.objects.public().filter(sub_goal=switched_off).exists()
    for stranger in (None, people.other, people.editor):
        assert not SubGoal.objects.visible_to(stranger).filter(pk=switched_off.pk).exists()
        assert not Update.objects.visible_to(stranger).filter(sub_goal=switched_off).exists()
    assert SubGoal.objects.visible_to(people.steward).filter(pk=switched_off.pk).exists()


def test_its_addresses_look_like_those_of_nothing(switched_off):
    """R16"""
    client, node = Client(), f"organization:{switched_off.goal.code}:mills"
    for path in (
        f"/api/v1/sub-goals/{switched_off.code}/",
        f"/api/v1/sub-goals/{switched_off.code}/updates/",
        f"/api/v1/progress/{switched_off.node}/",
        f"/api/v1/progress/{node}/",
        "/api/v1/organizations/mills/",
        f"/en/sub-goals/{switched_off.code}/",
        "/en/organizations/mills/",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("/api/v1/progress/", "/api/v1/sub-goals/", "/en/", "/en/changes/", "/en/goals/g3/"):
        text = client.get(path, follow=True).content.decode()
        assert "Mills of Sonora" not in text, path
        assert switched_off.code not in text, path


def test_it_counts_no_longer_as_a_step_of_composition(switched_off):
    leaf = Standing.objects.get(sub_goal=switched_off)
    above = Standing.objects.get(node=f"organization:{switched_off.goal.code}:mills")

    assert (leaf.counted, above.counted, above.members) == (False, False, 0)
    steps = Step.objects.filter(cause="organization:mills:switched_off")
    assert {step.kind for step in steps} == {"composition"}
    assert leaf.node in {step.node for step in steps}
    assert passing.audit() == []


def test_switched_on_again_it_counts_as_before(people, switched_off, administrator, today):
    """110 is a tenth of the way from 100 to 200."""
    organizations.set_active(Organization.objects.get(code="mills"), True, administrator, "Back.")

    leaf = Standing.objects.get(sub_goal=switched_off)
    assert (leaf.counted, leaf.progress) == (True, Decimal("0.1"))
    assert passing.audit() == []
    assert SubGoal.objects.public().filter(pk=switched_off.pk).exists()


def test_the_night_leaves_out_what_was_switched_off_past_the_steps(people, today):
    row = make_published(people)
    Organization.objects.filter(code="mills").update(is_active=False)

    passing.follow_time(today)

    assert not Standing.objects.get(sub_goal=row).counted
    assert passing.audit() == []


def test_the_admin_has_no_second_switch(people, administrator):
    """It is the workspace's page that asks for the reason and moves the tree."""
    address = reverse("admin:stakeholders_organization_change", args=[people.mills.pk])
    members = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    fields = {"name": "Mills", "type": "sme", "area": "MEX", "seen_version": people.mills.version}

    signed_in(administrator).post(address, fields | members)

    people.mills.refresh_from_db()
    assert (people.mills.name, people.mills.is_active) == ("Mills", True)
