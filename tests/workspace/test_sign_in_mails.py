"""Mails about an account: two forms that say the same, the reader's language, our own host (R19)."""

import re
from html import unescape

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from indicators import formats
from tests.signing_in import signed_in
from tests.workspace.conftest import PASSWORD, person, sign_in
from tests.workspace.test_account_trail import change_address, change_password

pytestmark = pytest.mark.django_db


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def html_of(sent) -> str:
    (html,) = [part for part, kind in sent.alternatives if kind == "text/html"]
    return html


@pytest.fixture
def reset(client, ana, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": ana.email})
    return mailoutbox[0]


def test_text_and_html_say_the_same(reset):
    body = html_of(reset).partition("overflow-wrap:anywhere")[2].partition(">")[2]

    assert words(unescape(re.sub("<[^>]*>", " ", body))) == words(reset.body)


def test_nothing_in_a_mail_is_fetched_from_anywhere(reset):
    assert not re.search(r"<(img|link|script|iframe)\b|url\(", html_of(reset))


def test_a_change_is_told_with_its_day_and_time_written_out(client, mailoutbox):
    luz = person("luz@frontera.example", language="fr")
    sign_in(client, email=luz.email)
    new = dict.fromkeys(("password1", "password2"), "Another-long-enough-word-4")

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})

    written = formats.date_long(timezone.now().date(), "fr")
    assert re.search(rf"{written}\D{{1,4}}\d\d:\d\d UTC", mailoutbox[-1].body)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_an_address_is_asked_for_by_one_word(client, name):
    assert ">E-mail address</label>" in client.get(reverse(name)).text


# --- One spelling -------------------------------------------------------------------------------
SHOWN = re.compile(r"<(script|style).*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL)
SAID = re.compile(r'(?:placeholder|title|alt|aria-label)="([^"]*)"')


def seen_on(text: str) -> str:
    """What a reader sees or hears, without addresses."""
    return " ".join([SHOWN.sub(" ", text), *SAID.findall(text)])


def spellings(text: str) -> list[str]:
    return re.findall(r"(?<![\w@./-])e-?mails?(?![\w@])", text, re.IGNORECASE)


def assert_one_spelling(*texts: str) -> None:
    found = {word for text in texts for word in spellings(text)}
    assert {word.lower().rstrip("s") for word in found} <= {"e-mail"}


def test_pages_without_sign_in_spell_e_mail_one_way(client, ana):
    names = (
        "login",
        "reset_password",
        "reset_password_done",
        "signup",
        "inactive",
        "email_verification_sent",
    )
    pages = [client.get(reverse(f"account_{name}")).text for name in names]
    refused = [
        client.post(reverse("account_login"), {"login": ana.email, "password": "no"}),
        client.post(reverse("account_reset_password"), {"email": "no address"}),
    ]

    assert any(spellings(seen_on(page)) for page in pages)
    assert "Enter a valid e-mail address." in refused[1].text
    assert_one_spelling(*map(seen_on, [*pages, *(page.text for page in refused)]))


def test_pages_of_an_account_spell_e_mail_one_way(ana):
    other, client = person("luz@frontera.example"), signed_in(ana)
    names = ("account_change_password", "account_email", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn",
             "usersessions_list", "account_reauthenticate")  # fmt: skip
    pages = [client.get(reverse(name)) for name in names]
    for address in ("no address", other.email, ana.email, "ana@new.example"):
        given = {"action_add": "", "email": address}
        pages.append(client.post(reverse("account_email"), given, follow=True))

    assert "This is the e-mail address of your account already." in pages[-2].text
    assert "Confirmation e-mail sent to" in pages[-1].text
    assert_one_spelling(*(seen_on(page.text) for page in pages))


def test_mails_about_an_account_spell_e_mail_one_way(client, ana, mailoutbox):
    sign_in(client)
    change_address(client, mailoutbox)
    change_password(client)
    for address in ("ana@new.example", "nobody@frontera.example"):
        client.post(reverse("account_reset_password"), {"email": address})

    subjects = [sent.subject.partition("] ")[2] or sent.subject for sent in mailoutbox]
    assert len(subjects) == 5, subjects
    assert_one_spelling(*(f"{sent.subject} {sent.body}" for sent in mailoutbox))
    assert_one_spelling(*(seen_on(html_of(sent)) for sent in mailoutbox))


@pytest.mark.parametrize(
    ("language", "subject"), [("es", "restablecer contraseña"), ("fr", "réinitialisation de mot de passe")]
)
def test_a_mail_is_in_its_readers_language(client, mailoutbox, language, subject):
    luz = person("luz@frontera.example", language=language)

    client.post(reverse("account_reset_password"), {"email": luz.email})  # on the English page

    assert subject in mailoutbox[0].subject.lower()
    assert f"/{language}/" in mailoutbox[0].body


def test_addresses_in_mails_are_ours_whatever_host_was_asked(settings, ana, mailoutbox):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    asker = Client(headers={"Host": "other.example", "X-Forwarded-Host": "evil.example"})

    asker.post(reverse("account_reset_password"), {"email": ana.email})
    asker.post(reverse("account_reset_password"), {"email": "nobody@frontera.example"})

    for sent in mailoutbox:
        assert "other.example" not in sent.message().as_string()
        assert "evil.example" not in sent.message().as_string()


def test_a_mail_server_that_does_not_answer_is_said_and_nothing_breaks(settings, client, ana):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there

    answer = client.post(reverse("account_reset_password"), {"email": ana.email})

    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "The mail could not be sent" in answer.text


def test_a_change_stays_though_the_mail_about_it_cannot_be_sent(settings, client, ana):
    sign_in(client)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    new = {"oldpassword": "seven rivers to the sea", "password1": "eight rivers to the sea"}

    changed = client.post(reverse("account_change_password"), {**new, "password2": new["password1"]})

    assert changed.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password("eight rivers to the sea")
    assert not mail.outbox
