"""Organizations write by API what they write on pages: the same steps, rights and versions (R10, R17)."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.lifecycle import reviewing, updates
from goals.models import EvidenceFile, Goal, SubGoal, Update
from public.middleware import clock
from stakeholders.models import Membership, TrailEntry
from tests.api.writing import ROOT, by_session, by_token, sub_goal_fields, told
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_published_update,
    make_submitted,
    make_submitted_update,
    make_update,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def ask(people):
    """As the mills' editor, by token."""
    return by_token(people.editor, people.mills)


@pytest.fixture
def steward(people):
    return by_session(people.steward)


# --- The whole way ------------------------------------------------------------------------------
def test_a_sub_goal_and_its_update_go_their_way_by_api(people, ask, steward):
    made = ask("post", "my/sub-goals/", sub_goal_fields())
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    code = made.json()["code"]
    assert made.json()["target_value"] == "200.50"

    changed = ask("patch", f"my/sub-goals/{code}/", {"title": "Double it"}, seen=1)
    assert (changed.status_code, changed.json()["title"], changed["ETag"]) == (200, "Double it", '"2"')
    sent = ask("post", f"my/sub-goals/{code}/submit/", seen=2)
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted")

    queue = steward("get", "queue/sub-goals/").json()["results"]
    assert [row["code"] for row in queue] == [code]
    back = steward("post", f"queue/sub-goals/{code}/send-back/", {"question": "Which plant?"}, seen=3)
    assert back.json()["reviews"][0]["comment"] == "Which plant?"
    ask("post", f"my/sub-goals/{code}/submit/", seen=4)
    public = steward("post", f"queue/sub-goals/{code}/approve/", {"weight": "2"}, seen=5)
    assert (public.json()["state"], public.json()["weight"]) == ("published", "2")

    update = {"sub_goal": code, "date": "2026-02-01", "value": "110.250", "note": "A first line runs."}
    number = ask("post", "my/updates/", update).json()["id"]
    ask("post", f"my/updates/{number}/submit/", seen=1)
    approved = steward("post", f"queue/updates/{number}/approve/", {"grade": "documented"}, seen=2)
    assert (approved.json()["state"], approved.json()["value"]) == ("published", "110.250")
    newer = ask("post", f"my/updates/{number}/correct/", {"value": "111"}, seen=3)
    assert (newer.status_code, newer.json()["correction_of"]) == (201, number)
    gone = ask("post", f"my/updates/{number}/retract/", {"reason": "Weighed twice."}, seen=4)
    assert (gone.json()["state"], gone.json()["retraction_reason"]) == ("retracted", "Weighed twice.")


def test_every_change_by_api_says_so_in_the_trail(people, ask):
    code = ask("post", "my/sub-goals/", sub_goal_fields()).json()["code"]
    ask("delete", f"my/sub-goals/{code}/", seen=1)

    entries = TrailEntry.objects.filter(chain="mills", action__startswith="sub_goal.").order_by("number")
    assert [(entry.action, entry.way, entry.actor) for entry in entries] == [
        ("sub_goal.create", "api", people.editor),
        ("sub_goal.discard", "api", people.editor),
    ]
    assert not SubGoal.objects.filter(code=code).exists()


