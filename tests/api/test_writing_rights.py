"""R15, R16, R23: the table of rights cell by cell through the API, and what is hidden looks like nothing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import get_resolver

from goals.lifecycle import evidence, updates
from goals.models import SubGoal, Update
from stakeholders import rights, tokens
from stakeholders.api_private import PrivateViewSet
from stakeholders.models import ApiToken, Membership, User
from stakeholders.rights import TABLE, Role
from tests.api.conftest import without_id
from tests.api.writing import Ask, by_session, by_token, sub_goal_fields, told
from tests.beforehand import (
    draft,
    nothing,
    people_of_each_role,
    proposed,
    published,
    published_update,
    submitted,
    submitted_update,
    under,
    update,
)
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_published,
    make_submitted,
    make_update,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"
CSV = b"goal,title\ng3,Recycle\n"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(db) -> SimpleNamespace:
    return people_of_each_role()


# --- Every route --------------------------------------------------------------------------------
class Case(NamedTuple):
    """One action of one viewset: what there is beforehand, and what is asked of it."""

    route: str
    action: str
    make: Callable[[SimpleNamespace], Any]
    method: str
    path: str
    sent: Any = None
    is_over_version: bool = False
    files: Callable[[], dict] | None = None


def form(body: bytes, name: str, **more: str) -> Callable[[], dict]:
    return lambda: {"file": SimpleUploadedFile(name, body), **more}


def with_file(people):
    row = update(people)
    row.file = evidence.add(row, SimpleUploadedFile("a.pdf", PDF), people.editor, row.version).pk
    return row


def submitted_with_file(people):
    row = with_file(people)
    updates.submit(row, people.editor, row.version)
    return row


MY, MINE, QUEUE, QUEUED = "my-sub-goal", "my-update", "queued-sub-goal", "queued-update"
NEW_UPDATE = {"date": "2026-02-01", "value": "110"}
WHY, SAID = {"reason": "Sold."}, {"text": "Which plant?"}
CASES = [
    Case("my-organization", "list", nothing, "get", "my/organizations/"),
    Case("my-organization", "retrieve", nothing, "get", "my/organizations/mills/"),
    Case("my-organization", "trail", nothing, "get", "my/organizations/mills/trail/"),
    Case(MY, "list", draft, "get", "my/sub-goals/"),
    Case(MY, "retrieve", draft, "get", "my/sub-goals/{code}/"),
    Case(MY, "create", nothing, "post", "my/sub-goals/", sub_goal_fields()),
    Case(MY, "partial_update", draft, "patch", "my/sub-goals/{code}/", {"title": "New"}, True),
    Case(MY, "destroy", draft, "delete", "my/sub-goals/{code}/", None, True),
    Case(MY, "submit", draft, "post", "my/sub-goals/{code}/submit/", {}, True),
    Case(MY, "measure", published, "post", "my/sub-goals/{code}/measure/", {**WHY, "unit": "t"}, True),
    Case(MY, "take_back_measure", proposed, "delete", "my/sub-goals/{code}/measure/", None, True),
    Case(MY, "text", draft, "post", "my/sub-goals/{code}/texts/", {"language": "fr", "title": "T"}, True),
    Case(MY, "parent", under, "post", "my/sub-goals/{code}/parent/", {"parent": None}, True),
    Case(MY, "detach", under, "post", "my/sub-goals/{code}/detach/", {}, True),
    Case(MY, "weight", under, "get", "my/sub-goals/{code}/weight/"),
    Case(MY, "weigh", under, "post", "my/sub-goals/{code}/weight/", {"weight": "2"}, True),
    Case(MY, "complete", published, "post", "my/sub-goals/{code}/complete/", {}, True),
    Case(MY, "withdraw", published, "post", "my/sub-goals/{code}/withdraw/", WHY, True),
    Case(MY, "comments", submitted, "get", "my/sub-goals/{code}/comments/"),
    Case(MY, "comment", submitted, "post", "my/sub-goals/{code}/comments/", SAID),
    Case(MINE, "list", update, "get", "my/updates/"),
    Case(MINE, "retrieve", update, "get", "my/updates/{pk}/"),
    Case(MINE, "create", published, "post", "my/updates/", {"sub_goal": "{code}", **NEW_UPDATE}),
    Case(MINE, "partial_update", update, "patch", "my/updates/{pk}/", {"value": "5"}, True),
    Case(MINE, "destroy", update, "delete", "my/updates/{pk}/", None, True),
    Case(MINE, "submit", update, "post", "my/updates/{pk}/submit/", {}, True),
    Case(MINE, "correct", published_update, "post", "my/updates/{pk}/correct/", {"value": "5"}, True),
    Case(MINE, "retract", published_update, "post", "my/updates/{pk}/retract/", WHY, True),
    Case(MINE, "comments", submitted_update, "get", "my/updates/{pk}/comments/"),
    Case(MINE, "comment", submitted_update, "post", "my/updates/{pk}/comments/", SAID),
    Case(MINE, "files", with_file, "get", "my/updates/{pk}/files/"),
    Case(MINE, "add_file", update, "post", "my/updates/{pk}/files/", None, True,
         form(PDF, "a.pdf")),
    Case(MINE, "file", with_file, "get", "my/updates/{pk}/files/{file}/"),
    Case(MINE, "remove_file", with_file, "delete", "my/updates/{pk}/files/{file}/", None, True),
    Case("my-import", "preview", nothing, "post", "my/imports/preview/",
         files=form(CSV, "a.csv", kind="sub_goals")),
    Case("my-import", "create", nothing, "post", "my/imports/",
         files=form(CSV, "a.csv", kind="sub_goals",
                    checksum="07c4c4fb5ae4ecdc07bb5b1b7b6b8ee1aa4f2a4ea4b8e3a0f6b5f1f0b8a3d5c1")),
    Case(QUEUE, "list", submitted, "get", "queue/sub-goals/"),
    Case(QUEUE, "retrieve", submitted, "get", "queue/sub-goals/{code}/"),
    Case(QUEUE, "approve", submitted, "post", "queue/sub-goals/{code}/approve/", {}, True),
    Case(QUEUE, "approve_several", submitted, "post", "queue/sub-goals/approve/",
         {"chosen": [{"code": "{code}", "version": 2}]}),
    Case(QUEUE, "send_back", submitted, "post", "queue/sub-goals/{code}/send-back/", {"question": "?"}, True),
    Case(QUEUE, "weight", published, "post", "queue/sub-goals/{code}/weight/", {"weight": "2"}, True),
    Case(QUEUE, "parent", under, "post", "queue/sub-goals/{code}/parent/", {"parent": None}, True),
    Case(QUEUE, "withdraw", published, "post", "queue/sub-goals/{code}/withdraw/", WHY, True),
    Case(QUEUE, "measures", proposed, "get", "queue/sub-goals/measures/"),
    Case(QUEUE, "measure", published, "post", "queue/sub-goals/{code}/measure/", {**WHY, "unit": "t"}, True),
    Case(QUEUE, "approve_measure", proposed, "post", "queue/sub-goals/{code}/measure/approve/", {}, True),
    Case(QUEUE, "send_back_measure", proposed, "post", "queue/sub-goals/{code}/measure/send-back/",
         {"question": "?"}, True),
    Case(QUEUE, "comments", submitted, "get", "queue/sub-goals/{code}/comments/"),
    Case(QUEUE, "comment", submitted, "post", "queue/sub-goals/{code}/comments/", SAID),
    Case(QUEUED, "list", submitted_update, "get", "queue/updates/"),
    Case(QUEUED, "retrieve", submitted_update, "get", "queue/updates/{pk}/"),
    Case(QUEUED, "approve", submitted_update, "post", "queue/updates/{pk}/approve/", {}, True),
    Case(QUEUED, "approve_several", submitted_update, "post", "queue/updates/approve/",
         {"chosen": [{"id": "{pk}", "version": 2}]}),
    Case(QUEUED, "send_back", submitted_update, "post", "queue/updates/{pk}/send-back/",
         {"question": "?"}, True),
    Case(QUEUED, "grade", published_update, "post", "queue/updates/{pk}/grade/",
         {"grade": "confirmed"}, True),
    Case(QUEUED, "correct", published_update, "post", "queue/updates/{pk}/correct/", {"value": "109"}, True),
    Case(QUEUED, "retract", published_update, "post", "queue/updates/{pk}/retract/", WHY, True),
    Case(QUEUED, "file", submitted_with_file, "get", "queue/updates/{pk}/files/{file}/"),
    Case(QUEUED, "comments", submitted_update, "get", "queue/updates/{pk}/comments/"),
    Case(QUEUED, "comment", submitted_update, "post", "queue/updates/{pk}/comments/", SAID),
]  # fmt: skip


def viewsets() -> dict[str, type[PrivateViewSet]]:
    """Every private viewset under the name its routes begin with."""
    api = get_resolver().namespace_dict["api"][1]
    found = {}
    for route in api.url_patterns:
        cls = getattr(route.callback, "cls", None)
        if cls is not None and issubclass(cls, PrivateViewSet):
            found[route.callback.initkwargs["basename"]] = cls
    return found


def test_every_private_action_has_its_case_here():
    rules = {(name, action) for name, cls in viewsets().items() for action in cls.rules}

    assert {(case.route, case.action) for case in CASES} == rules


def filled(sent: Any, row: Any) -> Any:
    """The example with the row's own code and number in it."""
    if isinstance(sent, dict):
        return {name: filled(value, row) for name, value in sent.items()}
    if isinstance(sent, list):
        return [filled(value, row) for value in sent]
    return {"{code}": getattr(row, "code", ""), "{pk}": getattr(row, "pk", 0)}.get(str(sent), sent)


