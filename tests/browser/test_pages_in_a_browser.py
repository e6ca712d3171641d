"""Every kind of page in Chromium: no message, no failed request, no sideways scroll, nothing axe finds."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import WIDE, assert_sound
from tests.browser.watching import SCHEMES
from tests.loading import load_monitor
from tests.page_kinds import LANGUAGES, PAGES, address

pytestmark = [pytest.mark.django_db, pytest.mark.browser]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The loaded monitor behind a real web server; pages are only read, so nothing has to be undone."""
    with django_db_blocker.unblock():
        load_monitor()
        server = LiveServer("localhost")
        yield server.url
        server.stop()


@pytest.mark.parametrize("kind", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_sound_wide_and_narrow(site, tab, kind):
    place = list(PAGES.values()).index(kind) + SCHEMES.index(tab.scheme)
    language = LANGUAGES[place % len(LANGUAGES)]

    tab.set_viewport_size({"width": WIDE, "height": 800})
    tab.goto(site + address(*kind, language), wait_until="load")

    assert_sound(tab)