def test_what_is_public_changes_in_words_measure_parent_and_state(people, ask):
    row, above = make_published(people), make_published(people, title="Above")
    path = f"my/sub-goals/{row.code}/"

    assert ask("patch", path, {"title": "In words"}, seen=2 + 1).json()["title"] == "In words"
    assert told(ask("patch", path, {"target_value": "300"}, seen=4)) == (400, "invalid", "target_value")
    measured = ask("post", f"{path}measure/", {"target_value": "300", "reason": "More lines."}, seen=4)
    assert measured.json()["target_value"] == "200"
    proposal = measured.json()["proposal"]
    assert (proposal["target_value"], proposal["state"]) == ("300", "waiting")
    assert ask("post", f"{path}parent/", {"parent": above.code}, seen=5).json()["parent"] == above.code
    assert ask("post", f"{path}parent/", {"parent": None}, seen=6).json()["parent"] is None
    words = ask("post", f"{path}texts/", {"language": "es", "title": "Doblar"}, seen=7)
    assert words.json()["texts"] == [{"language": "es", "title": "Doblar", "description": ""}]
    assert ask("post", f"{path}complete/", {}, seen=8).json()["state"] == "completed"
    withdrawn = ask("post", f"{path}withdraw/", {"reason": "Sold."}, seen=9)
    assert (withdrawn.json()["state"], withdrawn.json()["withdrawal_reason"]) == ("withdrawn", "Sold.")


def test_the_owner_of_a_sub_goal_weighs_what_others_put_under_it(people, ask):
    above = make_published(people)
    under = make_published(people, title="Under", parent=above)
    SubGoal.objects.filter(pk=under.pk).update(organization=people.lab)
    assert told(ask("get", f"my/sub-goals/{under.code}/"))[0] == 404
    shown = ask("get", f"my/sub-goals/{under.code}/weight/")
    assert shown.json() == {"code": under.code, "weight": "1", "version": 3}

    weighed = ask("post", f"my/sub-goals/{under.code}/weight/", {"weight": "2.5"}, seen=3)

    assert (weighed.status_code, weighed.json()["weight"]) == (200, "2.5")


def test_nobody_hangs_a_sub_goal_under_anothers_and_who_has_one_there_lets_it_go(people, ask):
    mine = make_published(people)
    theirs = make_published(people, title="Theirs")
    SubGoal.objects.filter(pk=theirs.pk).update(organization=people.lab)

    refused = ask("post", f"my/sub-goals/{mine.code}/parent/", {"parent": theirs.code}, seen=mine)
    assert told(refused) == (400, "invalid", "parent")

    SubGoal.objects.filter(pk=theirs.pk).update(parent=mine)
    gone = ask("post", f"my/sub-goals/{theirs.code}/detach/", {}, seen=theirs)
    assert gone.status_code == 204
    assert SubGoal.objects.get(pk=theirs.pk).parent is None
    assert ask("post", f"my/sub-goals/{theirs.code}/detach/", {}, seen=4).status_code == 404


def test_drafts_with_comments_and_what_can_never_be_published_are_thrown_away(people, ask):
    sub_goal = make_published(people)
    draft, update = make_draft(people), make_update(people, sub_goal)
    for row in (draft, update):
        reviewing.comment(row, "Which plant?", people.editor)
    assert ask("delete", f"my/sub-goals/{draft.code}/", seen=draft).status_code == 204
    assert ask("delete", f"my/updates/{update.pk}/", seen=update).status_code == 204

    first = make_published_update(people, sub_goal)
    newer = updates.correct(first, {"value": Decimal(120)}, people.editor, first.version)
    updates.submit(newer, people.editor, newer.version)
    assert ask("delete", f"my/updates/{newer.pk}/", seen=newer).status_code == 409
    gone = ask("post", f"my/updates/{first.pk}/retract/", {"reason": "Wrong plant."}, seen=first)
    assert gone.json()["state"] == "retracted"
    assert ask("get", f"my/updates/{newer.pk}/").status_code == 404

    waiting = make_submitted_update(people, sub_goal)
    ended = SubGoal.objects.get(pk=sub_goal.pk)
    ask("post", f"my/sub-goals/{ended.code}/withdraw/", {"reason": "Sold."}, seen=ended)
    assert ask("delete", f"my/updates/{waiting.pk}/", seen=waiting).status_code == 204


