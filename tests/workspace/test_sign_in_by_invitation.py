"""An account comes by invitation only, and the invitation tells nobody who has one (R20, R21)."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from indicators import formats
from stakeholders import inviting
from stakeholders.models import Membership, Organization, User
from tests.workspace.conftest import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(db) -> Organization:
    return Organization.objects.create(code="frontera", name="Frontera", type="academia", area="MEX")


@pytest.fixture
def link(organization, mailoutbox, django_capture_on_commit_callbacks) -> str:
    """Where the invitation of luz@frontera.example leads."""
    owner = person("owner@frontera.example")
    Membership.objects.create(user=owner, organization=organization, role="owner")
    with django_capture_on_commit_callbacks(execute=True):
        inviting.invite(organization, "luz@frontera.example", "editor", owner)
    found = re.search(rf"{re.escape(settings.SITE_URL)}(/en/my/\S+)", mailoutbox[-1].body)
    return found[1]


def sign_up(client, email="luz@frontera.example", **more):
    names = {"first_name": "Luz", "last_name": "Ríos"}
    return client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD, **names, **more})


def test_somebody_invited_creates_an_account_and_is_a_member_at_once(client, link, organization, mailoutbox):
    assert "Frontera" in client.get(link).text
    assert client.post(link, {"sign_up": ""}).url == reverse("account_signup")
    assert "luz@frontera.example" in client.get(reverse("account_signup")).text

    entered = sign_up(client)

    assert entered.url == reverse("workspace:home")
    membership = Membership.objects.get(user__email="luz@frontera.example")
    assert (membership.organization, membership.role) == (organization, "editor")
    assert str(membership.user) == "Luz Ríos"
    assert len(mailoutbox) == 1  # the invitation: its link has proved the address


def test_a_password_that_was_just_chosen_is_not_asked_for_again(client, link, organization):
    client.post(link, {"sign_up": ""})
    sign_up(client)

    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_somebody_with_an_account_signs_in_and_is_a_member_at_once(client, link, organization):
    person("luz@frontera.example")
    assert client.post(link, {"sign_in": ""}).url == reverse("account_login")

    sign_in(client, email="luz@frontera.example")

    assert organization.memberships.filter(user__email="luz@frontera.example", role="editor").exists()


def test_somebody_signed_in_accepts_with_one_press(client, link, organization):
    luz = person("luz@frontera.example")
    sign_in(client, email=luz.email)

    client.get(link)
    assert not organization.memberships.filter(user=luz).exists()
    client.post(link)

    assert organization.memberships.filter(user=luz, role="editor").exists()


def test_the_account_gets_the_address_the_invitation_came_to(client, link):
    client.post(link, {"sign_up": ""})

    refused = sign_up(client, email="other@frontera.example")

    assert "Your invitation came to luz@frontera.example." in refused.text
    assert not User.objects.filter(email="other@frontera.example").exists()


def test_signing_up_at_an_address_with_an_account_makes_no_second_one(client, link, mailoutbox):
    person("luz@frontera.example")
    client.post(link, {"sign_up": ""})

    answer = sign_up(client)

    assert answer.url == reverse("account_email_verification_sent")
    assert User.objects.filter(email="luz@frontera.example").count() == 1
    assert settings.SITE_URL + reverse("account_reset_password") in mailoutbox[-1].body


def test_the_page_is_the_same_whether_the_address_has_an_account(client, link):
    before = client.get(link).text
    person("luz@frontera.example")

    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", client.get(link).text) == token.sub("", before)


def test_a_link_works_once(client, link, organization):
    luz = person("luz@frontera.example")
    sign_in(client, email=luz.email)
    client.post(link)
    organization.memberships.filter(user=luz).delete()

    again = client.post(link)

    assert again.status_code == 410
    assert "This invitation has been used" in again.text
    assert not organization.memberships.filter(user=luz).exists()


def test_a_link_nobody_was_sent_leads_nowhere(client):
    assert client.get(reverse("workspace:accept-invitation", args=["made-up"])).status_code == 404


def test_a_person_without_names_is_asked_for_them(client, link):
    client.post(link, {"sign_up": ""})

    assert 'href="#id_first_name"' in sign_up(client, first_name="").text


def test_the_day_a_link_ends_is_written_out_in_the_readers_language(
    organization, mailoutbox, settings, django_capture_on_commit_callbacks
):
    owner = person("owner@frontera.example")
    Membership.objects.create(user=owner, organization=organization, role="owner")
    for language in ("en", "fr"):
        with django_capture_on_commit_callbacks(execute=True):
            made = inviting.invite(organization, "luz@frontera.example", "editor", owner, language=language)
        written = formats.date_long(made.expires_at.date(), language)
        sent = mailoutbox[-1]
        assert written in sent.body and written in sent.alternatives[0].content


def test_a_used_invitation_leads_its_member_to_the_workspace(client, link):
    luz = person("luz@frontera.example")
    sign_in(client, email=luz.email)
    client.post(link)

    page = client.get(link)

    assert page.status_code == 410
    assert "This invitation has been used." in page.text
    assert "Sign in to go on" not in page.text
    assert f'href="{reverse("workspace:home")}">Open the workspace' in page.text


def test_somebody_without_an_account_becomes_a_steward_by_mail(
    client, mailoutbox, django_capture_on_commit_callbacks
):
    head = person("head@project.example")
    User.objects.filter(pk=head.pk).update(project_role="administrator")
    with django_capture_on_commit_callbacks(execute=True):
        inviting.invite_to_project("luz@frontera.example", "steward", User.objects.get(pk=head.pk))
    link = re.search(rf"{re.escape(settings.SITE_URL)}(/en/my/\S+)", mailoutbox[-1].body)[1]

    assert "You were invited to work for the Project. Your role: Steward." in client.get(link).text
    client.post(link, {"sign_up": ""})
    sign_up(client)

    assert User.objects.get(email="luz@frontera.example").project_role == "steward"
    home = client.get(reverse("workspace:home"), follow=True)
    assert "You now work for the Project. Your role: Steward." in home.text
