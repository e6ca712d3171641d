"""R15, R16: the table of rights cell by cell through the pages of the workspace.

Each case is one page, or one step a page takes, asked for by a person of each role. Who has the right comes
in; a colleague without it is told so (403); for anybody else there is nothing (404).
"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.lifecycle import evidence, updates
from stakeholders import inviting, joining, tokens
from stakeholders.models import Membership, User
from stakeholders.rights import EVERYONE, MEMBERS, PEOPLE, STEWARDS, TABLE, Role
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
    person,
)
from tests.signing_in import signed_in
from workspace import own_urls, steward_urls

pytestmark = pytest.mark.django_db

MINE, PROJECT, OWN_ACCOUNT = MEMBERS, STEWARDS, PEOPLE
"""Whom a page is for at all: those of the organization, those of the Project, everybody signed in."""
WHY, SAID = {"reason": "Sold."}, {"text": "Which plant?"}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(db) -> SimpleNamespace:
    return people_of_each_role()


# --- What there is beforehand -------------------------------------------------------------------
def with_file(people):
    row = update(people)
    return evidence.add(row, SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"), people.editor, row.version)


def submitted_with_file(people):
    file = with_file(people)
    row = file.update
    updates.submit(row, people.editor, row.version)
    return file


def proposal(people):
    return proposed(people).proposals.get()


def membership(people):
    """Of somebody who is none of those that ask."""
    new = person("new")
    return Membership.objects.create(user=new, organization=people.mills, role="viewer")


def invitation(people):
    return inviting.invite(people.mills, "lee@people.example", "viewer", people.owner)


def project_invitation(people):
    return inviting.invite_to_project("lee@people.example", "steward", people.administrator)


def token_of(who: str) -> Callable[[SimpleNamespace], Any]:
    def make(people):
        ends = timezone.now() + timedelta(days=9)
        return tokens.make(getattr(people, who), people.mills, name="T", scope="read", expires_at=ends)[0]

    return make


def request_to_join(people):
    return joining.ask_to_join(
        organization_name="Sonora Ltd", type="sme", area="MEX", person_name="Eva", email="eva@m.example",
        language="es", website="",
    )  # fmt: skip


# --- Every page ---------------------------------------------------------------------------------
class Case(NamedTuple):
    """A page by name, and what is needed for it; `sent` makes it a step, a POST."""

    page: str
    right: tuple[str, str]
    side: frozenset[Role]
    make: Callable[[SimpleNamespace], Any] = nothing
    args: Callable[[Any], list[Any]] = lambda row: []
    sent: dict[str, Any] | None = None


def mills(row) -> list[Any]:
    return ["mills"]


def in_mills(row) -> list[Any]:
    return ["mills", row.pk]


def code(row) -> list[Any]:
    return [row.code]


def pk(row) -> list[Any]:
    return [row.pk]


SUB_GOAL, UPDATE, MEASURE = "sub_goal", "update", "sub_goal_measure"
CASES = [
    # The organization and its people
    Case("home", ("workspace", "see"), OWN_ACCOUNT),
    Case("dashboard", (SUB_GOAL, "see_draft"), MINE, args=mills),
    Case("contribution", ("contribution", "see"), MINE, args=mills),
    Case("organization", ("membership", "see"), MINE, args=mills),
    Case("organization", ("organization", "edit"), MINE, args=mills, sent={"version": "1", "website": ""}),
    Case("people", ("membership", "see"), MINE, args=mills),
    Case("invite", ("invitation", "create"), MINE, args=mills,
         sent={"email": "lee@people.example", "role": "viewer"}),
    Case("withdraw-invitation", ("invitation", "withdraw"), MINE, invitation, in_mills, {}),
    Case("member", ("membership", "edit"), EVERYONE, membership, in_mills),
    Case("member", ("membership", "edit"), EVERYONE, membership, in_mills,
         {"role": "editor", "seen": "viewer"}),
    Case("remove-member", ("membership", "delete"), EVERYONE, membership, in_mills),
    Case("remove-member", ("membership", "delete"), EVERYONE, membership, in_mills, {"reason": ""}),
    Case("leave", ("membership", "leave"), MINE, args=mills),
    Case("leave", ("membership", "leave"), MINE, args=mills, sent={}),
    Case("tokens", ("token", "see"), MINE, args=mills),
    Case("make-token", ("token", "create"), MINE, args=mills,
         sent={"name": "T", "scope": "read", "days": "90"}),
    Case("end-token", ("token", "withdraw_all"), MINE, token_of("other_member"), in_mills, {}),
    # Files
    Case("files", ("export", "see"), MINE, args=mills),
    Case("everything", ("export", "see"), MINE, args=mills),
    Case("table", ("export", "see"), MINE, args=lambda row: ["mills", "sub_goals", "csv"]),
    Case("template", ("export", "see"), MINE, args=lambda row: ["mills", "sub_goals", "csv"]),
    Case("template-columns", ("export", "see"), MINE, args=lambda row: ["mills", "sub_goals"]),
    Case("hand-in", (SUB_GOAL, "import"), MINE, args=mills, sent={"kind": "sub_goals"}),
    Case("hand-in", (UPDATE, "import"), MINE, args=mills, sent={"kind": "updates"}),
    # Sub-goals
    Case("new-sub-goal", (SUB_GOAL, "create"), MINE, args=mills),
    Case("new-sub-goal", (SUB_GOAL, "create"), MINE, args=mills, sent={"title": "New"}),
    Case("sub-goal", (SUB_GOAL, "see_draft"), MINE, draft, code),
    Case("sub-goal", (SUB_GOAL, "see_submitted"), MINE, submitted, code),
    Case("step", (SUB_GOAL, "edit"), MINE, draft, lambda row: [row.code, 1]),
    Case("step", (SUB_GOAL, "edit"), MINE, draft, lambda row: [row.code, 1], {"title": "New"}),
    Case("check", (SUB_GOAL, "submit"), MINE, draft, code),
    Case("check", (SUB_GOAL, "submit"), MINE, draft, code, {"version": "{version}"}),
    Case("discard", (SUB_GOAL, "delete_draft"), MINE, draft, code, {"version": "{version}"}),
    Case("weigh", (SUB_GOAL, "edit"), MINE, under, code, {"version": "{version}", "weight": "2"}),
    Case("comment-sub-goal", ("comment", "create"), MINE, submitted, code, SAID),
    Case("other-language", (SUB_GOAL, "edit"), MINE, draft, lambda row: [row.code, "fr"],
         {"version": "{version}", "title": "Le tonnage"}),
    Case("answers", (SUB_GOAL, "edit"), MINE, published, code),
    Case("answers", (SUB_GOAL, "edit"), MINE, published, code, {"version": "{version}"}),
    Case("describe", (SUB_GOAL, "edit"), MINE, published, code),
    Case("describe", (SUB_GOAL, "edit"), MINE, published, code, {"version": "{version}", "title": "New"}),
    Case("measure", (MEASURE, "propose"), MINE, published, code, {"version": "{version}", **WHY}),
    Case("take-back-measure", (MEASURE, "propose"), MINE, proposed, code, {"version": "{version}"}),
    Case("nest", ("sub_goal_parent", "edit"), MINE, under, code, {"version": "{version}", "parent": ""}),
    Case("detach", ("sub_goal_parent", "detach"), MINE, under, code),
    Case("detach", ("sub_goal_parent", "detach"), MINE, under, code, {"version": "{version}"}),
    Case("complete", (SUB_GOAL, "complete"), MINE, published, code, {"version": "{version}"}),
    Case("withdraw", (SUB_GOAL, "withdraw"), MINE, published, code, {"version": "{version}", **WHY}),
    # Updates and their files
    Case("report", (UPDATE, "create"), MINE, published, code),
    Case("report", (UPDATE, "create"), MINE, published, code, {"date": "2026-02-01", "value": "110"}),
    Case("update", (UPDATE, "see_draft"), MINE, update, pk),
    Case("update", (UPDATE, "see_submitted"), MINE, submitted_update, pk),
    Case("edit-update", (UPDATE, "edit"), MINE, update, pk),
    Case("edit-update", (UPDATE, "edit"), MINE, update, pk, {"version": "{version}", "value": "5"}),
    Case("preview-update", (UPDATE, "see_draft"), MINE, update, pk),
    Case("preview-update", (UPDATE, "submit"), MINE, update, pk, {"version": "{version}"}),
    Case("discard-update", (UPDATE, "delete_draft"), MINE, update, pk, {"version": "{version}"}),
    Case("correct-update", (UPDATE, "correct"), MINE, published_update, pk, {"version": "{version}"}),
    Case("retract-update", (UPDATE, "retract"), MINE, published_update, pk, {"version": "{version}", **WHY}),
    Case("comment-update", ("comment", "create"), MINE, submitted_update, pk, SAID),
    Case("file", ("evidence_file", "see_draft"), EVERYONE, with_file, pk),
    Case("file", ("evidence_file", "see_submitted"), EVERYONE, submitted_with_file, pk),
    # One's own account
    Case("person", ("account", "see"), OWN_ACCOUNT),
    Case("person", ("account", "edit"), OWN_ACCOUNT,
         sent={"first_name": "A", "last_name": "B", "language": "es"}),
    Case("delete-account", ("account", "delete"), OWN_ACCOUNT),
    # Stewards
    Case("review-queue", ("queue", "see"), PROJECT),
    Case("review-queue", ("held_batch", "see"), PROJECT),
    Case("review-update", ("review", "create"), PROJECT, submitted_update, pk),
    Case("review-update", (UPDATE, "see_submitted"), PROJECT, submitted_update, pk),
    Case("review-update", (UPDATE, "publish"), PROJECT, submitted_update, pk,
         {"decision": "approve", "version": "{version}", "grade": "reviewed"}),
    Case("review-update", (UPDATE, "send_back"), PROJECT, submitted_update, pk,
         {"decision": "send_back", "version": "{version}", "question": "Why?"}),
    Case("review-update", ("comment", "create"), PROJECT, submitted_update, pk,
         {"decision": "comment", "version": "{version}", **SAID}),
    Case("review-approve-updates", (UPDATE, "publish"), PROJECT, submitted_update,
         sent={"chosen": "{pk}:{version}", "grade": "reviewed"}),
    Case("review-sub-goal", ("review", "create"), PROJECT, submitted, pk),
    Case("review-sub-goal", (SUB_GOAL, "see_submitted"), PROJECT, submitted, pk),
    Case("review-sub-goal", (SUB_GOAL, "publish"), PROJECT, submitted, pk,
         {"decision": "approve", "version": "{version}", "weight": "1"}),
    Case("review-sub-goal", (SUB_GOAL, "send_back"), PROJECT, submitted, pk,
         {"decision": "send_back", "version": "{version}", "question": "Why?"}),
    Case("review-sub-goals", ("review", "create"), PROJECT),
    Case("review-measure", (MEASURE, "approve"), PROJECT, proposal, pk),
    Case("review-measure", (MEASURE, "approve"), PROJECT, proposal, pk,
         {"decision": "approve", "version": "4"}),
    Case("review-measure", (MEASURE, "send_back"), PROJECT, proposal, pk,
         {"decision": "send_back", "version": "4", "question": "Why?"}),
    Case("review-change-measure", (MEASURE, "edit"), PROJECT, published, pk),
    Case("review-change-measure", (MEASURE, "edit"), PROJECT, published, pk,
         {"version": "{version}", **WHY}),
    Case("review-withdraw", (SUB_GOAL, "withdraw"), PROJECT, published, pk),
    Case("review-withdraw", (SUB_GOAL, "withdraw"), PROJECT, published, pk, {"version": "{version}", **WHY}),
    Case("review-correct-update", (UPDATE, "correct"), PROJECT, published_update, pk),
    Case("review-correct-update", (UPDATE, "correct"), PROJECT, published_update, pk,
         {"version": "{version}", "value": "105", "date": "2026-02-01", **WHY}),
    Case("review-retract-update", (UPDATE, "retract"), PROJECT, published_update, pk),
    Case("review-retract-update", (UPDATE, "retract"), PROJECT, published_update, pk,
         {"version": "{version}", **WHY}),
    Case("review-weights", ("sub_goal_weight", "edit"), PROJECT),
    Case("review-weight", ("sub_goal_weight", "edit"), PROJECT, published, pk),
    Case("review-weight", ("sub_goal_weight", "edit"), PROJECT, published, pk,
         {"version": "{version}", "weight": "2", **WHY}),
    Case("review-gap", ("queue", "see"), PROJECT),
    Case("review-gap-file", ("queue", "see"), PROJECT),
    Case("review-join", ("join_request", "see"), PROJECT, request_to_join, pk),
    Case("review-join", ("join_request", "approve"), PROJECT, request_to_join, pk, {"approve": ""}),
    Case("review-join", ("join_request", "reject"), PROJECT, request_to_join, pk, {"reject": "", **WHY}),
    # Administrators
    Case("review-organizations", ("organization", "switch_off"), PROJECT),
    Case("review-organization", ("organization", "switch_off"), PROJECT, args=mills),
    Case("review-organization", ("organization", "switch_off"), PROJECT, args=mills,
         sent={"version": "1", "name": "Mills", "type": "sme", "area": "MEX"}),
    Case("review-switch-organization", ("organization", "switch_off"), PROJECT, args=mills, sent=WHY),
    Case("review-everything", ("export", "see"), PROJECT, args=mills),
    Case("review-invite", ("invitation", "create"), PROJECT, args=mills,
         sent={"email": "lee@people.example", "role": "owner"}),
    Case("review-withdraw-invitation", ("invitation", "withdraw"), PROJECT, invitation, in_mills, {}),
    Case("review-merge", ("merge", "see"), PROJECT),
    Case("review-merge", ("merge", "create"), PROJECT, sent={"source": "lab", "into": "mills"}),
    Case("review-people", ("person", "see"), PROJECT),
    Case("review-person", ("person", "edit"), PROJECT, membership, lambda row: [row.user_id]),
    Case("review-invite-person", ("person", "edit"), PROJECT,
         sent={"email": "lee@people.example", "role": "steward"}),
    Case("review-withdraw-person", ("person", "edit"), PROJECT, project_invitation, pk, {}),
    Case("review-person", ("person", "edit"), PROJECT, membership, lambda row: [row.user_id],
         {"role": "steward", "seen": "", **WHY}),
    Case("review-person", ("person", "switch_off"), PROJECT, membership, lambda row: [row.user_id],
         {"switch_off": "", "seen": "", **WHY}),
    Case("review-trail", ("trail", "see"), EVERYONE),
    Case("admin:index", ("admin", "use"), PROJECT),
    Case("admin:stakeholders_organization_add", ("organization", "create"), PROJECT),
    Case("admin:goals_goal_changelist", ("goal", "edit"), PROJECT),
    Case("admin:goals_target_changelist", ("target", "edit"), PROJECT),
    Case("admin:indicators_indicator_changelist", ("indicator", "edit"), PROJECT),
    Case("admin:indicators_source_changelist", ("source", "edit"), PROJECT),
    Case("admin:indicators_feed_changelist", ("feed", "see"), PROJECT),
    Case("admin:indicators_feed_changelist", ("feed", "edit"), PROJECT),
    Case("admin:indicators_heldbatch_changelist", ("held_batch", "approve"), PROJECT),
    Case("admin:indicators_heldbatch_changelist", ("held_batch", "reject"), PROJECT),
]  # fmt: skip


ELSEWHERE = {
    ("evidence_file", "create"): "a part of the form of an update; through the API",
    ("evidence_file", "delete_draft"): "a part of the form of an update; through the API",
    ("feed", "refresh"): "tests/api/test_refresh.py and the button in tests/admin/test_feeds.py",
    ("figures", "see"): "no person's right",
    ("comment", "see"): "a part of the pages of what is talked about; through the API",
    ("invitation", "accept"): "tests/workspace/test_sign_in_by_invitation.py",
    ("invitation", "see"): "a part of the page of people: tests/workspace/test_own_people.py",
    ("observation", "import"): "tests/admin/test_uploads.py",
    ("reminder", "edit"): "what is due follows from what is reported; nobody edits it by itself",
    ("reminder", "see"): "the dashboard, which is the organization's alone",
    ("sub_goal_parent", "edit_across"): "tests/goals/lifecycle/test_sub_goals.py, and through the API",
    ("token", "see_all"): "whose tokens the page of tokens lists: tests/workspace/test_own_people.py",
    ("token", "withdraw"): "one's own: tests/workspace/test_own_people.py",
    (UPDATE, "grade"): "through the API",
}
"""Cells that no page stands for by itself, and where they are asked for."""


def test_every_closed_cell_of_the_table_has_its_page_or_its_reason():
    closed = {
        (kind, action)
        for kind, actions in TABLE.items()
        for action, roles in actions.items()
        if roles != EVERYONE
    }
    by_page = {case.right for case in CASES}

    assert closed - by_page == set(ELSEWHERE)


def name_of(case: Case) -> str:
    return f"{case.page}:{'look' if case.sent is None else case.right[1]}"


def test_every_page_of_the_workspace_has_its_case():
    named = {pattern.name for pattern in walked([*own_urls.urlpatterns, *steward_urls.urlpatterns])}

    assert {case.page for case in CASES if ":" not in case.page} == named


def walked(patterns) -> list[Any]:
    return [
        one
        for pattern in patterns
        for one in (walked(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern])
    ]


# --- Cell by cell -------------------------------------------------------------------------------
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_table_of_rights_holds_for_the_page(people, case):
    people.other_member = person("other-member", "editor", people.mills)
    row = case.make(people)
    kind, action = case.right
    allowed = TABLE[kind][action] & case.side

    wrong = {}
    for role, one in persons(people).items():
        answer = rolled_back(lambda one=one: asked(case, row, one))
        if not fits(answer, role, role in allowed):
            wrong[role] = (answer.status_code, answer.get("Location", ""))

    assert wrong == {}


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


def asked(case: Case, row: Any, one: User | None):
    client = signed_in(one) if one else Client()
    page = case.page if ":" in case.page else f"workspace:{case.page}"
    address = reverse(page, args=case.args(row))
    if case.sent is None:
        return client.get(address)
    names = {"version": getattr(row, "version", ""), "pk": getattr(row, "pk", "")}
    return client.post(address, {name: value.format(**names) for name, value in case.sent.items()})


def rolled_back(work: Callable[[], Any]) -> Any:
    with transaction.atomic():
        found = work()
        transaction.set_rollback(True)
    return found


def fits(answer, role: Role, allowed: bool) -> bool:
    if allowed:
        return answer.status_code in (200, 302, 400, 409) and not leads_to_sign_in(answer)
    if role == Role.ANONYMOUS:
        return leads_to_sign_in(answer) or answer.status_code == 404
    return answer.status_code in (403, 404)


def leads_to_sign_in(answer) -> bool:
    where = urlsplit(answer.get("Location", "")).path
    return where in (reverse("account_login"), reverse("account_reauthenticate"), "/admin/login/")
