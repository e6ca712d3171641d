"""Writing an update: drafts, what it would change, sending, conflicts, correcting and retracting."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from goals import standings
from goals.lifecycle import sub_goals, updates
from goals.models import EvidenceFile, Step, Update
from tests.goals.lifecycle.conftest import (
    make_published,
    make_published_update,
    make_submitted_update,
    make_update,
)
from tests.workspace.places import signed_in, url

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def client(people):
    return signed_in(people.editor)


@pytest.fixture
def sub_goal(people):
    return make_published(people)


def typed(version: int = 0, **changed) -> dict:
    """From 100 to 200: 120 on 1 March 2026 moves by a fifth of the way, which is no jump."""
    fields = {
        "version": version, "value": "120", "date": "2026-03-01", "note": "Second line runs.",
        "language": "en", "evidence_url": "", "author_role": "", "links-TOTAL_FORMS": "2",
        "links-INITIAL_FORMS": "0", "links-0-url": "https://example.org/a", "links-0-title": "Report",
        "links-1-url": "", "links-1-title": "",
    }  # fmt: skip
    return fields | changed


# --- Drafts -------------------------------------------------------------------------------------
def test_the_last_value_and_its_day_stand_beside_the_field(people, client, sub_goal):
    make_published_update(people, sub_goal)

    assert "Last time: 110, on February 1, 2026" in client.get(url("report", sub_goal.code)).content.decode()


def test_a_wrong_further_link_is_said_on_top_and_the_file_is_asked_for_again(client, sub_goal):
    wrong = {"links-1-url": "javascript:alert(1)", "files": SimpleUploadedFile("a.pdf", PDF)}
    text = client.post(url("report", sub_goal.code), typed(save="", **wrong)).content.decode()

    assert "<title>Error:" in text
    assert '<a href="#id_links-1-url">Address: Enter a valid URL.</a>' in text
    assert '<a href="#id_files">Files: Nothing was saved yet: choose the files again.</a>' in text
    assert not sub_goal.updates.exists()


def test_the_list_of_errors_is_written_as_its_language_is(client, sub_goal):
    """French has a space before a colon, at which no line breaks."""
    with translation.override("fr"):
        address = url("report", sub_goal.code)

    text = client.post(address, typed(save="", evidence_url="nothing at all")).content.decode()

    assert '<a href="#id_evidence_url">Lien vers les preuves\N{NO-BREAK SPACE}: ' in text


def test_a_draft_keeps_everything_that_was_entered(client, sub_goal):
    client.post(url("report", sub_goal.code), typed(save=""))

    draft = sub_goal.updates.get()
    assert (draft.state, draft.value, draft.date) == ("draft", Decimal(120), date(2026, 3, 1))
    assert draft.evidence_links.get().title == "Report"


def test_who_comes_back_goes_on_with_the_draft(people, client, sub_goal):
    draft = make_update(people, sub_goal)

    assert client.get(url("report", sub_goal.code))["Location"] == url("edit-update", draft.pk)


def test_the_same_press_twice_makes_one_draft(client, sub_goal):
    client.post(url("report", sub_goal.code), typed(save=""))
    again = client.post(url("report", sub_goal.code), typed(save=""))

    assert again.status_code == 302
    assert sub_goal.updates.count() == 1


def test_a_form_opened_before_a_colleague_began_meets_the_colleagues_text(people, client, sub_goal):
    make_update(people, sub_goal, note="A colleague was faster.")

    answer = client.post(url("report", sub_goal.code), typed(save=""))

    assert answer.status_code == 409
    assert "A colleague was faster." in answer.content.decode()
    assert "Second line runs." in answer.content.decode()


def test_typing_is_saved_by_itself(client, sub_goal):
    """The page sends the form in the background and learns version and address."""
    answer = client.post(url("report", sub_goal.code), typed(value=""), headers={"X-Autosave": "1"})
    told = json.loads(answer.content)
    draft = sub_goal.updates.get()

    assert told["address"] == url("edit-update", draft.pk)
    assert told["version"] == draft.version
    assert draft.value is None


def test_a_save_by_itself_never_overwrites_a_colleague(people, client, sub_goal):
    draft = make_update(people, sub_goal)
    updates.save_draft(draft, {"note": "By the owner."}, people.owner, 1)

    answer = client.post(url("edit-update", draft.pk), typed(1), headers={"X-Autosave": "1"})

    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.note == "By the owner."


def test_after_the_session_ended_the_way_leads_back_to_the_draft(people, client, sub_goal):
    draft = make_update(people, sub_goal)
    client.logout()

    answer = client.post(url("edit-update", draft.pk), typed(1))

    assert answer.status_code == 302
    assert url("edit-update", draft.pk).replace("/", "%2F") in answer["Location"] or answer[
        "Location"
    ].endswith(url("edit-update", draft.pk))


def test_two_people_meet_with_both_texts_and_the_later_one_can_still_save(people, client, sub_goal):
    """R10."""
    draft = make_update(people, sub_goal)
    updates.save_draft(draft, {"note": "By the owner."}, people.owner, 1)

    met = client.post(url("edit-update", draft.pk), typed(1, save=""))
    text = met.content.decode()
    assert met.status_code == 409
    assert "By the owner." in text and "Second line runs." in text
    client.post(url("edit-update", draft.pk), typed(2, save=""))

    draft.refresh_from_db()
    assert draft.note == "Second line runs."


def test_a_note_has_at_most_600_signs(client, sub_goal):
    text = client.post(url("report", sub_goal.code), typed(note="x" * 601, save="")).content.decode()

    assert "<title>Error:" in text
    assert "x" * 601 in text
    assert not sub_goal.updates.exists()


# --- Files --------------------------------------------------------------------------------------
def test_a_file_is_kept_and_given_out_as_an_attachment_that_nothing_runs(client, sub_goal):
    """R28."""
    upload = SimpleUploadedFile("Informe Nuñez.pdf", PDF)
    client.post(url("report", sub_goal.code), typed(save="", files=upload))
    file = EvidenceFile.objects.get()

    answer = client.get(url("file", file.pk))

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_of_a_draft_is_seen_by_its_organization_alone(people, client, sub_goal):
    """R16."""
    client.post(url("report", sub_goal.code), typed(save="", files=SimpleUploadedFile("a.pdf", PDF)))
    address = url("file", EvidenceFile.objects.get().pk)

    assert signed_in(people.viewer).get(address).status_code == 200
    for stranger in (people.other, people.steward, people.stranger):
        assert signed_in(stranger).get(address).status_code == 404


def test_a_refused_file_leaves_the_draft_saved_and_says_why(client, sub_goal):
    upload = SimpleUploadedFile("run.exe", b"MZ")

    answer = client.post(url("report", sub_goal.code), typed(send="", files=upload))

    assert answer.status_code == 415
    assert "run.exe: Files may be PDF, PNG, JPEG, CSV or XLSX." in answer.content.decode()
    assert sub_goal.updates.get().state == "draft"


def test_a_file_is_taken_away_and_the_text_stays(client, sub_goal):
    client.post(url("report", sub_goal.code), typed(save="", files=SimpleUploadedFile("a.pdf", PDF)))
    draft = sub_goal.updates.get()

    client.post(url("edit-update", draft.pk), typed(draft.version, remove_file=EvidenceFile.objects.get().pk))

    assert not draft.evidence_files.exists()
    draft.refresh_from_db()
    assert draft.note == "Second line runs."


def test_a_file_is_not_taken_away_over_a_colleagues_change(people, client, sub_goal):
    client.post(url("report", sub_goal.code), typed(save="", files=SimpleUploadedFile("a.pdf", PDF)))
    draft = sub_goal.updates.get()
    seen = draft.version
    updates.save_draft(draft, {"note": "The colleague's."}, people.owner, draft.version)

    answer = client.post(url("edit-update", draft.pk), typed(seen, remove_file=EvidenceFile.objects.get().pk))

    assert answer.status_code == 409
    assert draft.evidence_files.count() == 1


# --- What it would change, and sending ----------------------------------------------------------
def test_the_preview_announces_exactly_what_publishing_does(people, client, sub_goal):
    """From 110 to 120 of the way from 100 to 200: 10 points at the sub-goal."""
    make_published_update(people, sub_goal)
    client.post(url("report", sub_goal.code), typed(preview=""))
    draft = sub_goal.updates.get(state="draft")

    text = client.get(url("preview-update", draft.pk)).content.decode()
    announced = [(step.node, step.delta("progress")) for step in standings.preview(draft)]
    updates.submit(draft, people.editor, draft.version)
    updates.publish(draft, people.steward, draft.version)
    steps = Step.objects.filter(cause=f"update:{draft.pk}").order_by("pk")

    assert "10.0% → 20.0%" in text and '<data value="0.100000000">+10.00</data>' in text
    assert "All goals together" in text or "Goal 3" in text
    assert [(step.node, step.delta("progress")) for step in steps] == announced


def test_the_preview_says_what_is_still_needed(people, client, sub_goal):
    draft = make_update(people, sub_goal, value=None)

    text = client.get(url("preview-update", draft.pk)).content.decode()

    assert "Still needed before it can be sent" in text
    assert "The value is still needed." in text


def test_what_is_missing_stands_apart_from_what_would_change(people, client, sub_goal):
    draft = make_update(people, sub_goal, value=Decimal(190))

    text = client.get(url("preview-update", draft.pk)).content.decode()

    assert text.index("Still needed before it can be sent") < text.index(
        '<section aria-labelledby="changes">'
    )


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_what_can_never_be_published_is_only_offered_to_be_thrown_away(people, client, sub_goal, state):
    row = make_update(people, sub_goal)
    if state != "draft":
        updates.submit(row, people.editor, row.version)
    if state == "sent_back":
        updates.send_back(row, "Sure?", people.steward, row.version)
    sub_goal.refresh_from_db()
    sub_goals.withdraw(sub_goal, "Sold.", people.editor, sub_goal.version)

    for page in ("edit-update", "preview-update"):
        assert client.get(url(page, row.pk)).headers["Location"] == url("update", row.pk)
    text = client.get(url("update", row.pk)).content.decode()
    assert "nothing is reported on it any more" in text
    assert url("edit-update", row.pk) not in text
    overview = client.get(url("dashboard", "mills")).content.decode()
    assert url("edit-update", row.pk) not in overview
    client.post(url("discard-update", row.pk), {"version": row.version})
    assert not Update.objects.filter(pk=row.pk).exists()


def test_a_jump_asks_for_a_reason_and_does_not_block(client, sub_goal):
    """50 of 100 is more than a quarter of the way."""
    asked = client.post(url("report", sub_goal.code), typed(value="150", send="")).content.decode()
    draft = sub_goal.updates.get()
    assert "Say why" in asked and 'name="jump_reason"' in asked

    client.post(
        url("edit-update", draft.pk), typed(draft.version, value="150", send="", jump_reason="New plant.")
    )

    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_a_reason_still_to_be_given_hides_no_step_and_has_its_field_on_the_form(client, sub_goal):
    client.post(url("report", sub_goal.code), typed(value="150", preview=""))
    draft = sub_goal.updates.get()

    preview = client.get(url("preview-update", draft.pk)).content.decode()

    assert "Say why" in preview and "50.0%" in preview
    assert 'name="jump_reason"' in client.get(url("edit-update", draft.pk)).content.decode()


def test_after_sending_the_page_says_who_looks_by_when_and_where_it_will_stand(client, sub_goal):
    client.post(url("report", sub_goal.code), typed(send=""))
    update = sub_goal.updates.get()

    text = client.get(url("update", update.pk)).content.decode()

    assert "Waiting for review" in text
    assert "A steward of the Project" in text and "means to answer by" in text
    assert f"/en/sub-goals/{sub_goal.code}/" in text


def test_what_was_sent_is_not_edited(people, client, sub_goal):
    sent = make_submitted_update(people, sub_goal)

    assert client.get(url("edit-update", sent.pk))["Location"] == url("update", sent.pk)


def test_a_question_stands_on_top_and_the_answer_is_sent_again(people, client, sub_goal):
    sent = make_submitted_update(people, sub_goal)
    updates.send_back(sent, "Which <plants>?", people.steward, sent.version)

    text = client.get(url("edit-update", sent.pk)).content.decode()
    client.post(url("edit-update", sent.pk), typed(sent.version, send=""))

    assert text.index("Which &lt;plants&gt;?") < text.index("<form class")
    assert Update.objects.get(pk=sent.pk).state == "submitted"


# --- Once it is public --------------------------------------------------------------------------
def test_a_correction_is_a_copy_that_replaces_the_published_one(people, client, sub_goal):
    published = make_published_update(people, sub_goal)

    answer = client.post(url("correct-update", published.pk), {"version": published.version})
    copy = Update.objects.get(correction_of=published)

    assert answer["Location"] == url("edit-update", copy.pk)
    assert copy.value == published.value
    assert url("update", copy.pk) in client.get(url("update", published.pk)).content.decode()


def test_a_published_update_is_retracted_with_a_reason(people, client, sub_goal):
    published = make_published_update(people, sub_goal)

    client.post(url("retract-update", published.pk), {"version": published.version, "reason": ""})
    published.refresh_from_db()
    assert published.state == "published"
    client.post(url("retract-update", published.pk), {"version": published.version, "reason": "Wrong plant."})

    published.refresh_from_db()
    assert (published.state, published.retraction_reason) == ("retracted", "Wrong plant.")


def test_before_a_retraction_is_confirmed_it_is_said_that_a_correction_ends_with_it(people, client, sub_goal):
    published = make_published_update(people, sub_goal)
    page, said = url("retract-update", published.pk), "A correction of it is under way. It ends with the"
    assert said not in client.get(page).text

    newer = updates.correct(published, {"value": Decimal(120)}, people.editor, published.version)

    assert page in client.get(url("update", published.pk)).text
    assert said in client.get(page).text
    client.post(page, {"version": published.version, "reason": "Wrong plant."})
    assert not Update.objects.filter(pk=newer.pk).exists()
    assert client.get(url("update", newer.pk)).status_code == 404


# --- Rights -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["update", "edit-update", "preview-update", "correct-update", "retract-update"]
)
def test_an_update_of_others_does_not_exist_here(people, sub_goal, name):
    """R16."""
    draft = make_update(people, sub_goal)

    assert signed_in(people.other).get(url(name, draft.pk)).status_code == 404


def test_a_viewer_reads_and_writes_nothing(people, sub_goal):
    draft = make_update(people, sub_goal)
    viewer = signed_in(people.viewer)

    assert viewer.get(url("update", draft.pk)).status_code == 200
    assert viewer.post(url("edit-update", draft.pk), typed(1, save="")).status_code == 403
    assert viewer.post(url("preview-update", draft.pk), {"version": 1}).status_code == 403


def test_the_form_takes_the_same_queries_whatever_hangs_on_it(
    people, client, sub_goal, django_assert_num_queries
):
    draft = make_update(people, sub_goal)
    client.get(url("edit-update", draft.pk))

    with django_assert_num_queries(9):
        client.get(url("edit-update", draft.pk))
    links = [{"url": f"https://example.org/{number}"} for number in range(8)]
    updates.save_draft(draft, {}, people.editor, draft.version, links=links)
    with django_assert_num_queries(9):
        client.get(url("edit-update", draft.pk))
