"""Signing in and out with e-mail address and password (R19, R20, R22)."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from stakeholders.models import User
from tests.workspace.conftest import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_and_out(client, ana):
    entered = sign_in(client, follow=True)

    assert entered.redirect_chain[-1] == (reverse("workspace:home"), 302)
    assert entered.status_code == 200

    left = client.post(reverse("account_logout"))

    assert left.url == reverse("public:home")
    assert client.get(reverse("workspace:home")).url.startswith(reverse("account_login"))


def test_a_wrong_password_is_said_on_top_at_the_form_and_in_the_title(client, ana):
    refused = sign_in(client, password="something else")

    assert refused.status_code == 200
    assert "<title>Error: Sign in" in refused.text
    assert 'class="error-summary"' in refused.text


def test_a_missing_field_is_linked_from_the_summary_and_explained_at_the_field(client):
    refused = client.post(reverse("account_login"), {"login": "", "password": ""})

    assert '<a href="#id_login">' in refused.text
    assert 'id="id_login_error"' in refused.text
    assert 'aria-invalid="true"' in refused.text


def test_the_fields_say_what_a_password_manager_may_fill_in(client):
    page = client.get(reverse("account_login")).text

    assert 'autocomplete="email"' in page
    assert 'autocomplete="current-password"' in page
    assert "placeholder" not in page


def test_capital_letters_in_the_address_do_not_matter(client, ana):
    assert sign_in(client, email="Ana@Frontera.example").url == reverse("workspace:home")


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_language_has_its_own_door(client, ana, language):
    with translation.override(language):
        door = reverse("account_login")

    entered = client.post(door, {"login": ana.email, "password": PASSWORD})

    assert door.startswith(f"/{language}/")
    assert entered.url.startswith(f"/{language}/")


@pytest.mark.parametrize(
    ("wished", "led_to"),
    [
        ("/admin/", "/admin/"),
        ("/en/goals/", "/en/goals/"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("http://testserver/en/goals/", None),
        ("http:///evil.example", None),
        ("javascript:alert(1)", None),
        ("/\\evil.example", None),
    ],
)
def test_only_own_paths_are_gone_on_to(client, ana, wished, led_to):
    entered = client.post(
        reverse("account_login"), {"login": ana.email, "password": PASSWORD, "next": wished}
    )

    assert entered.url == (led_to or reverse("workspace:home"))


def test_signing_in_gives_the_session_a_new_key(client, ana):
    client.get(reverse("account_login"))
    session = client.session
    session["before"] = "kept"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    sign_in(client)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key


def test_the_session_left_behind_is_of_no_use(client, ana):
    sign_in(client)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key

    assert thief.get(reverse("workspace:home")).status_code == 302


def test_leaving_asks_for_a_post(client, ana):
    sign_in(client)

    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("workspace:home")).status_code == 200


def test_signing_in_needs_the_forms_token(ana):
    client = Client(enforce_csrf_checks=True)

    assert sign_in(client).status_code == 403


def test_a_person_switched_off_is_refused_at_the_next_request(client, ana):
    sign_in(client)
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert client.get(reverse("workspace:home")).status_code == 302
    assert sign_in(client, follow=True).redirect_chain[-1][0] == reverse("account_inactive")


def test_an_address_not_yet_confirmed_is_sent_a_mail_first(client, mailoutbox):
    User.objects.create_user("new@frontera.example", PASSWORD)

    asked = sign_in(client, email="new@frontera.example")

    assert asked.url == reverse("account_email_verification_sent")
    assert [mail.to for mail in mailoutbox] == [["new@frontera.example"]]
    assert client.get(reverse("workspace:home")).status_code == 302

    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))
    confirmed = client.post(link.removeprefix(settings.SITE_URL), follow=True)

    assert confirmed.status_code == 200
    assert sign_in(client, email="new@frontera.example").url == reverse("workspace:home")


def test_an_administrator_made_at_the_shell_can_sign_in_at_once(client, mailoutbox):
    User.objects.create_superuser("root@project.example", PASSWORD)

    assert sign_in(client, email="root@project.example").url == reverse("workspace:home")
    assert not mailoutbox


def test_nobody_signs_up_without_an_invitation(client):
    page = client.get(reverse("account_signup"))
    tried = client.post(
        reverse("account_signup"), {"email": "me@evil.example", "password1": PASSWORD, "first_name": "M"}
    )

    assert "Accounts come by invitation" in page.text
    assert "Accounts come by invitation" in tried.text
    assert not User.objects.filter(email="me@evil.example").exists()


# --- Caches and cookies ---------------------------------------------------------------------------


def test_what_a_signed_in_person_sees_is_kept_by_nobody(client, ana):
    sign_in(client)

    for name in ("workspace:home", "account_email", "mfa_index", "usersessions_list"):
        assert client.get(reverse(name))["Cache-Control"] == "no-store"


def test_public_pages_hold_nothing_personal(client, ana):
    before = client.get("/en/goals/").content
    sign_in(client)
    after = client.get("/en/goals/")

    assert after.content == before
    assert "Cookie" not in after.get("Vary", "")
    assert settings.SESSION_COOKIE_NAME not in after.cookies
    assert reverse("account_login") in after.text


def test_the_cookies_are_closed_to_scripts_and_other_sites(client, ana):
    entered = sign_in(client)
    form = client.get(reverse("account_email"))

    for cookie in (entered.cookies[settings.SESSION_COOKIE_NAME], form.cookies[settings.CSRF_COOKIE_NAME]):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_hostile_input_is_refused_in_words(client, ana):
    for login in ("\x00@frontera.example", "a" * 5000, "ana@frontera.example\r\nBcc: x@y.example", "\ud800"):
        answer = client.post(
            reverse("account_login"), {"login": login.encode("utf-8", "replace").decode(), "password": "\x00"}
        )
        assert answer.status_code == 200
        assert "error-summary" in answer.text


def test_somebody_signed_in_is_sent_on_from_the_door(client, ana):
    sign_in(client)

    assert client.get(reverse("account_login")).url == reverse("workspace:home")


def test_another_persons_reset_link_signs_nobody_in(client, ana):
    person("luz@frontera.example")
    sign_in(client)
    broken = client.get(reverse("account_reset_password_from_key", args=["1", "abc-def"]))

    assert broken.status_code == 200
    assert "does not work any more" in broken.text
