"""Every kind of page: it opens in three languages, is well formed, light, and safe."""

import itertools
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from public import middleware

HEAVY = ("indicators", "sub-goals", "organizations")
LISTS_KB, PAGES_KB = 35_000, 25_000


class Outline(HTMLParser):
    """Collects what the tests ask of a page's markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict]] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def values(self, tag: str, attribute: str) -> list[str]:
        return [attrs[attribute] for name, attrs in self.tags if name == tag and attribute in attrs]


@pytest.fixture(scope="module")
def seen() -> dict:
    """The pages opened so far: these tests only read them."""
    return {}


@pytest.fixture
def opened(page, kind, language, seen):
    if (kind, language) not in seen:
        seen[kind, language] = page(*kind, language)
        seen[kind, language].outline = Outline(seen[kind, language].text)
    return seen[kind, language]


def test_opens_in_three_languages_and_says_its_language(opened, language):
    assert opened.status_code == 200
    assert f'<html lang="{language}">' in opened.text


def test_has_one_h1_and_skips_no_level(opened):
    headings = opened.outline.headings

    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))


def test_names_no_id_twice(opened):
    ids = opened.outline.ids
    assert sorted(set(ids)) == sorted(ids)


def test_links_inside_the_page_lead_somewhere(opened):
    inside = [href[1:] for href in opened.outline.values("a", "href") if href.startswith("#")]
    assert set(inside) <= set(opened.outline.ids)


def test_carries_no_inline_script_style_or_event(opened):
    assert not [tag for tag, attrs in opened.outline.tags if tag in ("script", "style")]
    assert not [
        name for _, attrs in opened.outline.tags for name in attrs if name == "style" or name.startswith("on")
    ]


def test_names_its_address_in_the_other_languages_on_our_own_host(opened):
    alternates = [attrs for tag, attrs in opened.outline.tags if tag == "link" and attrs.get("hreflang")]

    assert {one["hreflang"] for one in alternates} == {"en", "es", "fr", "x-default"}
    assert all(one["href"].startswith(f"{settings.SITE_URL}/") for one in alternates)
    assert f'<link rel="canonical" href="{settings.SITE_URL}/' in opened.text


def test_asks_nothing_of_a_third_party(opened):
    asked = opened.outline.values("img", "src") + opened.outline.values("script", "src")
    asked += [
        attrs["href"] for tag, attrs in opened.outline.tags if tag == "link" and "hreflang" not in attrs
    ]
    assert all(one.startswith(("/static/", settings.SITE_URL)) for one in asked)


def test_stays_under_its_weight(page, kind):
    response = page(*kind, headers={"Accept-Encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < (LISTS_KB if kind[0] in HEAVY else PAGES_KB)


def test_is_kept_for_everybody_and_sets_no_cookie(opened):
    assert "public" in opened["Cache-Control"]
    assert "ETag" in opened
    assert not opened.cookies


# --- Queries ------------------------------------------------------------------------------------
QUERIES = {
    "home": 17, "changes": 15, "sub-goal": 18, "sub-goals": 10, "goal": 10, "organization": 10,
    "indicator": 9,
}  # fmt: skip
"""Pages that put several dated lists together ask more; never more with more rows."""


def test_a_cold_page_asks_the_database_a_handful_of_times(page, kind, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES.get(kind[0], 8)):
        page(*kind)


def test_a_warm_page_asks_the_database_nothing(page, kind, django_assert_num_queries, monkeypatch):
    """However long this machine takes from one look at the edition to the next."""
    monkeypatch.setattr(middleware, "EDITION_LOOKUP_SECONDS", 3600)
    cold = page(*kind)
    with django_assert_num_queries(0):
        warm = page(*kind)
    assert warm.content == cold.content


def test_a_page_known_to_the_browser_is_not_sent_again(page):
    response = page("home")
    again = page("home", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


# --- Files --------------------------------------------------------------------------------------
def test_a_chart_comes_as_a_file_in_the_language_asked_for(client, db):
    response = client.get("/data/charts/intraregional-goods-trade.svg?lang=fr")

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == 'attachment; filename="intraregional-goods-trade_fr.svg"'
    assert response.content.startswith(b"<svg")


@pytest.mark.parametrize("query", ["?lang=de", "?lang=", "", "?lang=../../etc"])
def test_a_chart_in_no_language_of_ours_comes_in_english(client, db, query):
    response = client.get(f"/data/charts/intraregional-goods-trade.svg{query}")
    assert response["Content-Disposition"] == 'attachment; filename="intraregional-goods-trade_en.svg"'


def test_an_indicator_without_values_has_no_chart_file(client, db):
    assert client.get("/data/charts/gdp-per-capita.svg").status_code == 404
