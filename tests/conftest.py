"""What all tests share: one loaded monitor, judged for a fixed day."""

import gc
from datetime import date

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import translation

from public import middleware
from public.middleware import clock
from tests.copying import keep_copy, restore_copy
from tests.emptying import let_flush
from tests.loading import TODAY, load_monitor


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The monitor stands in the database once; tests run in transactions on top of it."""
    with django_db_blocker.unblock():
        load_monitor()
        keep_copy()


def pytest_configure(config: pytest.Config) -> None:
    let_flush()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests stay to the end: searching them for garbage takes time and finds none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def empties_tables(item: pytest.Item) -> bool:
    """Whether it has real transactions; pytest-django puts those after all others, on each worker."""
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server", "loaded"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or (marker and marker.kwargs.get("transaction")))


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture(autouse=True)
def _no_kept_pages(request, monkeypatch):
    """No test sees a page, an edition or a language another test left behind.

    Within one the edition is asked for once, however slow the machine; a test with real transactions may
    wait for the next.
    """
    cache.clear()
    translation.deactivate()
    clock.forget()
    if not empties_tables(request.node):
        monkeypatch.setattr(middleware, "EDITION_LOOKUP_SECONDS", 3600)


EMPTIED: list[bool] = []
"""Whether the monitor that was loaded at the start is gone from this process's database."""


@pytest.fixture(autouse=True)
def _empty_tables_first(request):
    """The first test with real transactions starts as the others do, whichever it is."""
    if empties_tables(request.node) and not EMPTIED:
        request.getfixturevalue("transactional_db")
        call_command("flush", verbosity=0, interactive=False)
        EMPTIED.append(True)


@pytest.fixture
def loaded(transactional_db):
    """The same monitor for tests with real transactions, which start from empty tables."""
    if not restore_copy():
        load_monitor()