def asked(case: Case, row: Any, ask: Ask):
    names = {"code": getattr(row, "code", ""), "pk": getattr(row, "pk", ""), "file": getattr(row, "file", "")}
    more: dict[str, Any] = {} if case.files is None else {"data": case.files()}
    seen = type(row).objects.get(pk=row.pk) if case.is_over_version else None
    return ask(case.method, case.path.format(**names), filled(case.sent, row), seen=seen, **more)


def persons(people) -> dict[Role, User | None]:
    return {
        Role.ANONYMOUS: None,
        Role.SIGNED_IN: people.stranger,
        Role.VIEWER: people.viewer,
        Role.EDITOR: people.editor,
        Role.OWNER: people.owner,
        Role.STEWARD: people.steward,
        Role.ADMINISTRATOR: people.administrator,
    }


def is_allowed(case: Case, role: Role) -> bool:
    """In the table, and within reach: under `my/` there is only what belongs to one's organizations."""
    rule = viewsets()[case.route].rules[case.action]
    is_reached = not case.path.startswith("my/") or role in rights.MEMBERS
    everybody = case.path == "my/organizations/" or case.action == "trail"
    return role in TABLE[rule.kind][rule.action] and (is_reached or everybody)


def rolled_back(work: Callable[[], Any]) -> Any:
    with transaction.atomic():
        found = work()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.route}:{case.action}")
