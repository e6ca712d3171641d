"""Invitations by mail: used once, narrow in time, telling nobody who has an account (R21)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from stakeholders import inviting, people
from stakeholders.models import Invitation, Membership, TrailEntry, User
from tests.stakeholders.conftest import key_in_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def invite(organization, owner, django_capture_on_commit_callbacks):
    def send(email="new@frontera.example", role="editor", by=owner, **more) -> Invitation:
        with django_capture_on_commit_callbacks(execute=True):
            return inviting.invite(organization, email, role, by, **more)

    return send


@pytest.fixture
def newcomer() -> User:
    return User.objects.create_user("new@frontera.example", first_name="Nuria")


def test_the_link_in_the_mail_makes_its_reader_a_member(invite, newcomer, organization):
    invite()
    invitation = inviting.invitation_for(key_in_mail())

    membership = inviting.accept(invitation, newcomer)

    assert (membership.organization, membership.role) == (organization, "editor")
    assert Invitation.objects.get().state == Invitation.State.ACCEPTED


def test_the_mail_leads_to_our_own_address_in_text_and_html(invite, settings):
    settings.SITE_URL = "https://progress.example"
    invite()

    message = mail.outbox[0]
    link = f"https://progress.example/my/invitation/{key_in_mail()}/"
    assert message.to == ["new@frontera.example"]
    assert link in message.body
    assert f'href="{link}"' in message.alternatives[0].content


def test_names_stay_text_in_the_mail(invite, organization):
    """R26"""
    organization.name = "Nuñez-O'Brien & Söhne <b>\"\r\nBcc: all@example.org"
    organization.save()
    invite()

    message = mail.outbox[0]
    assert message.subject.startswith("Nuñez-O'Brien & Söhne <b>\" Bcc: all@example.org invites")
    assert "Söhne &lt;b&gt;" in message.alternatives[0].content
    assert "O'Brien & Söhne <b>" in message.body


def test_only_the_hash_of_the_key_is_kept(invite):
    invite()

    kept = Invitation.objects.values().get()
    assert key_in_mail() not in str(kept)
    assert key_in_mail() not in str(list(TrailEntry.objects.values()))


def test_the_trail_holds_no_address_of_a_person(invite):
    invite()

    entry = TrailEntry.objects.get(action="create", chain="frontera")
    assert "new@" not in str(entry.after)
    assert entry.after["role"] == "editor"


def test_an_invitation_is_used_once(invite, newcomer):
    invite()
    invitation = inviting.invitation_for(key_in_mail())
    inviting.accept(invitation, newcomer)

    with pytest.raises(inviting.InvitationClosed, match="has been used"):
        inviting.accept(invitation, User.objects.create_user("late@frontera.example"))
    assert Membership.objects.filter(organization=invitation.organization).count() == 2


def test_an_old_invitation_no_longer_works(invite, newcomer):
    invitation = invite()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(inviting.InvitationClosed, match="too old"):
        inviting.accept(invitation, newcomer)
    assert not newcomer.memberships.exists()


def test_a_withdrawn_invitation_no_longer_works(invite, newcomer, owner):
    invitation = invite()
    inviting.withdraw(invitation, owner)

    with pytest.raises(inviting.InvitationClosed, match="was withdrawn"):
        inviting.accept(invitation, newcomer)


def test_a_second_invitation_to_an_address_ends_the_first(invite, newcomer):
    first, second = invite(), invite("NEW@frontera.example")

    first.refresh_from_db()
    assert (first.state, second.state) == (Invitation.State.WITHDRAWN, Invitation.State.OPEN)


def test_an_invitation_takes_nothing_away(invite, member):
    member = member("owner", "Bea")

    assert inviting.accept(invite(role="viewer"), member).role == "owner"


def test_a_link_nobody_was_sent_leads_nowhere():
    assert inviting.invitation_for("guess") is None
    assert inviting.invitation_for("é" * 3000) is None


def test_an_address_with_an_account_and_one_without_get_the_same(invite, newcomer):
    """R21: the same fields, and mails that differ in the link alone."""
    known, unknown = invite("new@frontera.example"), invite("nobody@frontera.example")

    texts = [message.body.replace(key_in_mail(n), "KEY") for n, message in enumerate(mail.outbox)]
    assert texts[0] == texts[1]
    assert known.state == unknown.state


def test_the_mail_is_written_in_the_language_of_a_known_reader(invite, newcomer):
    newcomer.language = "es"
    newcomer.save()
    asked = []
    inviting.mail.send, send = lambda to, language, *rest: asked.append(language), inviting.mail.send
    try:
        invite()
    finally:
        inviting.mail.send = send

    assert asked == ["es"]


def test_whoever_may_not_invite_is_refused(invite, member, other):
    with pytest.raises(PermissionDenied):
        invite(by=member("editor"))
    with pytest.raises(Http404):
        invite(by=member("owner", "Olga", other))
    assert mail.outbox == []


def test_members_of_an_organization_switched_off_cannot_be_added(invite, newcomer, organization):
    invitation = invite()
    organization.is_active = False
    organization.save()

    with pytest.raises(inviting.InvitationClosed):
        inviting.accept(invitation, newcomer)


def test_somebody_who_belongs_to_it_already_is_not_invited_again(invite, member, owner, organization):
    for email in (owner.email.upper(), member("viewer").email):
        with pytest.raises(ValidationError, match="belongs to the organization already"):
            invite(email=email)
    assert not Invitation.objects.exists()


def test_an_earlier_invitation_that_is_replaced_has_its_entry(invite):
    first = invite()
    invite()

    assert TrailEntry.objects.get(action="withdraw").subject == f"invitation:{first.pk}"


# --- To the Project -----------------------------------------------------------------------------
@pytest.fixture
def call(administrator, django_capture_on_commit_callbacks):
    def send(email="new@frontera.example", role="steward", by=administrator) -> Invitation:
        with django_capture_on_commit_callbacks(execute=True):
            return inviting.invite_to_project(email, role, by)

    return send


@pytest.mark.parametrize("role", ["steward", "administrator"])
def test_the_link_gives_its_reader_the_role_for_the_project(call, newcomer, role):
    call(role=role)
    message = mail.outbox[0]
    assert message.subject == "You are invited to work for the North American Progress Monitor"
    assert f"Your role: {role.capitalize()}." in message.body

    assert inviting.accept(inviting.invitation_for(key_in_mail()), newcomer) is None

    newcomer.refresh_from_db()
    assert (newcomer.project_role, newcomer.is_staff) == (role, role == "administrator")
    entry = TrailEntry.objects.get(chain="project", action="accept")
    assert (entry.before, entry.after) == ({"project_role": ""}, {"project_role": role})


def test_a_link_to_the_project_is_for_the_address_it_came_to(call, member):
    call(role="administrator")
    other = member("viewer")

    with pytest.raises(inviting.InvitationClosed, match="another address"):
        inviting.accept(inviting.invitation_for(key_in_mail()), other)
    other.refresh_from_db()
    assert (other.project_role, Invitation.objects.get().state) == ("", Invitation.State.OPEN)


def test_an_invitation_to_the_project_takes_nothing_away(call, newcomer):
    call()
    User.objects.filter(pk=newcomer.pk).update(project_role="administrator")
    inviting.accept(inviting.invitation_for(key_in_mail()), newcomer)

    newcomer.refresh_from_db()
    assert newcomer.project_role == "administrator"


def test_only_administrators_invite_to_the_project(call, owner):
    steward = User.objects.create_user("steward@project.example", project_role="steward")
    for one in (owner, steward):
        with pytest.raises((Http404, PermissionDenied)):
            call(by=one)


def test_an_invitation_to_the_project_ends_with_the_role_of_who_made_it(call, administrator):
    second = User.objects.create_user("second@project.example", project_role="administrator")
    call(by=second)
    people.give_project_role(second, "steward", administrator, "Less to do")

    assert Invitation.objects.get().state == Invitation.State.WITHDRAWN
    assert TrailEntry.objects.filter(chain="project", action="withdraw").exists()
