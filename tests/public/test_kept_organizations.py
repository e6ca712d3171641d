"""No page goes on showing what an organization was before it was changed; the pages are kept meanwhile."""

import pytest
from django.urls import reverse

from public.middleware import clock
from stakeholders import joining, merging, organizations
from stakeholders.models import JoinRequest, Organization, User
from tests.signing_in import signed_in

ADDRESS = "private.person@mills.example"


@pytest.fixture
def head(db) -> User:
    return User.objects.create_user("head@project.example", project_role=User.ProjectRole.ADMINISTRATOR)


@pytest.fixture
def text(page):
    """What a page says to whoever comes a second after the last change; it is kept from the first time on."""

    def read(name: str, code: str | None = None) -> str:
        clock.forget()
        return page(name, code).text

    return read


def merge(source: Organization, into: Organization, by: User) -> None:
    merging.merge(source, into, by, fingerprint=merging.preview(source, into).fingerprint)


def test_a_contact_that_was_taken_away_is_gone_from_the_page(people, text):
    organizations.edit(people.mills, people.owner, version=1, contact_email=ADDRESS)
    assert ADDRESS in text("organization", "mills")

    organizations.edit(people.mills, people.owner, version=2, contact_email="")

    assert ADDRESS not in text("organization", "mills")


def test_another_name_or_country_stands_in_the_list_at_once(people, head, text):
    text("organizations")
    organizations.edit(people.mills, head, version=1, name="Mills of Chihuahua", area="USA")

    assert "Mills of Chihuahua" in text("organizations")
    assert "United States" in text("organization", "mills")


def test_who_was_let_in_stands_in_the_list_at_once(head, text):
    text("organizations")
    request = JoinRequest.objects.create(
        organization_name="Newcomers", type="sme", area="CAN", person_name="Ana", email="ana@new.example"
    )
    joining.approve(request, head)

    assert "Newcomers" in text("organizations")


def test_a_merged_code_leads_on_although_its_page_was_kept(people, head, page, text):
    """Neither of the two has a sub-goal, so no number moves."""
    text("organization", "lab")
    merge(people.lab, people.mills, head)
    clock.forget()

    assert page("organization", "lab").status_code == 301
    assert "Laboratory" not in text("organizations")


def test_switched_off_without_sub_goals_it_is_hidden_at_once_and_shown_again(people, head, page, text):
    text("organization", "lab")
    organizations.set_active(people.lab, False, head, "Dissolved")
    clock.forget()
    assert page("organization", "lab").status_code == 404
    assert "Laboratory" not in text("organizations")

    organizations.set_active(people.lab, True, head, "It goes on")

    assert "Laboratory" in text("organizations")


def test_a_change_in_the_administration_shows_at_once(people, head, text):
    text("organizations")
    facts = {"name": "Mills renamed", "type": "sme", "area": "MEX", "seen_version": people.mills.version}
    none = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    address = reverse("admin:stakeholders_organization_change", args=[people.mills.pk])
    signed_in(head).post(address, facts | none)

    assert "Mills renamed" in text("organizations")
