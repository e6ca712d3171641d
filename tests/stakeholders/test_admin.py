"""R11: what is changed in the admin stands in the trail; the trail and keys are only shown there."""

import pytest
from django.urls import reverse

from stakeholders import people
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
FIELDS = {"name": "Frontera Norte", "type": "sme", "area": "MEX", "seen_version": "1"}


def test_an_organization_edited_in_the_admin_is_traced(admin, organization, administrator):
    address = reverse("admin:stakeholders_organization_change", args=[organization.pk])
    answer = admin.post(address, FIELDS | NO_ROWS | {"contact_email": "ana@frontera.example"})

    assert answer.status_code == 302
    entry = TrailEntry.objects.get(chain="frontera")
    assert (entry.actor, entry.way, entry.action) == (administrator, "page", "edit")
    assert entry.before == {"name": "Frontera"}
    assert entry.after == {"name": "Frontera Norte", "also_changed": ["contact_email"]}
    assert Organization.objects.get(pk=organization.pk).version == 2


def test_two_administrators_edit_an_organization_and_the_second_is_refused(admin, organization):
    """R10: nothing of the first text is lost without a word."""
    address = reverse("admin:stakeholders_organization_change", args=[organization.pk])
    assert 'name="seen_version" value="1"' in admin.get(address).text
    admin.post(address, FIELDS | NO_ROWS | {"description": "The first text"})

    answer = admin.post(address, FIELDS | NO_ROWS | {"description": "The second text"})

    assert "Somebody else has changed this in the meantime. Nothing was saved." in answer.text
    assert "The second text" in answer.text
    assert Organization.objects.get(pk=organization.pk).description == "The first text"
    admin.post(address, FIELDS | NO_ROWS | {"description": "Without a version", "seen_version": ""})
    assert Organization.objects.get(pk=organization.pk).description == "The first text"


def test_no_member_is_added_changed_or_removed_past_the_rules(admin, owner, organization):
    """The last owner stays, and tokens end with a membership, whichever door one comes in by."""
    member = User.objects.create_user("new@frontera.example")
    held = owner.memberships.get()
    inside = {
        "memberships-0-id": held.pk, "memberships-0-user": owner.pk, "memberships-0-role": "viewer",
        "memberships-0-DELETE": "on", "memberships-1-user": member.pk, "memberships-1-role": "owner",
        "memberships-0-organization": organization.pk,
        "memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 1,
    }  # fmt: skip
    for kind, row in (("organization", organization), ("user", owner)):
        address = reverse(f"admin:stakeholders_{kind}_change", args=[row.pk])
        admin.post(address, FIELDS | NO_ROWS | inside | {"email": owner.email, "language": "en"})
    page = "admin:stakeholders_membership"
    assert admin.post(reverse(f"{page}_delete", args=[held.pk]), {"post": "yes"}).status_code == 403
    assert admin.post(reverse(f"{page}_add"), {}).status_code == 403
    shown = admin.get(reverse(f"{page}_change", args=[held.pk])).text

    assert list(organization.memberships.values_list("user", "role")) == [(owner.pk, "owner")]
    assert reverse("workspace:review-organization", args=["frontera"]) in shown


RIGHTS_SENT = {
    "project_role": "steward", "is_active": "", "is_superuser": "on", "is_staff": "on", "groups": "",
}  # fmt: skip


@pytest.mark.parametrize("who", ["administrator", "superuser"])
def test_rights_are_shown_and_given_on_the_page_that_keeps_their_rules(who, administrator):
    """The only administrator does not switch itself off here, nor makes anybody a superuser."""
    if who == "superuser":
        User.objects.filter(pk=administrator.pk).update(is_superuser=True)
    admin = signed_in(User.objects.get(pk=administrator.pk))
    for person in (User.objects.create_user("nuria@frontera.example"), administrator):
        held = User.objects.filter(pk=person.pk).values(*RIGHTS_SENT).get()
        address = reverse("admin:stakeholders_user_change", args=[person.pk])
        sent = {"email": person.email, "first_name": "Nuria", "language": "en"}
        answer = admin.post(address, sent | NO_ROWS | RIGHTS_SENT)

        assert answer.status_code == 302, answer.text
        assert User.objects.filter(pk=person.pk).values(*RIGHTS_SENT).get() == held
        assert reverse("workspace:review-person", args=[person.pk]) in admin.get(address).text


def test_an_account_its_owner_deleted_is_not_changed(admin):
    gone = User.objects.create_user("nuria@frontera.example")
    people.erase(gone)
    address = reverse("admin:stakeholders_user_change", args=[gone.pk])

    answer = admin.post(address, {"email": "new@frontera.example", "language": "en", "is_active": "on"})

    assert answer.status_code == 403
    assert admin.post(reverse("admin:auth_user_password_change", args=[gone.pk]), {}).status_code == 403
    gone.refresh_from_db()
    assert (gone.is_active, gone.email) == (False, f"erased-{gone.pk}@erased.invalid")


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
