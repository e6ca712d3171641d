"""Sessions are sound, and changes of rights act at once (R18, R22)."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.workspace.conftest import PASSWORD, person, sign_in
from workspace import browsers

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = "eight rivers to the sea"


@pytest.fixture
def clock(monkeypatch):
    """Sets the time sessions are measured by."""

    def set_to(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    set_to(MONDAY)
    return set_to


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("workspace:home")).status_code == 200


def other_browser(user) -> Client:
    client = Client(headers={"User-Agent": "Another browser"})
    sign_in(client, email=user.email)
    return client


def test_a_session_ends_eight_hours_after_its_last_request(client, ana, clock):
    sign_in(client)

    clock(MONDAY + timedelta(hours=7))
    assert is_signed_in(client)
    clock(MONDAY + timedelta(hours=14))
    assert is_signed_in(client)
    clock(MONDAY + timedelta(hours=22, minutes=1))
    assert not is_signed_in(client)


def test_a_session_ends_fourteen_days_after_signing_in_however_busy(client, ana, clock):
    sign_in(client)

    for hours in range(7, 14 * 24, 7):
        clock(MONDAY + timedelta(hours=hours))
        assert is_signed_in(client)
    clock(MONDAY + timedelta(days=14, seconds=1))
    assert not is_signed_in(client)


def test_the_cookie_ends_with_the_session(client, ana):
    sign_in(client)

    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == pytest.approx(8 * 3600, abs=5)


def test_one_sees_where_one_is_signed_in_and_ends_one_session(client, ana):
    elsewhere = other_browser(ana)
    sign_in(client)
    page = client.get(reverse("usersessions_list"))
    assert "Another browser" in page.text

    session = UserSession.objects.get(user_agent="Another browser")
    client.post(reverse("usersessions_end", args=[session.pk]))

    assert not is_signed_in(elsewhere)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1", "Safari on macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 100, "x" * 79 + "…"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_and_its_system_are_said_in_words(said, words):
    assert browsers.in_words(said) == words


def test_what_the_browser_said_of_itself_stays_at_hand(client, ana):
    sign_in(client)
    said = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    UserSession.objects.update(user_agent=said)

    assert f'<span title="{said}">Firefox on Linux</span>' in client.get(reverse("usersessions_list")).text


def test_all_other_sessions_end_with_one_press(client, ana):
    others = [other_browser(ana), other_browser(ana)]
    sign_in(client)

    client.post(reverse("usersessions_list"))

    assert not any(is_signed_in(other) for other in others)
    assert is_signed_in(client)


def test_nobody_ends_or_sees_another_persons_session(client, ana):
    luz = person("luz@frontera.example")
    elsewhere = other_browser(luz)
    sign_in(client)
    session = UserSession.objects.get(user=luz)

    assert client.post(reverse("usersessions_end", args=[session.pk])).status_code == 404
    assert "Another browser" not in client.get(reverse("usersessions_list")).text
    assert is_signed_in(elsewhere)


def test_a_new_password_ends_the_other_sessions(client, ana):
    elsewhere = other_browser(ana)
    sign_in(client)

    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_the_old_password_is_asked_for(client, ana):
    sign_in(client)

    refused = client.post(
        reverse("account_change_password"), {"oldpassword": "no", "password1": NEW, "password2": NEW}
    )

    assert 'href="#id_oldpassword"' in refused.text
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_a_password_chosen_by_mail_ends_every_session_and_the_link_works_once(client, ana, mailoutbox):
    elsewhere = other_browser(ana)
    client.post(reverse("account_reset_password"), {"email": ana.email})
    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))
    path = link.removeprefix(settings.SITE_URL)

    form = client.get(path, follow=True)
    assert "path" not in form.redirect_chain[-1][0]  # the key has left the address
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    assert not is_signed_in(elsewhere)
    assert "does not work any more" in Client().get(path, follow=True).text


# --- Asked again ----------------------------------------------------------------------------------


def test_a_new_address_asks_for_the_password_and_then_goes_on_by_itself(client, ana, mailoutbox):
    sign_in(client)
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "ana@new.example"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not mailoutbox

    client.post(asked.url, {"password": PASSWORD})

    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))
    assert mailoutbox[0].to == ["ana@new.example"]
    ana.refresh_from_db()
    assert ana.email == "ana@frontera.example"  # until the new one is confirmed

    client.post(link.removeprefix(settings.SITE_URL))

    ana.refresh_from_db()
    assert ana.email == "ana@new.example"
    assert mailoutbox[-1].to == ["ana@frontera.example"]  # the old address hears of it


def test_a_wrong_password_lets_nobody_go_on(client, ana, mailoutbox):
    sign_in(client)
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "ana@new.example"})

    refused = client.post(asked.url, {"password": "wrong"})

    assert "<title>Error: Confirm that it is you" in refused.text
    assert not mailoutbox


def test_an_address_somebody_took_meanwhile_is_not_confirmed(client, ana, mailoutbox):
    sign_in(client)
    asked = client.post(reverse("account_email"), {"action_add": "", "email": "luz@frontera.example"})
    client.post(asked.url, {"password": PASSWORD})
    type(ana).objects.create_user("Luz@frontera.example")

    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))
    answer = client.post(link.removeprefix(settings.SITE_URL), follow=True)

    assert answer.status_code == 200
    ana.refresh_from_db()
    assert ana.email == "ana@frontera.example"