def test_a_steward_weighs_moves_withdraws_grades_and_corrects_what_is_public(people, steward):
    row, above = make_published(people), make_published(people, title="Above")
    update = make_published_update(people, row)
    path = f"queue/sub-goals/{row.code}/"

    weighed = steward("post", f"{path}weight/", {"weight": "2.5", "reason": "Large."}, seen=row)
    assert weighed.json()["weight"] == "2.5"
    moved = steward("post", f"{path}parent/", {"parent": above.code}, seen=4)
    assert moved.json()["parent"] == above.code
    graded = steward("post", f"queue/updates/{update.pk}/grade/", {"grade": "confirmed"}, seen=update)
    assert graded.json()["evidence_grade"] == "confirmed"
    given = {"value": "109", "reason": "Misread."}
    corrected = steward("post", f"queue/updates/{update.pk}/correct/", given, seen=4)
    assert (corrected.status_code, corrected.json()["state"]) == (201, "submitted")
    assert corrected.json()["correction_reason"] == "Misread."
    told_back = steward("post", f"queue/updates/{update.pk}/retract/", {"reason": "Wrong plant."}, seen=5)
    assert told_back.json()["state"] == "retracted"
    gone = steward("post", f"{path}withdraw/", {"reason": "Not theirs."}, seen=5)
    assert gone.json()["state"] == "withdrawn"


def test_several_are_approved_at_once_and_each_is_answered(people, steward):
    row = make_published(people)
    first = make_submitted_update(people, row)
    second = make_submitted_update(people, row, date=first.date.replace(day=2))
    chosen = [{"id": first.pk, "version": 2}, {"id": second.pk, "version": 1}, {"id": 999999, "version": 1}]

    answers = steward("post", "queue/updates/approve/", {"chosen": chosen, "grade": "documented"}).json()

    assert [(one["id"], one["published"]) for one in answers] == [
        (first.pk, True), (second.pk, False), (999999, False),
    ]  # fmt: skip
    assert answers[2]["refusal"] == "There is nothing of that number."


def test_several_sub_goals_are_approved_by_their_codes(people, steward):
    one, draft = make_submitted(people), make_draft(people, title="Hidden")
    chosen = [{"code": row.code, "version": row.version} for row in (one, draft)]
    chosen.append({"code": "nowhere", "version": 1})

    answers = steward("post", "queue/sub-goals/approve/", {"chosen": chosen}).json()

    found = {answer["code"]: (answer["published"], answer["refusal"]) for answer in answers}
    nothing = (False, "There is nothing of this code.")
    assert found == {one.code: (True, ""), draft.code: nothing, "nowhere": nothing}


def test_both_sides_talk_about_a_sub_goal_and_an_update(people, ask, steward):
    row = make_submitted(people)
    said = steward("post", f"queue/sub-goals/{row.code}/comments/", {"text": "Which plant?"})
    assert said.status_code == 201
    ask("post", f"my/sub-goals/{row.code}/comments/", {"text": "Hermosillo."})

    texts = [one["text"] for one in ask("get", f"my/sub-goals/{row.code}/comments/").json()["results"]]
    assert texts == ["Which plant?", "Hermosillo."]
    assert by_session(people.other)("get", f"my/sub-goals/{row.code}/comments/").status_code == 404


