"""The administration says of each feed how it is doing and why it is not read (R34)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from indicators.models import Feed, Run

LIST = "/admin/indicators/feed/"


def shown(admin, query: str = "") -> list[str]:
    """Codes of the feeds a list shows."""
    return [feed.code for feed in admin.get(LIST + query).context["cl"].result_list]


@pytest.fixture
def failing(db) -> Feed:
    """A feed whose last try failed and whose breaker is open."""
    feed = Feed.objects.get(code="worldbank-real-gdp")
    feed.is_active, feed.failures = True, 5
    feed.breaker_until = timezone.now() + timedelta(hours=1)
    feed.save()
    Run.objects.create(feed=feed, trigger="schedule", verdict="failed", reason="The answer is a web page.")
    return feed


def test_a_feed_that_is_not_read_says_why(admin):
    text = admin.get(LIST + "?q=census-goods-exports").content.decode()
    assert "no: " in text
    assert "FOLLOW_AGENCIES" in text

    Feed.objects.filter(code="published-figures").update(is_active=False)
    assert "no: switched off by hand" in admin.get(LIST + "?q=published-figures").content.decode()


def test_a_feed_in_trouble_says_its_last_verdict_with_the_reason_and_until_when_it_pauses(admin, failing):
    text = admin.get(LIST + "?q=worldbank-real-gdp").content.decode()

    assert "Failed. The answer is a web page." in text
    assert f"open until {failing.breaker_until:%Y-%m-%d %H:%M} UTC" in text


@pytest.mark.parametrize("query", ["?last_verdict=failed", "?breaker=open"])
def test_feeds_in_trouble_are_found_by_a_filter(admin, failing, query):
    assert shown(admin, query) == ["worldbank-real-gdp"]


def test_feeds_with_a_batch_to_decide_are_found_and_lead_to_it(admin, held):
    assert shown(admin, "?held=waiting") == [held.run.feed.code]

    link = f"?decision__exact=waiting&amp;run__feed__id__exact={held.run.feed_id}"
    assert link in admin.get(LIST + "?held=waiting").content.decode()


@pytest.mark.parametrize("words", ["published-figures", "published figures", "World Bank", "FOLLOW_AGENCIES"])
def test_feeds_are_found_by_code_source_and_reason(admin, words):
    assert shown(admin, f"?q={words}")


@pytest.mark.parametrize("query", ["?breaker=x", "?last_verdict=x", "?held=x"])
def test_odd_filters_do_no_harm(admin, query):
    """R24."""
    assert admin.get(LIST + query).status_code in (200, 302)
