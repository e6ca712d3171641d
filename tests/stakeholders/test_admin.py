"""R11: what is changed in the admin stands in the trail; the trail and keys are only shown there."""

import pytest
from django.urls import reverse

from stakeholders import trail
from stakeholders.models import Organization, TrailEntry, User
from tests.signing_in import signed_in
from tests.stakeholders.test_tokens import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _addresses():
    """The site's own addresses."""


@pytest.fixture
def admin(administrator):
    return signed_in(administrator)


NO_ROWS = {
    f"memberships-{part}": count
    for part, count in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0), ("MIN_NUM_FORMS", 0), ("MAX_NUM_FORMS", 9))
}
FIELDS = {"name": "Frontera Norte", "type": "sme", "area": "MEX", "is_active": "on"}


def test_an_organization_edited_in_the_admin_is_traced(admin, organization, administrator):
    address = reverse("admin:stakeholders_organization_change", args=[organization.pk])
    answer = admin.post(address, FIELDS | NO_ROWS | {"contact_email": "ana@frontera.example"})

    assert answer.status_code == 302
    entry = TrailEntry.objects.get(chain="frontera")
    assert (entry.actor, entry.way, entry.action) == (administrator, "page", "edit")
    assert entry.before == {"name": "Frontera"}
    assert entry.after == {"name": "Frontera Norte", "also_changed": ["contact_email"]}
    assert Organization.objects.get(pk=organization.pk).version == 2


def test_a_member_added_changed_and_removed_beside_the_organization_is_traced(admin, organization):
    person = User.objects.create_user("new@frontera.example")
    address = reverse("admin:stakeholders_organization_change", args=[organization.pk])
    row = {"memberships-0-user": person.pk, "memberships-0-role": "viewer", "memberships-TOTAL_FORMS": 1}
    admin.post(address, FIELDS | NO_ROWS | row)
    known = {
        "memberships-0-id": organization.memberships.get().pk,
        "memberships-0-organization": organization.pk,
        "memberships-INITIAL_FORMS": 1,
    }
    admin.post(address, FIELDS | NO_ROWS | row | known | {"memberships-0-role": "owner"})
    admin.post(address, FIELDS | NO_ROWS | row | known | {"memberships-0-DELETE": "on"})

    entries = TrailEntry.objects.filter(chain="frontera", subject__startswith="membership:").order_by(
        "number"
    )
    assert list(entries.values_list("action", flat=True)) == ["create", "edit", "delete"]
    assert entries[1].after == {"role": "owner"}
    assert list(trail.faults_of("frontera")) == []


def test_a_project_role_given_in_the_admin_is_traced_without_personal_data(admin):
    person = User.objects.create_user("nuria@frontera.example")
    address = reverse("admin:stakeholders_user_change", args=[person.pk])
    fields = {"email": person.email, "first_name": "Nuria", "language": "en", "is_active": "on"}
    answer = admin.post(address, fields | NO_ROWS | {"project_role": "steward"})

    assert answer.status_code == 302
    entry = TrailEntry.objects.get(chain="project", subject=f"user:{person.pk}")
    assert entry.before == {"project_role": ""}
    assert entry.after == {"project_role": "steward", "also_changed": ["first_name"]}


def test_an_administrator_makes_nobody_a_superuser(admin):
    person = User.objects.create_user("nuria@frontera.example")
    address = reverse("admin:stakeholders_user_change", args=[person.pk])
    fields = {"email": person.email, "language": "en", "is_active": "on"}
    admin.post(address, fields | NO_ROWS | {"is_superuser": "on", "is_staff": "on"})

    person.refresh_from_db()
    assert not person.is_superuser
    assert not person.is_staff


def test_a_steward_finds_no_admin(client):
    steward = User.objects.create_user("steward@project.example", project_role="steward")
    client.force_login(steward)

    assert client.get(reverse("admin:stakeholders_user_changelist")).status_code in (302, 403, 404)


@pytest.mark.parametrize("kind", ["trailentry", "apitoken", "invitation", "joinrequest"])
def test_the_trail_keys_and_requests_are_only_shown(kind, admin, owner, organization):
    token, _key = make(owner, organization)
    row = {"trailentry": TrailEntry.objects.first(), "apitoken": token}.get(kind)

    page = admin.get(reverse(f"admin:stakeholders_{kind}_changelist"))

    assert page.status_code == 200
    assert admin.get(reverse(f"admin:stakeholders_{kind}_add")).status_code == 403
    if row:
        shown = admin.get(reverse(f"admin:stakeholders_{kind}_change", args=[row.pk]))
        assert shown.status_code == 200
        assert token.hash not in shown.content.decode()
        for way in ("change", "delete"):
            address = reverse(f"admin:stakeholders_{kind}_{way}", args=[row.pk])
            assert admin.post(address, {"post": "yes"}).status_code == 403