# --- Files --------------------------------------------------------------------------------------
def test_a_file_is_handed_in_given_out_boxed_and_taken_away(people, ask, steward, settings, tmp_path):
    """R28"""
    settings.MEDIA_ROOT = tmp_path
    update = make_update(people, make_published(people))
    path = f"my/updates/{update.pk}/files/"

    file = SimpleUploadedFile("straße 🏭.pdf", PDF, "text/html")
    assert told(ask("post", path, data={"file": SimpleUploadedFile("a.pdf", PDF)}))[0] == 428
    made = ask("post", path, data={"file": file}, seen=1)
    assert made["ETag"] == '"2"'
    assert (made.status_code, made.json()["type"]) == (201, "application/pdf")
    one = f"{path}{made.json()['id']}/"
    given = ask("get", one)
    assert b"".join(given.streaming_content) == PDF
    assert given["Content-Disposition"].startswith("attachment")
    assert (given["X-Content-Type-Options"], given["Cache-Control"]) == ("nosniff", "no-store")
    assert given["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told(by_session(people.other)("get", one))[0] == 404
    assert told(steward("get", f"queue/updates/{update.pk}/files/{made.json()['id']}/"))[0] == 404

    assert told(ask("delete", one))[0] == 428
    assert told(ask("delete", one, seen=1))[0] == 412
    gone = ask("delete", one, seen=2)
    assert (gone.status_code, gone["ETag"]) == (204, '"3"')
    assert told(ask("get", one))[0] == 404
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("a.exe", b"MZ", 415),
        ("a.pdf", b"<html>", 415),
        ("a.pdf", b"", 400),
        ("a.pdf", PDF + b" " * 10 * 1024 * 1024, 413),
        ("a.pdf", PDF + b" " * 12 * 1024 * 1024, 413),
    ],
)
def test_a_file_that_is_not_taken_leaves_nothing(people, ask, settings, tmp_path, name, body, status):
    """R24, R28"""
    settings.MEDIA_ROOT = tmp_path
    update = make_update(people, make_published(people))

    refused = ask(
        "post", f"my/updates/{update.pk}/files/", data={"file": SimpleUploadedFile(name, body)}, seen=1
    )

    assert told(refused)[0] == status
    assert not [found for found in tmp_path.rglob("*") if found.is_file()]


def test_a_lost_file_is_told_as_lost(people, ask, settings, tmp_path):
    """R12"""
    settings.MEDIA_ROOT = tmp_path
    update = make_update(people, make_published(people))
    made = ask(
        "post", f"my/updates/{update.pk}/files/", data={"file": SimpleUploadedFile("a.pdf", PDF)}, seen=1
    )
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.unlink()

    assert told(ask("get", f"my/updates/{update.pk}/files/{made.json()['id']}/")) == (410, "file_lost", None)


# --- Imports ------------------------------------------------------------------------------------
HEADER = "goal,title,unit,baseline_value,target_value,start_date,target_date\n"


def table(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.csv", (HEADER + "\n".join(lines)).encode())


def test_an_import_is_previewed_and_then_taken_whole_once(people, ask):
    """R13"""
    line = "g3,Recycle more,tons,100,200,2026-01-01,2028-01-01"
    seen = ask("post", "my/imports/preview/", data={"kind": "sub_goals", "file": table(line)})
    assert (seen.status_code, seen.json()["added"]) == (200, [2])
    (told_of,) = seen.json()["lines"]
    cells = {cell["part"]: (cell["before"], cell["after"]) for cell in told_of["cells"]}
    assert (told_of["outcome"], cells["target_value"]) == ("added", ("", "200"))
    assert not SubGoal.objects.filter(organization=people.mills).exists()

    def take(checksum: str):
        return ask(
            "post", "my/imports/", data={"kind": "sub_goals", "file": table(line), "checksum": checksum}
        )

    assert told(take("0" * 64)) == (409, "other_file", None)
    assert take(seen.json()["sha256"]).json()["added"] == [2]
    assert take(seen.json()["sha256"]).json()["same"] == [2]
    assert SubGoal.objects.filter(organization=people.mills).count() == 1


def test_a_file_with_a_bad_line_is_refused_whole_and_says_where(people, ask):
    lines = ("g3,Good,tons,100,200,2026-01-01,2028-01-01", "g3,Bad,tons,1_000,200,2026-01-01,2028-01-01")
    seen = ask("post", "my/imports/preview/", data={"kind": "sub_goals", "file": table(*lines)}).json()
    sent = {"kind": "sub_goals", "file": table(*lines), "checksum": seen["sha256"]}

    refused = ask("post", "my/imports/", data=sent)

    assert told(refused) == (400, "import_refused", None)
    found = refused.json()["preview"]["refused"]
    assert [(one["line"], one["column"]) for one in found] == [(3, "baseline_value")]
    assert not SubGoal.objects.filter(organization=people.mills).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "plans"}, "kind"),
        ({"leave_out": "Remarks"}, "leave_out"),
        ({"submit": "1"}, "submit"),
        ({"mapping": "[]"}, "mapping"),
        ({"mapping": "[" * 9000}, "mapping"),
        ({"organization": "lab"}, "organization"),
        ({"author": "me"}, "author"),
        ({"kind": ["sub_goals", "updates"]}, "kind"),
    ],
)
def test_a_form_of_an_import_is_read_as_strictly_as_json(people, ask, changed, field):
    refused = ask("post", "my/imports/preview/", data={"kind": "sub_goals", "file": table()} | changed)

    assert told(refused)[::2] == (400, field)


