"""Sign-in and one's account in Chromium: sound, without JavaScript too, and with a security key (R20)."""

import re

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from stakeholders.models import User
from tests.browser.looking import assert_sound, in_turn
from tests.browser.watching import in_light
from tests.page_kinds import ACCOUNT_PAGES, STRANGERS_PAGES
from tests.workspace.conftest import PASSWORD, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SILENT_KEY = "() => { navigator.credentials.create = () => Promise.reject(new Error('No key there.')); }"


@pytest.fixture
def ana(transactional_db) -> User:
    return person()


@pytest.fixture
def site(transactional_db, live_server) -> str:
    """By the name localhost: security keys know no bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


def address(name: str, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name)


def sign_in(tab, site: str, password: str = PASSWORD) -> None:
    tab.goto(site + address("account_login"))
    tab.fill("[name=login]", "ana@frontera.example")
    tab.fill("[name=password]", password)
    tab.click("main button")


def open_after_the_password(tab, address: str) -> None:
    tab.goto(address)
    tab.fill("[name=password]", PASSWORD)
    tab.click("main button")


def test_the_pages_before_signing_in_are_sound(site, tab):
    for page in in_turn(tab, lambda: [reverse(name) for name in STRANGERS_PAGES]):
        tab.goto(site + page)
        assert_sound(tab)


def test_the_pages_of_an_account_are_sound(site, tab, ana):
    sign_in(tab, site)
    open_after_the_password(tab, site + address("mfa_activate_totp"))
    for page in in_turn(tab, lambda: [reverse(name) for name in ACCOUNT_PAGES]):
        tab.goto(site + page)
        assert tab.url == site + page
        assert_sound(tab)


def test_a_refused_sign_in_is_sound_and_leads_to_the_field(site, tab, ana):
    tab.goto(site + address("account_login"))
    tab.click("main button")

    expect(tab).to_have_title(re.compile("^Error:"))
    assert_sound(tab)
    tab.click(".error-summary a >> nth=0")
    assert tab.evaluate("document.activeElement.name") == "login"


def test_signing_in_and_out_works_without_scripts(site, browser, ana):
    tab = browser.new_context(java_script_enabled=False).new_page()
    sign_in(tab, site)
    assert tab.url == site + address("workspace:home")

    tab.click(".workspace-bar button")
    assert tab.url == f"{site}/en/"
    tab.context.close()


@in_light
def test_the_primary_button_is_large_enough_to_touch(site, tab):
    tab.goto(site + address("account_login"))

    assert tab.locator("main .button-primary").bounding_box()["height"] >= 44


def test_a_security_key_is_added_and_then_asked_for(site, tab, ana):
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(tab, site)
    open_after_the_password(tab, site + address("mfa_add_webauthn"))
    tab.fill("[name=name]", "Blue key")
    tab.click("main .button-primary")
    tab.wait_for_url(site + address("mfa_view_recovery_codes"))
    assert tab.locator(".recovery-codes li").count() == 10
    assert_sound(tab)

    tab.click(".workspace-bar button")
    sign_in(tab, site)
    assert tab.url == site + address("mfa_authenticate")
    assert_sound(tab)
    tab.click("[data-security-key] button")
    tab.wait_for_url(site + address("workspace:home"))

    tab.goto(site + address("mfa_list_webauthn"))
    assert "Blue key" in tab.inner_text("table")
    assert_sound(tab)


@in_light
def test_a_key_that_does_not_answer_is_said_and_the_form_stays(site, tab, ana):
    sign_in(tab, site)
    open_after_the_password(tab, site + address("mfa_add_webauthn"))
    tab.evaluate(SILENT_KEY)
    tab.fill("[name=name]", "Blue key")
    tab.click("main .button-primary")

    assert "No key there." in tab.inner_text("[role=alert] >> visible=true")
    assert tab.input_value("[name=name]") == "Blue key"
