"""What changed: dated, with cause and kind; what enters or leaves is never called progress (R12)."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from goals import happenings, rollup
from goals.lifecycle import sub_goals, updates
from goals.models import Result, SubGoal, Target, TargetVersion
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    make_submitted_update,
)
from tests.loading import TODAY

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "Double the recycled tonnage"


def entries(page, query: str = "") -> list[str]:
    """Each entry as it is read."""
    text = page("changes", query=query).text
    return [said(one) for one in re.findall(r"<li><p><time.*?</li>", text, re.DOTALL)]


def said(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def about(page, title: str, query: str = "") -> list[str]:
    return [one for one in entries(page, query) if title in one]


# --- Entries ------------------------------------------------------------------------------------
def test_a_new_sub_goal_says_that_the_set_changed_and_nothing_of_progress_made(page, people):
    make_published(people)

    (entry,) = about(page, TITLE)

    assert "New sub-goal" in entry
    assert "The set of sub-goals changed; that is no progress in itself." in entry


def test_an_update_says_its_value_its_cause_and_what_it_moved(page, people):
    sub_goal = make_published(people)
    make_published_update(people, sub_goal, date=date(2026, 2, 1), value=Decimal(110))
    make_published_update(
        people, sub_goal, date=date(2026, 3, 1), value=Decimal(180), jump_reason="New line."
    )

    newest = about(page, TITLE)[0]

    assert "Update published" in newest
    assert "Reported by Mills of Sonora. For March 1, 2026: 180 tons." in newest
    assert "What organizations do for goal 3:" in newest
    assert "no progress in itself" not in newest


def test_a_correction_and_a_retraction_are_entries_of_their_own(page, people):
    sub_goal = make_published(people)
    update = make_published_update(people, sub_goal)
    newer = updates.correct(update, {"value": Decimal(105)}, people.editor, update.version)
    newer = updates.submit(newer, people.editor, newer.version)
    newer = updates.publish(newer, people.steward, newer.version)
    updates.retract(newer, "The scale was broken.", people.editor, newer.version)

    found = [one for one in about(page, TITLE) if "New sub-goal" not in one]

    assert "Update retracted" in found[0]
    assert "Reason: The scale was broken." in found[0]
    assert "Update corrected" in found[1]
    assert "It was retracted since." in found[1]
    assert "It was corrected since." in found[2]


def test_completing_withdrawing_and_measuring_anew_are_entries(page, people):
    done, gone, other = (make_published(people, title=f"{name} {TITLE}") for name in ("A", "B", "C"))
    sub_goals.complete(done, people.editor, done.version)
    sub_goals.withdraw(gone, "Sold.", people.editor, gone.version)
    sub_goals.change_measure(other, {"target_value": 300}, "A second plant.", people.steward, other.version)

    found = " | ".join(about(page, TITLE))

    assert "Sub-goal completed A" in found
    assert re.search("Sub-goal withdrawn B .*? Reason: Sold.", found)
    assert re.search("Measure or contribution of a sub-goal changed C .*? Reason: A second plant.", found)
    assert "How it is measured or what it contributes changed; that is no progress in itself." in found


def test_drafts_and_what_waits_for_review_appear_nowhere(page, people):
    """R16."""
    make_draft(people, title=f"Hidden {TITLE}")
    make_submitted_update(people, make_published(people), note="Hidden words")

    text = page("changes").text

    assert "Hidden" not in text
    assert "Update published" not in about(page, TITLE)[0]


def result_like(result: Result, **changed) -> Result:
    fields = {field.name: getattr(result, field.name) for field in Result._meta.concrete_fields}
    Result.objects.filter(pk=result.pk).update(is_current=False)
    return Result.objects.create(
        **{**fields, "id": None, "is_current": True, "change_kind": "movement", **changed}
    )


@pytest.fixture
def trade(db) -> Result:
    return Result.objects.current().get(node="target:intraregional-goods-trade")


def with_latest(result: Result, period: str, value: str) -> dict:
    return {**result.outcome, "latest": {"period": period, "value": Decimal(value)}}


def test_a_newer_value_is_new_data_and_another_for_the_same_period_a_revision(page, trade):
    at = timezone.now()
    newer = result_like(trade, outcome=with_latest(trade, "2026", "1700"), cause="run:1", recorded_at=at)
    later = at + timedelta(milliseconds=1)
    result_like(newer, outcome=with_latest(trade, "2026", "1710"), cause="run:2", recorded_at=later)

    revised, new = about(page, "Goods trade among the three countries")[:2]

    assert "Data revised" in revised
    assert "2026: US$1,710 billion, before US$1,700 billion." in revised
    assert "New data" in new
    assert "2026: US$1,700 billion." in new
    assert "New or revised values came in." in new


def test_a_changed_status_says_before_now_and_why(page, trade):
    result_like(trade, status="on_track", cause="run:1", recorded_at=timezone.now())

    entry = about(page, "Goods trade among the three countries")[0]

    assert "Status changed" in entry
    assert "Status before: Off track. Status now: On track. New or revised values came in." in entry


def test_a_result_in_which_nothing_changed_for_the_reader_is_left_out(page, trade):
    before = entries(page)
    result_like(trade, outcome={**trade.outcome, "flags": ["overshoot"]}, recorded_at=timezone.now())

    assert entries(page)[:5] == before[:5]


def test_a_new_version_of_a_target_gives_its_reason(page, db):
    target = Target.objects.get(indicator__code="intraregional-goods-trade")
    version = target.versions.get()
    fields = {field.name: getattr(version, field.name) for field in TargetVersion._meta.concrete_fields}
    TargetVersion.objects.create(
        **{**fields, "id": None, "number": 2, "reason": "Agreed anew.", "valid_from": timezone.now()}
    )

    entry = about(page, "Goods trade among the three countries")[0]

    assert "New version of the target" in entry
    assert "Version 2. Reason: Agreed anew." in entry


def test_the_mere_passing_of_time_dates_nothing_anew(db, trade):
    rollup.refresh(TODAY + timedelta(days=1))
    trade.refresh_from_db()

    assert trade.as_of == TODAY + timedelta(days=1)
    assert trade.recorded_at < timezone.now() - timedelta(milliseconds=1)
    assert Result.objects.get(pk=trade.pk).is_current


# --- The list -----------------------------------------------------------------------------------
def test_the_list_is_narrowed_by_goal_and_kind(page, people):
    make_published(people)

    assert about(page, TITLE, "?goal=g3&kind=sub-goal")
    assert not about(page, TITLE, "?goal=g1")
    assert not about(page, TITLE, "?kind=update")
    assert not [one for one in entries(page, "?kind=update") if "New sub-goal" in one]


def test_pages_follow_each_other_without_a_gap_or_a_repetition(db, people):
    """Also where many things happened on one day."""
    for number in range(7):
        make_published_update(people, make_published(people, title=f"{TITLE} {number}"))
    whole, _end = happenings.newest(timezone.now(), 500)

    found, before = [], None
    while True:
        part, before = happenings.newest(timezone.now(), 3, before=before)
        found += part
        if before is None:
            break

    assert [one.place for one in found] == [one.place for one in whole]
    assert len({one.place for one in found}) == len(found) > 40


def test_a_place_in_the_list_is_read_as_it_was_written():
    place = happenings.Place(datetime(2026, 3, 1, 12, 30, 15, 42, tzinfo=UTC), 3, 17)
    assert happenings.Place.read(str(place)) == place


@pytest.mark.parametrize(
    "query",
    ["?before=", "?before=x", "?before=%00", "?before=20260101T000000000000-1", "?kind=x&goal=%27",
     "?before=20260101T000000000000-1-" + "9" * 30, "?before=00010101T000000000000-1-1",
     "?before=99991231T235959999999--5-1", "?before=" + "9" * 5000],
)  # fmt: skip
def test_nonsense_in_the_query_string_is_no_error(page, query):
    """R24."""
    assert page("changes", query=query).status_code == 200


def test_the_number_of_queries_is_the_same_for_more_entries(page, people, django_assert_max_num_queries):
    for number in range(20):
        make_published_update(people, make_published(people, title=f"{TITLE} {number}"))

    with django_assert_max_num_queries(15):
        assert len(about(page, TITLE)) > 35


def test_home_shows_the_last_five(page, people):
    make_published_update(people, make_published(people))

    text = page("home").text
    part = text[text.index('id="changes"') : text.index('id="releases"')]

    assert part.count("<li>") == 5
    assert "Update published" in part


# --- The feed -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "words"), [("en", "en-"), ("es", "es-"), ("fr", "fr-")])
def test_the_feed_is_atom_on_our_own_host_in_each_language(client, people, language, words):
    make_published_update(people, make_published(people))

    answer = client.get(f"/feeds/{language}/changes.atom", headers={"Host": "localhost"})
    feed = ElementTree.fromstring(answer.content)

    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language
    links = [link.attrib["href"] for link in feed.iter(f"{ATOM}link")]
    assert links
    assert all(link.startswith(f"{settings.SITE_URL}/") for link in links)
    ids = [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) > 10
    assert [one.findtext(f"{ATOM}updated") for one in feed.iter(f"{ATOM}entry")] == sorted(
        (one.findtext(f"{ATOM}updated") for one in feed.iter(f"{ATOM}entry")), reverse=True
    )


def test_a_feed_in_no_language_of_ours_is_a_404(client, db):
    assert client.get("/feeds/de/changes.atom").status_code == 404


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a\x0bb\ufffe", "]]>&amp;"])
def test_what_organizations_write_stays_text(client, page, people, title):
    """R26."""
    sub_goal = make_published(people)
    SubGoal.objects.filter(pk=sub_goal.pk).update(title=title)
    SubGoal.objects.update(withdrawal_reason=title)

    feed = ElementTree.fromstring(client.get("/feeds/en/changes.atom").content)
    titles = [one.findtext(f"{ATOM}title") or "" for one in feed.iter(f"{ATOM}entry")]

    assert any(title.replace("\x0b", "").replace("\ufffe", "") in one for one in titles)
    summaries = "".join(one.findtext(f"{ATOM}summary") or "" for one in feed.iter(f"{ATOM}entry"))
    assert "<script>" not in summaries  # they are HTML to a feed reader
    assert "<script>alert" not in page("changes").text