def test_the_table_of_rights_holds_for(people, case):
    row = case.make(people)
    wrong = {}
    for role, one in persons(people).items():
        ways = {"session": by_session(one)}
        if role in rights.MEMBERS:
            ways["token"] = by_token(one, people.mills, "read" if role == Role.VIEWER else "write")
        for way, ask in ways.items():
            status = rolled_back(lambda ask=ask: asked(case, row, ask).status_code)
            if not fits(status, role, is_allowed(case, role)):
                wrong[role, way] = status

    assert wrong == {}


def fits(status: int, role: Role, allowed: bool) -> bool:
    if allowed:
        return status < 300 or status == 409  # the file of the import is another one
    return status == 401 if role == Role.ANONYMOUS else status in (403, 404)


# --- Hidden and unknown look the same -----------------------------------------------------------
PATHS = [
    ("get", ""), ("patch", ""), ("delete", ""), ("post", "submit/"), ("post", "withdraw/"),
    ("get", "comments/"), ("post", "comments/"), ("post", "retract/"), ("get", "files/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "rest"), PATHS)
def test_what_is_hidden_looks_like_what_does_not_exist(people, method, rest):
    """R16: same status and same body, for a person and for a token."""
    secret, number = make_draft(people), update(people).pk
    for ask in (by_session(people.other), by_token(people.other, people.lab)):
        for place, hidden, unknown in (("sub-goals", secret.code, "nowhere"), ("updates", number, 999999)):
            there = ask(method, f"my/{place}/{hidden}/{rest}", {} if method != "get" else None, seen=1)
            not_there = ask(method, f"my/{place}/{unknown}/{rest}", {} if method != "get" else None, seen=1)
            assert there.status_code in (404, 405)
            assert without_id(there) == without_id(not_there)


def test_drafts_of_others_change_no_count_order_or_search(people):
    """R16"""
    row = make_published(people, title="Public")
    asks = [by_session(people.other), by_session(people.steward), by_session(None)]
    paths = ("my/sub-goals/", "my/updates/", "queue/sub-goals/", "queue/updates/", "sub-goals/", "progress/")
    before = [bare(ask("get", path)) for ask in asks for path in paths]

    make_draft(people, title="Secret")
    make_update(people, row)

    assert [bare(ask("get", path)) for ask in asks for path in paths] == before


def bare(response) -> dict:
    return {name: value for name, value in response.json().items() if name != "id"}


def test_a_hidden_parent_goal_or_organization_is_told_like_an_unknown_one(people):
    """R16"""
    secret = make_draft(people)
    ask = by_token(people.other, people.lab)
    for name, hidden in (("parent", secret.code), ("organization", "mills")):
        there = ask("post", "my/sub-goals/", sub_goal_fields(**{name: hidden}))
        not_there = ask("post", "my/sub-goals/", sub_goal_fields(**{name: "nowhere"}))
        assert told(there) == (400, "unknown", name)
        assert without_id(there) == without_id(not_there)


# --- Tokens -------------------------------------------------------------------------------------
def test_without_a_valid_token_the_answer_is_401_with_a_challenge(people):
    ask = by_session(None)

    for headers in ({}, {"Authorization": "Bearer nam_guess"}, {"Authorization": "Bearer é"}):
        answer = ask("get", "my/sub-goals/", headers=headers)
        assert told(answer)[0] == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_that_reads_is_refused_for_its_scope(people):
    answer = by_token(people.editor, people.mills, "read")("post", "my/sub-goals/", sub_goal_fields())

    assert told(answer)[:2] == (403, "permission_denied")
    assert answer.json()["detail"] == "This token only reads. Make one that may write."


def test_a_token_in_the_address_is_an_unknown_parameter(people):
    answer = by_session(None)("get", "my/sub-goals/?access_token=nam_x")

    assert told(answer) == (400, "unknown_parameter", "access_token")


def test_a_token_acts_for_its_organization_alone(people):
    Membership.objects.create(user=people.editor, organization=people.lab, role="owner")
    ask = by_token(people.editor, people.mills)

    assert told(ask("post", "my/sub-goals/", sub_goal_fields(organization="lab"))) == (
        400, "unknown", "organization",
    )  # fmt: skip


def test_a_stewards_token_decides_nothing(people):
    Membership.objects.create(user=people.steward, organization=people.lab, role="editor")
    sent = make_submitted(people)
    ask = by_token(people.steward, people.lab)

    assert told(ask("get", "queue/sub-goals/"))[0] == 403
    assert told(ask("post", f"queue/sub-goals/{sent.code}/approve/", seen=2))[0] == 403
    assert SubGoal.objects.get(pk=sent.pk).state == "submitted"


@pytest.mark.parametrize("change", ["revoke", "leave", "switch off person", "switch off organization"])
def test_a_change_of_rights_acts_with_the_next_request(people, change):
    """R18"""
    ask = by_token(people.editor, people.mills)
    assert ask("get", "my/sub-goals/").status_code == 200

    if change == "revoke":
        tokens.revoke(ApiToken.objects.get(), people.editor)
    elif change == "leave":
        Membership.objects.filter(user=people.editor).delete()
    elif change == "switch off person":
        User.objects.filter(pk=people.editor.pk).update(is_active=False)
    else:
        people.mills.is_active = False
        people.mills.save()

    assert told(ask("get", "my/sub-goals/"))[0] == 401


def test_no_route_of_the_api_makes_a_token_or_changes_rights():
    """R23"""
    kinds = {rule.kind for cls in viewsets().values() for rule in cls.rules.values()}

    assert not kinds & rights.NOT_BY_TOKEN


def test_an_administrator_without_a_second_step_is_let_in_nowhere(people, settings):
    """R20"""
    settings.MFA_REQUIRED = True

    assert told(by_session(people.administrator)("get", "queue/updates/"))[0] == 403
    assert by_session(people.steward)("get", "queue/updates/").status_code == 200


def test_nobody_approves_what_they_wrote(people):
    Membership.objects.create(user=people.steward, organization=people.mills, role="editor")
    ask = by_session(people.steward)
    code = ask("post", "my/sub-goals/", sub_goal_fields()).json()["code"]
    ask("post", f"my/sub-goals/{code}/submit/", seen=1)

    answer = ask("post", f"queue/sub-goals/{code}/approve/", seen=2)

    assert told(answer)[:2] == (403, "permission_denied")
    assert Update.objects.filter(sub_goal__code=code).count() == 0
