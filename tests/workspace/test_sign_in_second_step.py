"""A second step at sign-in: offered to all, required of administrators; codes work once (R20, R22)."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from stakeholders.models import User
from tests.workspace.conftest import PASSWORD, person, sign_in
from workspace.models import SignInFailures

pytestmark = pytest.mark.django_db

PERIOD = 30
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET) -> str:
    """The code of now, with some seconds left to use it."""
    if (left := PERIOD - time.time() % PERIOD) < 3:
        time.sleep(left)
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def confirm(client: Client, address: str):
    """Ask for a page that wants the password again, and give it."""
    asked = client.get(address)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    return client.post(asked.url, {"password": PASSWORD}, follow=True)


@pytest.fixture
def careful(ana) -> User:
    """Ana with an authenticator app and recovery codes."""
    totp.TOTP.activate(ana, SECRET)
    RecoveryCodes.activate(ana)
    return ana


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("workspace:home")).status_code == 200


def test_an_app_is_set_up_after_the_password_and_gives_recovery_codes(client, ana):
    sign_in(client)
    form = confirm(client, reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml;base64,' in form.text
    assert 'autocomplete="one-time-code"' in form.text

    done = client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})

    assert done.url == reverse("mfa_view_recovery_codes")
    assert client.get(done.url).text.count("<li><code>") == 10


def test_a_wrong_code_sets_up_nothing(client, ana):
    sign_in(client)
    confirm(client, reverse("mfa_activate_totp"))

    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "<title>Error: Set up an authenticator app" in refused.text
    assert not Authenticator.objects.filter(user=ana).exists()


def test_the_password_alone_does_not_let_in(client, careful):
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)

    client.post(reverse("mfa_authenticate"), {"code": code()})

    assert is_signed_in(client)


def test_a_code_works_once(careful):
    shown = code()
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": shown})

    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_used_codes_are_remembered_though_the_shared_cache_is_emptied(careful):
    shown = code()
    for client in (Client(), Client()):
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": shown})
        caches["default"].clear()

    assert not is_signed_in(client)


def test_a_recovery_code_lets_in_once(careful):
    spare = Authenticator.objects.get(user=careful, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": spare})

    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_guessing_codes_ends_in_a_pause_and_is_counted(client, careful, today):
    sign_in(client)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    refused = client.post(reverse("mfa_authenticate"), {"code": code()})

    assert "Too many failed" in refused.text
    assert not is_signed_in(client)
    assert SignInFailures.objects.since(today) >= 5


def test_removing_the_app_asks_for_the_password_again(client, careful):
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code()})

    assert client.post(reverse("mfa_deactivate_totp")).url.startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=careful, type="totp").exists()


def test_a_person_hears_by_mail_that_an_app_was_set_up(
    client, ana, mailoutbox, django_capture_on_commit_callbacks
):
    sign_in(client)
    form = confirm(client, reverse("mfa_activate_totp"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})

    assert mailoutbox[-1].to == [ana.email]


# --- Administrators and the admin -----------------------------------------------------------------


@pytest.fixture
def administrator(db) -> User:
    return person("root@project.example", is_staff=True, is_superuser=True)


def test_an_administrator_is_sent_to_set_one_up_before_anything_else(settings, client, administrator):
    settings.MFA_REQUIRED = True
    sign_in(client, email=administrator.email)

    for page in ("/admin/", "/admin/stakeholders/user/", reverse("workspace:home")):
        assert client.get(page).url == reverse("mfa_index")
    assert "Administrators need a second step" in client.get(reverse("mfa_index")).text

    form = confirm(client, reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})

    assert client.get("/admin/").status_code == 200


def test_on_this_machine_alone_an_administrator_may_go_on_with_a_notice(settings, client, administrator):
    settings.MFA_REQUIRED = False
    sign_in(client, email=administrator.email)

    assert client.get("/admin/").status_code == 200
    assert "without a second step" in client.get(reverse("workspace:home"), follow=True).text


def test_others_are_offered_one_and_need_none(settings, client, ana):
    settings.MFA_REQUIRED = True
    sign_in(client)

    assert is_signed_in(client)
    assert "without a second step" not in client.get(reverse("workspace:home")).text
    assert client.get(reverse("mfa_index")).status_code == 200


def test_the_admin_has_no_second_door(client, administrator):
    asked = client.get("/admin/login/?next=/admin/goals/")
    assert asked.url == reverse("account_login") + "?next=/admin/goals/"

    tried = client.post("/admin/login/", {"username": administrator.email, "password": PASSWORD})

    assert tried.url.startswith(reverse("account_login"))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/password_change/").url == reverse("account_change_password")


def test_the_way_to_the_admin_leads_through_the_one_door_and_back(client, administrator):
    door = client.get("/admin/stakeholders/user/", follow=True).redirect_chain[-1][0]

    entered = client.post(door, {"login": administrator.email, "password": PASSWORD})
    assert entered.status_code == 302

    page = client.get(door)  # signed in by now: straight on
    assert page.url == "/admin/stakeholders/user/"


def test_leaving_the_admin_leaves_the_site(client, administrator):
    client.force_login(administrator)

    client.post("/admin/logout/")

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", "/admin/stakeholders/user/", "/admin/nothing/"])
def test_for_others_there_is_no_admin(client, ana, page):
    sign_in(client)

    assert client.get(page).status_code == 404


def test_staff_cannot_guess_at_the_admins_own_form(client, administrator):
    client.force_login(administrator)

    assert client.post("/admin/login/", {"username": "x", "password": "y"}).url == "/admin/"


def test_changing_rights_asks_for_the_password_and_then_goes_on(client, administrator, ana):
    sign_in(client, email=administrator.email)
    page = reverse("admin:auth_user_password_change", args=[ana.pk])
    new = {"password1": "eight rivers to the sea", "password2": "eight rivers to the sea"}

    asked = client.post(page, {**new, "usable_password": "true"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)

    assert client.post(asked.url, {"password": PASSWORD}).status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(new["password1"])


@pytest.mark.parametrize("model", ["user", "organization"])
def test_rights_are_changed_only_after_the_password(client, administrator, ana, model):
    sign_in(client, email=administrator.email)

    for page in (
        reverse(f"admin:stakeholders_{model}_add"),
        reverse(f"admin:stakeholders_{model}_change", args=[1]),
    ):
        assert client.post(page, {}).url.startswith(reverse("account_reauthenticate"))
