"""The people of an organization: roles, invitations, leaving; tokens, one's own settings and deletion."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from stakeholders import inviting, tokens
from stakeholders.models import ApiToken, Invitation, Membership, TrailEntry, User
from tests.workspace.conftest import PASSWORD, sign_in
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(people, client):
    """Signed in, and the password given again just now, so that sensitive steps go on without asking."""
    give_password(people.owner)
    EmailAddress.objects.create(user=people.owner, email=people.owner.email, verified=True, primary=True)
    sign_in(client, people.owner.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def give_password(user: User) -> None:
    user.set_password(PASSWORD)
    user.save()


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user)


# --- People -------------------------------------------------------------------------------------
def test_members_see_each_other_with_their_roles(people):
    text = signed_in(people.viewer).get(url("people", "mills")).content.decode()

    assert "owner@people.example" in text and "Editor" in text
    assert "Send invitation" not in text


def test_an_owner_invites_and_withdraws(people, owner, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(url("invite", "mills"), {"email": "new@mills.example", "role": "viewer"})
    invitation = Invitation.objects.get()
    text = owner.get(url("people", "mills")).content.decode()
    assert "new@mills.example" in text
    assert mailoutbox[0].to == ["new@mills.example"]

    owner.post(url("withdraw-invitation", "mills", invitation.pk))

    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.WITHDRAWN


def test_an_address_with_an_account_is_answered_like_any_other(people, owner):
    """R21."""
    known = owner.post(
        url("invite", "mills"), {"email": "other@people.example", "role": "viewer"}, follow=True
    )
    unknown = owner.post(
        url("invite", "mills"), {"email": "xxxxx@people.example", "role": "viewer"}, follow=True
    )

    assert "An invitation was sent to other@people.example" in known.content.decode()
    assert "An invitation was sent to xxxxx@people.example" in unknown.content.decode()


def test_inviting_asks_for_the_password_when_it_was_long_ago(people):
    give_password(people.owner)

    answer = signed_in(people.owner).post(url("invite", "mills"), {"email": "a@b.example", "role": "viewer"})

    assert answer.status_code == 302 and "confirm" in answer["Location"]
    assert not Invitation.objects.exists()


def test_an_owner_changes_a_role_and_removes(people, owner):
    owner.post(url("member", "mills", membership(people.viewer).pk), {"role": "editor", "seen": "viewer"})
    assert membership(people.viewer).role == "editor"

    owner.post(url("remove-member", "mills", membership(people.viewer).pk), {"reason": "Left the firm."})
    assert not Membership.objects.filter(user=people.viewer).exists()


def test_whoever_is_a_member_already_is_not_invited(people, owner):
    for email in (people.viewer.email, people.owner.email):
        text = owner.post(url("invite", "mills"), {"email": email, "role": "viewer"}).content.decode()
        assert "This person belongs to the organization already." in text
    assert not Invitation.objects.exists()


def test_the_trail_of_the_organization_is_linked_for_its_owners_alone(people, owner):
    trail = f"{reverse('workspace:review-trail')}?chain=mills"

    assert trail in owner.get(url("people", "mills")).content.decode()
    assert owner.get(trail).status_code == 200
    assert trail not in signed_in(people.editor).get(url("people", "mills")).content.decode()


def test_a_role_another_owner_gave_meanwhile_is_not_overwritten(people, owner):
    """R10: both opened the page while the person was a viewer."""
    page = url("member", "mills", membership(people.viewer).pk)
    owner.post(page, {"role": "owner", "seen": "viewer"})

    text = owner.post(page, {"role": "editor", "seen": "viewer"}).content.decode()

    assert "Somebody else has changed this in the meantime. The role now: Owner. Nothing was saved." in text
    assert 'name="seen" value="owner"' in text
    assert membership(people.viewer).role == "owner"
    assert "The form was not whole" in owner.post(page, {"role": "editor"}).content.decode()


def test_the_last_owner_stays_and_is_told_why(people, owner):
    text = owner.post(
        url("member", "mills", membership(people.owner).pk), {"role": "viewer", "seen": "owner"}
    ).content.decode()

    assert "An organization keeps at least one owner" in text
    assert membership(people.owner).role == "owner"


def test_a_member_of_others_does_not_exist_here(people, owner):
    """R16."""
    assert owner.get(url("member", "mills", membership(people.other).pk)).status_code == 404


def test_an_editor_is_told_that_owners_look_after_people(people):
    answer = signed_in(people.editor).get(url("member", "mills", membership(people.viewer).pk))

    assert answer.status_code in (302, 403)


def test_who_leaves_finds_nothing_here_any_more(people):
    client = signed_in(people.viewer)

    client.post(url("leave", "mills"))

    assert client.get(url("dashboard", "mills")).status_code == 404


def test_the_page_of_people_takes_the_same_queries(people, django_assert_num_queries):
    client = signed_in(people.owner)
    client.get(url("people", "mills"))

    with django_assert_num_queries(8):
        client.get(url("people", "mills"))
    for number in range(5):
        colleague = User.objects.create_user(f"c{number}@people.example")
        Membership.objects.create(user=colleague, organization=people.mills, role="viewer")
        inviting.invite(people.mills, f"i{number}@people.example", "viewer", people.owner)
    with django_assert_num_queries(8):
        client.get(url("people", "mills"))


# --- Tokens -------------------------------------------------------------------------------------
def test_a_token_is_shown_once(people, owner):
    """R23."""
    made = owner.post(url("make-token", "mills"), {"name": "Nightly", "scope": "read", "days": "30"})
    key = made.context["key"]

    assert key in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert key not in owner.get(url("tokens", "mills")).content.decode()
    assert tokens.token_for(key) == ApiToken.objects.get()


def test_making_a_token_asks_for_the_password_when_it_was_long_ago(people):
    give_password(people.owner)

    answer = signed_in(people.owner).post(
        url("make-token", "mills"), {"name": "Nightly", "scope": "read", "days": "30"}
    )

    assert answer.status_code == 302 and "confirm" in answer["Location"]
    assert not ApiToken.objects.exists()


def test_a_token_is_ended_by_its_owner_and_not_by_a_colleague(people):
    ends = timezone.now() + timedelta(days=3)
    token, _key = tokens.make(people.editor, people.mills, name="Nightly", scope="read", expires_at=ends)

    assert signed_in(people.viewer).post(url("end-token", "mills", token.pk)).status_code == 404
    signed_in(people.editor).post(url("end-token", "mills", token.pk))

    token.refresh_from_db()
    assert token.revoked_at is not None


# --- The organization ---------------------------------------------------------------------------
def profile(version: int, **changed) -> dict:
    fields = {"version": version, "name": "Mills", "description": "", "website": "", "contact_email": ""}
    return fields | changed


def test_an_owner_changes_the_organization_and_others_read_it(people):
    signed_in(people.owner).post(url("organization", "mills"), profile(1, description="We recycle."))

    assert "We recycle." in signed_in(people.viewer).get(url("organization", "mills")).content.decode()
    assert signed_in(people.editor).post(url("organization", "mills"), profile(2)).status_code == 403


def test_two_owners_meet_with_both_texts(people):
    """R10."""
    client = signed_in(people.owner)
    client.post(url("organization", "mills"), profile(1, description="By the first."))

    answer = client.post(url("organization", "mills"), profile(1, description="By the second."))

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "By the first." in text and "By the second." in text


# --- Oneself ------------------------------------------------------------------------------------
def test_a_person_sets_name_and_language(people):
    signed_in(people.viewer).post(
        url("person"), {"first_name": "Zoë", "last_name": "O'Brien", "language": "fr"}
    )

    people.viewer.refresh_from_db()
    assert (people.viewer.first_name, people.viewer.language) == ("Zoë", "fr")
    entry = TrailEntry.objects.get(subject=f"person:{people.viewer.pk}")
    assert (entry.before, entry.after) == ({"language": "en"}, {"language": "fr"})


def test_an_account_is_deleted_and_its_reports_stay(people, owner):
    """R12: the only owner with colleagues names another one first."""
    assert (
        "An organization keeps at least one owner"
        in owner.post(url("delete-account"), {"sure": "on"}).content.decode()
    )
    Membership.objects.filter(user=people.editor).update(role="owner")

    answer = owner.post(url("delete-account"), {"sure": "on"})

    assert "Your account was deleted" in answer.content.decode()
    people.owner.refresh_from_db()
    assert str(people.owner) == "A former member"
    assert owner.get(url("dashboard", "mills")).status_code == 302


def test_deleting_asks_for_the_password_when_it_was_long_ago(people):
    give_password(people.viewer)

    answer = signed_in(people.viewer).post(url("delete-account"), {"sure": "on"})

    assert answer.status_code == 302 and "confirm" in answer["Location"]
    people.viewer.refresh_from_db()
    assert people.viewer.is_active
