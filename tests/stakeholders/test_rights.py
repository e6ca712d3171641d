"""R15, R16, R18: one table says who may do what; it is asked anew each time; the documentation equals it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from stakeholders import rights
from stakeholders.models import Membership, Organization, User
from stakeholders.rights import Role
from stakeholders.rights_document import document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _addresses():
    """The site's own addresses: strangers are led to its sign-in page."""


@pytest.fixture
def people(member) -> dict[Role, User | AnonymousUser]:
    """One person for each role."""
    return {
        Role.ANONYMOUS: AnonymousUser(),
        Role.SIGNED_IN: User.objects.create_user("someone@else.example"),
        Role.STEWARD: User.objects.create_user("steward@project.example", project_role="steward"),
        Role.ADMINISTRATOR: User.objects.create_user("head@project.example", project_role="administrator"),
        **{role: member(role) for role in (Role.VIEWER, Role.EDITOR, Role.OWNER)},
    }


CELLS = [(kind, action) for kind, actions in rights.TABLE.items() for action in actions]


@pytest.mark.parametrize(("kind", "action"), CELLS)
def test_each_cell_of_the_table_holds_for_a_person_with_just_this_role(kind, action, people, organization):
    allowed = {role for role, person in people.items() if rights.may(person, action, kind, organization)}

    assert allowed == rights.TABLE[kind][action]


@pytest.mark.parametrize(("kind", "action"), CELLS)
def test_toward_another_organization_a_member_is_anybody(kind, action, people, other):
    for role in (Role.VIEWER, Role.EDITOR, Role.OWNER):
        may = rights.may(people[role], action, kind, other)
        assert may == (Role.SIGNED_IN in rights.TABLE[kind][action])


def test_what_the_table_does_not_know_nobody_may_do(people, organization):
    assert not any(rights.may(person, "fly", "sub_goal", organization) for person in people.values())


def test_the_documentation_is_the_table():
    written = (Path(settings.BASE_DIR) / "docs" / "rights.md").read_text(encoding="utf-8")

    assert written == document(), "run: python manage.py rights > docs/rights.md"


# --- 404 and 403 --------------------------------------------------------------------------------
def test_of_ones_own_organization_a_forbidden_action_is_refused_in_words(people, organization):
    with pytest.raises(PermissionDenied, match="It takes one of these roles: Owner, Administrator"):
        rights.require(people[Role.VIEWER], "create", "invitation", organization)


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.SIGNED_IN, Role.OWNER])
def test_of_another_organization_nothing_exists(role, people, other):
    for action in ("create", "edit", "see_draft"):
        with pytest.raises(Http404):
            rights.require(people[role], action, "update", other)


def test_a_steward_is_refused_in_words_what_a_steward_sees_and_finds_nothing_else(people, organization):
    with pytest.raises(PermissionDenied):
        rights.require(people[Role.STEWARD], "approve", "held_batch")
    with pytest.raises(Http404):
        rights.require(people[Role.STEWARD], "see", "token", organization)


def test_what_is_allowed_passes(people, organization):
    rights.require(people[Role.EDITOR], "create", "sub_goal", organization)


# --- At once ------------------------------------------------------------------------------------
def test_whoever_is_switched_off_has_no_right_at_the_next_question(people, organization):
    owner = people[Role.OWNER]
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert rights.roles_of(User.objects.get(pk=owner.pk), organization) == {Role.ANONYMOUS}
    assert not rights.organizations_of(User.objects.get(pk=owner.pk)).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"merged_into": "other"}])
def test_members_of_an_organization_switched_off_or_merged_have_no_role(change, people, organization, other):
    change = {name: other if value == "other" else value for name, value in change.items()}
    Organization.objects.filter(pk=organization.pk).update(**change)

    assert rights.roles_of(people[Role.OWNER], organization) == {Role.SIGNED_IN}
    assert not rights.organizations_of(people[Role.OWNER]).exists()
    assert organization not in Organization.objects.public()


def test_a_person_of_two_organizations_has_each_role_where_it_belongs(people, organization, other):
    owner = people[Role.OWNER]
    Membership.objects.create(user=owner, organization=other, role="viewer")

    assert rights.roles_of(owner, other) == {Role.SIGNED_IN, Role.VIEWER}
    assert set(rights.organizations_of(owner)) == {organization, other}
    assert set(rights.organizations_of(owner, Membership.Role.OWNER)) == {organization}


def test_an_administrator_works_in_the_admin_and_a_steward_does_not(people):
    assert people[Role.ADMINISTRATOR].is_staff
    assert people[Role.ADMINISTRATOR].has_perm("stakeholders.change_organization")
    assert not people[Role.STEWARD].is_staff


# --- Rules of pages -----------------------------------------------------------------------------
@rights.rule("update", "create")
def page(request) -> HttpResponse:
    return HttpResponse("your form")


def asked_by(rf, person):
    request = rf.get("/en/my/updates/new/")
    request.user = person
    return page(request)


def test_a_stranger_is_led_to_the_sign_in_page(rf, people):
    answer = asked_by(rf, people[Role.ANONYMOUS])

    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/en/my/updates/new/")


def test_who_could_do_it_nowhere_finds_nothing(rf, people):
    for role in (Role.SIGNED_IN, Role.VIEWER, Role.STEWARD):
        with pytest.raises(Http404):
            asked_by(rf, people[role])


def test_who_may_do_it_somewhere_comes_in_and_the_answer_is_kept_nowhere(rf, people):
    """R19"""
    answer = asked_by(rf, people[Role.EDITOR])

    assert answer.content == b"your form"
    assert {"private", "no-store"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
    assert page.rule == ("update", "create")
