"""Changes of how a person signs in stand in the trail with their transaction, and tell no secret (R11)."""

import json
from unittest.mock import Mock

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from stakeholders import trail
from stakeholders.models import TrailEntry, User
from tests.workspace.conftest import PASSWORD, sign_in
from tests.workspace.test_sign_in_second_step import code, confirm

pytestmark = pytest.mark.django_db

NEW = "nine bridges over the bay"


@pytest.fixture(autouse=True)
def nothing_before(ana):
    """Only what the test does is in the trail of this person."""
    assert not entries(ana)


def entries(person) -> list[TrailEntry]:
    return list(TrailEntry.objects.filter(subject=f"person:{person.pk}").order_by("number"))


def told(person) -> list[tuple]:
    return [(entry.action, entry.before, entry.after) for entry in entries(person)]


def change_password(client: Client):
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return client.post(reverse("account_change_password"), given)


def link_of(mail) -> str:
    link = next(word for word in mail.body.split() if word.startswith("http"))
    return link.removeprefix(settings.SITE_URL)


def change_address(client: Client, mailoutbox) -> None:
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "ana@new.example"})
    client.post(asked.url, {"password": PASSWORD})
    client.post(link_of(mailoutbox[0]))


# --- Passwords ----------------------------------------------------------------------------------
def test_a_new_password_stands_there_with_who_and_by_which_way(client, ana):
    sign_in(client)

    change_password(client)

    [entry] = entries(ana)
    assert (entry.action, entry.actor, entry.way, entry.chain) == (
        "password.change", ana, "page", trail.PROJECT,
    )  # fmt: skip
    assert entry.request_id
    assert list(trail.faults_of(trail.PROJECT)) == []


def test_a_password_chosen_by_mail_is_told_apart(client, ana, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": ana.email})
    assert not entries(ana)  # asking changes nothing
    form = client.get(link_of(mailoutbox[0]), follow=True)

    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    assert told(ana) == [("password.reset", None, None)]
    assert entries(ana)[0].actor == ana


def test_a_password_changed_by_command_stands_there_too(client, ana, monkeypatch):
    """No person is named: whoever may run commands on the machine is not known to the program."""
    sign_in(client)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)

    call_command("changepassword", ana.email)

    [entry] = entries(ana)
    assert (entry.action, entry.actor, entry.way) == ("password.change", None, "command")
    ana.refresh_from_db()
    assert ana.check_password(NEW)
    assert "account_login" in resolve(client.get(reverse("workspace:home")).url.split("?")[0]).url_name


@pytest.mark.parametrize("typed", [[NEW, NEW + "."], ["password1234", "password1234"], ["short", "short"]])
def test_a_command_that_refuses_a_password_leaves_nothing(ana, monkeypatch, typed):
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("changepassword", ana.email)

    assert not entries(ana)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_the_command_and_its_entry_stand_or_fall_together(ana, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    monkeypatch.setattr(trail, "record", Mock(side_effect=RuntimeError))

    with pytest.raises(RuntimeError):
        call_command("changepassword", ana.email)

    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_somebody_who_may_do_everything_is_not_made_in_silence(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)

    call_command("createsuperuser", email="first@project.example", interactive=False, verbosity=0)

    [entry] = entries(User.objects.get(email="first@project.example"))
    assert (entry.action, entry.actor, entry.way) == ("person.create", None, "command")
    assert entry.after["is_superuser"] is True


def test_a_password_that_is_refused_leaves_nothing(client, ana):
    sign_in(client)

    client.post(reverse("account_change_password"), {"oldpassword": "no", "password1": NEW, "password2": NEW})

    assert not entries(ana)


def test_where_the_entry_cannot_be_written_the_old_password_stays_and_nobody_is_told(
    client, ana, mailoutbox, monkeypatch
):
    sign_in(client)

    def refuse(*given, **named):
        raise RuntimeError("no trail")

    monkeypatch.setattr(trail, "record", refuse)
    client.raise_request_exception = False
    assert change_password(client).status_code == 500

    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)
    assert not mailoutbox


# --- Addresses ----------------------------------------------------------------------------------
def test_a_new_address_is_added_confirmed_and_changed_to(client, ana, mailoutbox):
    sign_in(client)

    change_address(client, mailoutbox)

    assert told(ana) == [
        ("address.add", None, {"confirmed": False}),
        ("address.confirm", {"confirmed": False}, {"confirmed": True}),
        ("address.change", None, None),
    ]


def test_an_address_that_is_taken_back_is_told(client, ana, mailoutbox):
    sign_in(client)
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "ana@new.example"})
    client.post(asked.url, {"password": PASSWORD})

    client.post(reverse("account_email"), {"action_remove": "", "email": "ana@new.example"})

    assert told(ana)[1:] == [("address.remove", None, None)]


# --- Second steps -------------------------------------------------------------------------------
def test_an_app_and_the_codes_that_come_with_it_are_told_and_their_end(client, ana):
    sign_in(client)
    form = confirm(client, reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})
    assert sorted(entry.after["kind"] for entry in entries(ana)) == ["recovery_codes", "totp"]
    assert {entry.action for entry in entries(ana)} == {"second_step.add"}

    client.post(reverse("mfa_deactivate_totp"))

    removed = [entry for entry in entries(ana) if entry.action == "second_step.remove"]
    assert sorted(entry.before["kind"] for entry in removed) == ["recovery_codes", "totp"]


def test_new_recovery_codes_end_the_old_ones(client, ana):
    sign_in(client)
    form = confirm(client, reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})
    before = len(entries(ana))

    client.post(reverse("mfa_generate_recovery_codes"))

    assert told(ana)[before:] == [
        ("second_step.remove", {"kind": "recovery_codes"}, None),
        ("second_step.add", None, {"kind": "recovery_codes"}),
    ]


def test_a_security_key_is_told_when_it_comes_and_goes_and_not_when_it_is_used(ana):
    with transaction.atomic():
        key = Authenticator.objects.create(user=ana, type=Authenticator.Type.WEBAUTHN, data={"name": "Blue"})
        key.record_usage()
        key.delete()

    assert told(ana) == [
        ("second_step.add", None, {"kind": "webauthn"}),
        ("second_step.remove", {"kind": "webauthn"}, None),
    ]


# --- Sessions -----------------------------------------------------------------------------------
def test_ending_other_sessions_says_how_many(client, ana):
    for _browser in range(2):
        sign_in(Client())
    sign_in(client)

    client.post(reverse("usersessions_list"))

    assert told(ana) == [("sessions.end", {"sessions": 2}, None)]


def test_ending_none_is_no_change(client, ana):
    sign_in(client)

    client.post(reverse("usersessions_list"))

    assert not entries(ana)


# --- What it does not tell ----------------------------------------------------------------------
def test_no_secret_and_no_address_is_written_down(client, ana, mailoutbox):
    sign_in(client)
    change_password(client)
    form = confirm_with(client, NEW, reverse("mfa_activate_totp"))
    secret = form.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})

    written = json.dumps([[entry.before, entry.after, entry.reason] for entry in entries(ana)])

    assert len(entries(ana)) == 3
    assert not any(word in written for word in (PASSWORD, NEW, secret, "@"))


def confirm_with(client: Client, password: str, address: str):
    asked = client.get(address)
    return client.post(asked.url, {"password": password}, follow=True) if asked.status_code == 302 else asked
