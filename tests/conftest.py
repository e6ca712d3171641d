"""What all tests share: one loaded monitor, judged for a fixed day."""

from datetime import date

import pytest
from django.core.cache import cache

import tests.emptying  # noqa: F401 - the flush between tests on SQLite
from public.middleware import clock
from tests.loading import TODAY, load_monitor


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The monitor stands in the database once; tests run in transactions on top of it."""
    with django_db_blocker.unblock():
        load_monitor()


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture(autouse=True)
def _no_kept_pages():
    """No test sees a page or an edition another test left behind."""
    cache.clear()
    clock.forget()


@pytest.fixture
def loaded(transactional_db):
    """The same monitor for tests with real transactions, which start from empty tables."""
    load_monitor()
