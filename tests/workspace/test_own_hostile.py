"""R24: whatever is sent to the pages of organizations, no 5xx and no half write."""

import pytest

from goals.models import SubGoal, Update
from tests.goals.lifecycle.conftest import make_draft, make_published, make_published_update, make_update
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db

HOSTILE = (
    "", "\0", "a\0b", "9" * 5000, "-1", "1e400", "NaN", "٣", "0000-01-01", "10000-01-01", "2026-02-30",
    "\u202e", "\ud7ff\ue000", "=HYPERLINK(1)", "<script>alert(1)</script>", "' OR 1=1 --", "x" * 20_000,
    "javascript:alert(1)", "https://[", "\r\nSet-Cookie: a=b", "None", "true", "[]", "{}",
)  # fmt: skip


@pytest.fixture
def pages(people):
    """Each address with a form and the names of its fields."""
    draft, published = make_draft(people), make_published(people)
    update = make_update(people, published)
    public = make_published_update(people, make_published(people, title="Other"))
    first = ("goal", "target", "parent", "title", "description", "language")
    second = (
        "is_deliverable", "unit", "direction", "baseline_value", "target_value", "progress_from",
        "contributes_to", "contribution_factor", "attribution", "shared_effort", "shared_effort_share",
    )  # fmt: skip
    third = ("start_date", "target_date", "cadence", "reporting", "path")
    written = (
        "value", "date", "note", "evidence_url", "language", "author_role", "jump_reason", "remove_file",
        "links-TOTAL_FORMS", "links-INITIAL_FORMS", "links-0-url", "links-0-title",
    )  # fmt: skip
    return {
        url("new-sub-goal", "mills"): first,
        url("step", draft.code, 1): first,
        url("step", draft.code, 2): second,
        url("step", draft.code, 3): third,
        url("step", draft.code, 4): ("answers_name", "answers_role", "answers_user"),
        url("check", draft.code): ("version",),
        url("discard", draft.code): ("version",),
        url("describe", published.code): ("title", "description", "answers_name"),
        url("measure", published.code): (*second[1:6], *third, "reason"),
        url("nest", published.code): ("parent",),
        url("other-language", published.code, "fr"): ("title", "description"),
        url("comment-sub-goal", published.code): ("text",),
        url("report", published.code): written,
        url("edit-update", update.pk): written,
        url("preview-update", update.pk): ("version",),
        url("discard-update", update.pk): ("version",),
        url("retract-update", public.pk): ("reason",),
        url("comment-update", update.pk): ("text",),
        url("organization", "mills"): ("name", "description", "website", "contact_email"),
        url("person"): ("first_name", "last_name", "language"),
        url("hand-in", "mills"): ("kind", "ticket", "column", "part", "submit"),
    }


def test_hostile_input_is_answered_in_words(people, pages):
    client = signed_in(people.owner)
    failed = {}
    for number, (address, names) in enumerate(pages.items()):
        for text in HOSTILE[number % 2 :: 2]:
            answer = client.post(address, {"version": "1"} | dict.fromkeys(names, text))
            if answer.status_code >= 500:
                failed[address, text[:20]] = answer.status_code

    assert failed == {}


@pytest.mark.parametrize("version", ["0", str(2**31 - 1), "9" * 40, "x", ""])
def test_a_version_nobody_can_have_seen_changes_nothing(people, version):
    draft = make_draft(people)

    signed_in(people.owner).post(url("check", draft.code), {"version": version})

    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "\0"])
def test_a_page_that_is_none_shows_one_that_is(people, page):
    make_published(people)

    assert signed_in(people.owner).get(url("dashboard", "mills"), {"page": page}).status_code == 200


def test_fields_of_the_application_are_not_written_by_a_form(people):
    """R17: state, author, organization and weight sent along are ignored."""
    draft = make_draft(people)
    sent = {
        "version": 1, "state": "published", "organization": people.lab.pk, "weight": "9", "created_by": 1,
        "answers_name": "Ana",
    }  # fmt: skip

    signed_in(people.editor).post(url("step", draft.code, 4), sent)

    draft.refresh_from_db()
    assert (draft.state, draft.organization, draft.weight) == ("draft", people.mills, 1)
    assert draft.answers_name == "Ana"


def test_text_stays_text(people):
    """R26."""
    typed = "<img src=x onerror=alert(1)> {{ 7|add:7 }} %s"
    sub_goal = make_published(people, title=typed)
    make_update(people, sub_goal, note=typed)
    client = signed_in(people.owner)

    for address in (url("dashboard", "mills"), url("sub-goal", sub_goal.code), url("contribution", "mills")):
        text = client.get(address).content.decode()
        assert "<img src=x" not in text
        assert "&lt;img src=x onerror=alert(1)&gt; {{ 7|add:7 }} %s" in text
    assert SubGoal.objects.get(pk=sub_goal.pk).title == typed
    assert Update.objects.get(sub_goal=sub_goal).note == typed