# --- Who one is ---------------------------------------------------------------------------------
def test_my_organizations_are_mine_and_by_token_only_its_own(people, ask):
    Membership.objects.create(user=people.editor, organization=people.lab, role="viewer")

    by_page = by_session(people.editor)("get", "my/organizations/").json()["results"]
    assert [(one["code"], one["role"]) for one in by_page] == [("lab", "viewer"), ("mills", "editor")]
    assert [one["code"] for one in ask("get", "my/organizations/").json()["results"]] == ["mills"]


def test_who_reports_for_several_says_for_which(people):
    Membership.objects.create(user=people.editor, organization=people.lab, role="editor")
    ask = by_session(people.editor)

    assert told(ask("post", "my/sub-goals/", sub_goal_fields()))[::2] == (400, "organization")
    made = ask("post", "my/sub-goals/", sub_goal_fields(organization="lab"))
    assert (made.status_code, made.json()["organization"]) == (201, "lab")


def test_the_trail_of_an_organization_is_read_by_its_owners(people, ask):
    make_draft(people)
    path = "my/organizations/mills/trail/"

    entries = by_session(people.owner)("get", path).json()["results"]
    assert (entries[0]["action"], entries[0]["actor"]) == ("sub_goal.create", "editor")
    assert told(by_session(people.editor)("get", path))[:2] == (403, "permission_denied")
    assert told(by_session(people.other)("get", path))[0] == 403
    assert told(by_session(people.owner)("get", "my/organizations/lab/trail/"))[0] == 404


def test_lists_cost_the_same_whatever_their_length(people, ask):
    """R32"""
    ask("get", "my/organizations/")  # notes that the token was used
    counts = []
    for _round in range(2):
        row = make_published(people, title=f"Plan {_round}")
        make_published_update(people, row)
        make_submitted_update(people, row, date=row.start_date.replace(day=9))
        for path in ("my/sub-goals/", "my/updates/"):
            clock.forget()  # so that each asks for the edition
            with CaptureQueriesContext(connection) as seen:
                assert ask("get", path).status_code == 200
            counts.append(len(seen))

    assert counts[:2] == counts[2:]


def test_private_answers_are_kept_by_nobody_and_public_ones_stay_shared(people, ask):
    """R19"""
    for answer in (ask("get", "my/sub-goals/"), Client().get(ROOT + "my/sub-goals/")):
        assert answer["Cache-Control"] == "no-store"
        assert {"Authorization", "Cookie"} <= {part.strip() for part in answer["Vary"].split(",")}
    public = ask("get", "sub-goals/")
    assert "public" in public["Cache-Control"]
    assert "Authorization" not in public.get("Vary", "")


def test_lists_of_ones_own_are_filtered_by_what_they_know(people, ask):
    make_draft(people)
    make_published(people, title="Public")

    drafts = ask("get", "my/sub-goals/?state=draft").json()["results"]
    assert [row["state"] for row in drafts] == ["draft"]
    assert ask("get", "my/sub-goals/?organization=lab").json()["count"] == 0
    assert told(ask("get", "my/sub-goals/?author=1")) == (400, "unknown_parameter", "author")


