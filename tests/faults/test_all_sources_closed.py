"""R7: with every agency out of reach the site serves every page and says since when values stand."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings as project
from django.utils import timezone, translation

from goals import words
from indicators import refresh, throttle
from indicators.models import Feed, Run, Source
from indicators.sources.registry import takes_uploads
from tests.faults.conftest import fingerprint
from tests.page_kinds import LANGUAGES, PAGES, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed_port() -> Iterator[str]:
    """The address of a port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def nobody_answers(settings, closed_port, monkeypatch) -> None:
    settings.SOURCE_URLS = dict.fromkeys(project.AGENCIES, closed_port)
    settings.SOURCE_KEYS = dict.fromkeys(project.KEY_VARIABLES, "0123456789abcdef0123456789abcdef")
    monkeypatch.setattr(throttle, "wait_for_turn", lambda source_id, rate: None)
    Feed.objects.update(is_active=True, next_due_at=timezone.now())


def test_with_every_source_closed_the_site_serves_every_page_and_says_since_when(client, nobody_answers):
    read = datetime(2026, 3, 5, 14, 2, tzinfo=UTC)
    Feed.objects.update(last_success_at=read, last_change_at=read)
    followed = [feed for feed in Feed.objects.select_related("source") if is_asked(feed.source)]
    before = fingerprint()

    runs = [refresh.run(feed.pk, Run.Trigger.SCHEDULE) for feed in followed]

    assert {feed.source.code for feed in followed} >= {"worldbank", "bls", "statcan", "census", "imf", "bts"}
    closed = "The connection to the source failed or was cut (try 1 of 5). Next try at "
    assert [run for run in runs if run.feed.query and not run.reason.startswith(closed)] == []
    assert {run.verdict for run in runs if run.feed.query} == {"retrying"}
    assert {run.verdict for run in runs if not run.feed.query} <= {"failed"}  # of those nothing is known yet
    assert fingerprint() == before
    with translation.override("en"):
        for language in LANGUAGES:
            for kind, page in PAGES.items():
                assert client.get(address(*page, language=language)).status_code == 200, (kind, language)
    sections = client.get(address("sources")).content.decode().split("<section ")
    for code in {feed.source.code for feed in followed}:
        [said] = [section for section in sections if section.startswith(f'aria-labelledby="{code}"')]
        assert words.moment(read) in said


def is_asked(source: Source) -> bool:
    """Whether a source answers over the network, unlike the packaged figures and files handed in."""
    return source.code != "published-figures" and not takes_uploads(source)
