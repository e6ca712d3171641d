"""Guessing does not pay, and nobody is told who has an account (R20, R21)."""

import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisGone

from tests.workspace.conftest import PASSWORD, person, sign_in
from workspace.models import SignInFailures

pytestmark = pytest.mark.django_db

ARGON2 = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 5, 30


def guess(client: Client, times: int, email: str = "ana@frontera.example", **more) -> None:
    for number in range(times):
        sign_in(client, email=email, password=f"guess {number}", **more)


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, ana):
    guess(client, TRIES_PER_ACCOUNT)

    refused = sign_in(client)

    assert refused.status_code == 200
    assert "Too many failed login attempts" in refused.text
    assert client.get(reverse("workspace:home")).status_code == 302


def test_the_pause_is_the_accounts_wherever_the_tries_come_from(client, ana):
    for number in range(TRIES_PER_ACCOUNT):
        guess(Client(REMOTE_ADDR=f"198.51.100.{number}"), 1)

    assert "Too many failed" in sign_in(Client(REMOTE_ADDR="198.51.100.200")).text


def test_an_address_that_guesses_at_many_accounts_is_refused(client, ana):
    guesser = Client(REMOTE_ADDR="198.51.100.7")
    for number in range(TRIES_PER_ADDRESS):
        guess(guesser, 1, email=f"person{number}@frontera.example")

    assert sign_in(guesser).status_code in (200, 429)
    assert guesser.get(reverse("workspace:home")).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="198.51.100.8")).url == reverse("workspace:home")


def test_right_passwords_in_between_do_not_hide_the_wrong_ones(ana):
    person("guesser@frontera.example")
    for _ in range(TRIES_PER_ACCOUNT):
        client = Client()
        sign_in(client, email="guesser@frontera.example")
        client.post(reverse("account_logout"))
        guess(client, 1)

    assert "Too many failed" in sign_in(Client()).text


def test_the_way_by_mail_stays_open_and_ends_the_pause(client, ana, mailoutbox):
    guess(client, TRIES_PER_ACCOUNT + 1)

    client.post(reverse("account_reset_password"), {"email": ana.email})
    link = next(word for word in mailoutbox[0].body.split() if word.startswith(settings.SITE_URL))
    form = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    new = "eight rivers to the sea"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    assert sign_in(client, password=new).url == reverse("workspace:home")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "counted_apart"),
    [
        (0, "203.0.113.{}", False),  # nobody stands in front: whatever is sent is a stranger's word
        (1, "203.0.113.{}", True),
        (1, "203.0.113.{}, 192.0.2.1", False),  # only what the last proxy wrote counts
        (2, "203.0.113.{}, 192.0.2.1", True),
        (2, "203.0.113.{}", False),  # fewer hops than proxies: the header is not theirs
        (1, "nonsense {}", False),
    ],
)
def test_only_the_configured_proxies_are_believed(settings, db, trusted, forwarded, counted_apart):
    settings.TRUSTED_PROXIES = trusted
    for number in range(TRIES_PER_ADDRESS):
        header = {"X-Forwarded-For": forwarded.format(number)}
        guess(Client(headers=header), 1, email=f"person{number}@frontera.example")
    person()

    last = sign_in(Client(headers={"X-Forwarded-For": forwarded.format(200)}))

    assert (last.status_code == 302) is counted_apart


def test_the_limits_hold_while_the_cache_is_down(client, ana, monkeypatch):
    """R8: what is counted stands in the database."""

    def gone(*args, **kwargs):
        raise RedisGone("no cache")

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(cache, name, gone)
    guess(client, TRIES_PER_ACCOUNT)

    assert "Too many failed" in sign_in(client).text


def test_failed_tries_are_counted_by_day(client, ana, today):
    before = SignInFailures.objects.since(today)
    guess(client, TRIES_PER_ACCOUNT)
    sign_in(client)  # refused by the pause

    assert SignInFailures.objects.since(today) == before + TRIES_PER_ACCOUNT + 1
    assert SignInFailures.objects.count() == 1


# --- Who has an account ---------------------------------------------------------------------------


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_signing_in_says_the_same_of_unknown_people(ana):
    known = sign_in(Client(), password="wrong")
    unknown = sign_in(Client(), email="nobody@frontera.example", password="wrong")

    assert known.status_code == unknown.status_code
    same = without_token(known.text).replace("ana@", "nobody@")
    assert same == without_token(unknown.text)


def test_asking_for_a_new_password_says_the_same_of_unknown_people(ana, mailoutbox):
    answers = []
    for email in (ana.email, "nobody@frontera.example"):
        client = Client()
        sent = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((sent.status_code, sent.url, without_token(client.get(sent.url).text)))

    assert answers[0] == answers[1]
    assert [mail.to for mail in mailoutbox] == [[ana.email], ["nobody@frontera.example"]]
    assert "There is no account with this address" in mailoutbox[1].body


def seconds_of_a_wrong_sign_in(email: str, number: int) -> float:
    client = Client(REMOTE_ADDR=f"198.51.100.{number}")
    begun = time.process_time()
    sign_in(client, email=email, password="wrong")
    return time.process_time() - begun


def test_a_sign_in_takes_as_long_for_unknown_people(settings, db):
    """Within 20 %, with the hasher of production; in work done, so that a busy machine says no other."""
    settings.PASSWORD_HASHERS = ARGON2
    known, unknown = [], []
    for number in range(9):
        email = person(f"person{number}@frontera.example").email
        known.append(seconds_of_a_wrong_sign_in(email, number))
        unknown.append(seconds_of_a_wrong_sign_in(f"nobody{number}@frontera.example", number))

    assert min(known) == pytest.approx(min(unknown), rel=0.2)


@pytest.mark.parametrize("password", ["short", "password1234", "ana@frontera.example"])
def test_weak_passwords_are_refused(client, ana, password):
    sign_in(client)
    refused = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    assert refused.status_code == 200
    assert "error-summary" in refused.text
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_any_characters_make_a_password(client, ana):
    sign_in(client)
    odd = " ñandú 🐙 über\tall "

    changed = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": odd, "password2": odd}
    )

    assert changed.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(odd)