def test_numbers_are_kept_digit_for_digit(people, ask):
    """R6"""
    code = ask("post", "my/sub-goals/", sub_goal_fields(baseline_value="0.100000000001")).json()["code"]

    assert SubGoal.objects.get(code=code).baseline_value == Decimal("0.100000000001")
    number = b'{"target_value": 123456789012345678.5}'
    changed = ask("patch", f"my/sub-goals/{code}/", number, seen=1)
    assert changed.json()["target_value"] == "123456789012345678.5"


def test_links_are_replaced_as_a_whole(people, ask):
    update = make_update(people, make_published(people))
    links = [{"url": "https://mills.example/report", "title": "Report"}]

    changed = ask("patch", f"my/updates/{update.pk}/", {"evidence_links": links}, seen=update)

    assert changed.json()["evidence_links"] == links
    bad = ask("patch", f"my/updates/{update.pk}/", {"evidence_links": [{"url": 5}]}, seen=2)
    assert told(bad)[::2] == (400, "evidence_links.0.url")
    assert Update.objects.get(pk=update.pk).evidence_links.count() == 1
    assert Goal.objects.count() == 4


def test_what_a_public_one_contributes_is_proposed_and_decided_like_its_measure(people, ask):
    row = make_published(people)
    path, asking = f"my/sub-goals/{row.code}/", by_session(people.steward)
    adds = {"contributes_to": "export-supported-jobs", "contribution_factor": "0.001", "attribution": "1"}
    effort = {"shared_effort": "One school", "shared_effort_share": "0.4", "leads_shared_effort": True}
    change = {**adds, **effort, "reason": "They train together now."}

    unknown = ask("post", f"{path}measure/", {**change, "contributes_to": "nothing"}, seen=3)
    assert told(unknown) == (400, "unknown", "contributes_to")
    assert told(ask("post", f"{path}measure/", {**change, "attribution": None}, seen=3))[2] == "attribution"
    assert told(ask("patch", path, adds, seen=3))[0] == 400
    sent = ask("post", f"{path}measure/", change, seen=3).json()
    assert (sent["contributes_to"], sent["shared_effort"]) == (None, "")
    assert {name: sent["proposal"][name] for name in (*adds, *effort)} == {**adds, **effort}

    approved = asking("post", f"queue/sub-goals/{row.code}/measure/approve/", {}, seen=4).json()

    assert {name: approved[name] for name in (*adds, *effort)} == {**adds, **effort}


def test_a_changed_measure_is_decided_in_the_queue(people, ask):
    row = make_published(people)
    path, queue, asking = (
        f"my/sub-goals/{row.code}/",
        f"queue/sub-goals/{row.code}/",
        by_session(people.steward),
    )
    change = {"target_value": "300", "reason": "More lines."}
    ask("post", f"{path}measure/", change, seen=3)

    assert told(ask("post", f"{path}measure/", change, seen=4))[:2] == (409, "step_not_allowed")
    found = asking("get", "queue/sub-goals/measures/").json()["results"]
    assert [(one["code"], one["proposal"]["target_value"]) for one in found] == [(row.code, "300")]
    assert asking("post", f"{queue}measure/approve/", {}, seen=3).status_code == 412
    back = asking("post", f"{queue}measure/send-back/", {"question": "Which?"}, seen=4).json()
    assert back["proposal"]["state"] == "sent_back"

    ask("post", f"{path}measure/", change, seen=5)
    assert ask("delete", f"{path}measure/", seen=6).json()["proposal"] is None
    ask("post", f"{path}measure/", change, seen=7)
    approved = asking("post", f"{queue}measure/approve/", {"comment": "Seen."}, seen=8).json()
    assert (approved["target_value"], approved["proposal"]) == ("300", None)
    assert asking("get", "queue/sub-goals/measures/").json()["results"] == []
    direct = asking(
        "post", f"{queue}measure/", {"target_value": "400", "reason": "Asked."}, seen=approved["version"]
    )
    assert direct.json()["target_value"] == "400"
