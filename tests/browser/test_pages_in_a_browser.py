"""Every kind of page in Chromium: no message, no failed request, no sideways scroll, nothing axe finds."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.loading import load_monitor
from tests.page_kinds import LANGUAGES, PAGES, address

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, NARROW, NARROWEST = 1200, 360, 320
SCHEMES = ("light", "dark")

# Playwright keeps an event loop in this thread, where Django would otherwise refuse to open a transaction.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The loaded monitor behind a real web server; pages are only read, so nothing has to be undone."""
    with django_db_blocker.unblock():
        load_monitor()
        server = LiveServer("localhost")
        yield server.url
        server.stop()


@pytest.fixture(scope="module")
def browser(site):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=SCHEMES)
def tab(request, browser):
    """An empty tab in light or dark; what went wrong in it gathers in `tab.complaints`."""
    context = browser.new_context(color_scheme=request.param)
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("requestfailed", lambda failed: tab.complaints.append(failed.url))
    tab.on("response", lambda answer: answer.status >= 400 and tab.complaints.append(answer.url))
    yield tab
    context.close()


@pytest.mark.parametrize("kind", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_sound_wide_and_narrow(site, tab, kind):
    language = LANGUAGES[list(PAGES.values()).index(kind) % len(LANGUAGES)]

    tab.set_viewport_size({"width": WIDE, "height": 800})
    tab.goto(site + address(*kind, language), wait_until="load")
    assert tab.complaints == []
    assert sideways(tab) == 0
    assert found_by_axe(tab) == []

    tab.set_viewport_size({"width": NARROW, "height": 740})
    assert sideways(tab) == 0
    assert found_by_axe(tab) == []

    tab.set_viewport_size({"width": NARROWEST, "height": 640})
    assert sideways(tab) == 0
    assert tab.complaints == []


def sideways(tab) -> int:
    """By how many pixels the page is wider than its window."""
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def found_by_axe(tab) -> list[str]:
    """Each thing axe finds with the first place where."""
    violations = Axe().run(tab).response["violations"]
    return [f"{one['id']}: {one['help']} at {one['nodes'][0]['target']}" for one in violations]
