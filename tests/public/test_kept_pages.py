"""R8: what the site still does while its cache or its database is away."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpResponse
from redis.exceptions import ConnectionError as RedisDown

from indicators import edition
from public import middleware, release
from public.middleware import EditionCacheMiddleware, public_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def site(calls) -> EditionCacheMiddleware:
    """One public page behind the cache; `calls` grows with each time it is really made."""

    @public_page
    def page(request):
        calls.append(request.path)
        return HttpResponse("the page")

    return EditionCacheMiddleware(page)


def get(site, rf, **headers):
    return site(rf.get("/en/", headers=headers))


def test_a_page_is_made_once_per_edition(site, rf, calls):
    get(site, rf)
    get(site, rf)
    assert calls == ["/en/"]

    edition.advance()
    middleware.clock.forget()
    get(site, rf)

    assert calls == ["/en/", "/en/"]


def test_a_page_of_an_earlier_release_is_not_served(site, rf, calls, monkeypatch):
    """Its styles may be gone, and its words have changed."""
    get(site, rf)
    monkeypatch.setattr(release, "fingerprint", lambda: "next")

    get(site, rf)

    assert calls == ["/en/", "/en/"]


@pytest.mark.parametrize(
    "file", ["templates/base.html", "static/css/site.css", "locale/es/LC_MESSAGES/django.mo"]
)
def test_a_release_is_told_by_what_pages_are_made_from(settings, file):
    assert settings.BASE_DIR / file in set(release.files())


def test_a_changed_file_makes_another_release(monkeypatch, settings, tmp_path):
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(release, "folders", lambda: {tmp_path})
    (tmp_path / "site.css").write_text("a {}")
    before = release.fingerprint.__wrapped__()

    (tmp_path / "site.css").write_text("b {}")

    assert release.fingerprint.__wrapped__() != before


def test_a_kept_page_is_confirmed_by_its_etag(site, rf):
    etag = get(site, rf)["ETag"]

    assert get(site, rf, if_none_match=etag).status_code == 304


def test_csv_and_pages_of_one_address_are_kept_apart(site, rf, calls):
    get(site, rf)
    get(site, rf, accept="text/csv")

    assert len(calls) == 2


@pytest.mark.parametrize("method", ["get", "set"])
def test_while_the_cache_is_down_pages_are_made_as_usual(site, rf, monkeypatch, method):
    def down(*args, **kwargs):
        raise RedisDown("refused")

    monkeypatch.setattr(cache, method, down)

    assert get(site, rf).content == b"the page"


def test_while_the_database_is_down_kept_pages_go_on_being_served(site, rf, monkeypatch):
    get(site, rf)

    def down():
        raise OperationalError("refused")

    monkeypatch.setattr(edition, "current_number", down)
    middleware.clock.asked_at = float("-inf")

    assert get(site, rf).content == b"the page"


def test_a_page_that_needs_the_missing_database_says_so_and_when_to_come_back(site, rf):
    response = site.process_exception(rf.get("/en/"), OperationalError("refused"))

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "The database does not answer" in response.content.decode()
    assert site.process_exception(rf.get("/en/"), ValueError("something else")) is None
