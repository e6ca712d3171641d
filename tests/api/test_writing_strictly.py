"""What cannot be kept exactly is refused by the name of its field, and leaves nothing behind (R24, R25)."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from goals.models import SubGoal, Update
from stakeholders import throttles
from stakeholders.models import TrailEntry
from tests.api.writing import ROOT, by_session, by_token, sub_goal_fields, told
from tests.goals.lifecycle.conftest import make_draft, make_published, make_update

pytestmark = pytest.mark.django_db
NINES = "9" * 5000


@pytest.fixture
def ask(people):
    return by_token(people.editor, people.mills)


@pytest.fixture
def draft(people) -> SubGoal:
    return make_draft(people)


# --- Fields -------------------------------------------------------------------------------------
REFUSED = [
    ('{"title": 5}', "title", "invalid"),
    ('{"title": true}', "title", "invalid"),
    ('{"title": null}', "title", "null"),
    ('{"title": ["a"]}', "title", "invalid"),
    ('{"title": "a\\nb"}', "title", "invalid"),
    ('{"title": "' + "a" * 201 + '"}', "title", "max_length"),
    ('{"language": "de"}', "language", "invalid_choice"),
    ('{"language": 1}', "language", "invalid_choice"),
    ('{"direction": null}', "direction", "null"),
    ('{"is_deliverable": 1}', "is_deliverable", "invalid"),
    ('{"is_deliverable": "true"}', "is_deliverable", "invalid"),
    ('{"is_deliverable": null}', "is_deliverable", "null"),
    ('{"target_value": true}', "target_value", "invalid"),
    ('{"target_value": "1_000"}', "target_value", "invalid"),
    ('{"target_value": "1,000"}', "target_value", "invalid"),
    ('{"target_value": "1e3"}', "target_value", "invalid"),
    ('{"target_value": "Infinity"}', "target_value", "invalid"),
    ('{"target_value": "NaN"}', "target_value", "invalid"),
    ('{"target_value": "-0"}', "target_value", "invalid"),
    ('{"target_value": " 1"}', "target_value", "invalid"),
    ('{"target_value": "١٢"}', "target_value", "invalid"),
    ('{"target_value": ""}', "target_value", "invalid"),
    ('{"target_value": "0.1234567890123"}', "target_value", "invalid"),
    ('{"target_value": "' + NINES + '"}', "target_value", "invalid"),
    ('{"target_value": "' + "9" * 31 + '"}', "target_value", "invalid"),
    ('{"target_value": {}}', "target_value", "invalid"),
    ('{"jump_share": "2"}', "jump_share", "invalid"),
    ('{"start_date": "2026-1-1"}', "start_date", "invalid"),
    ('{"start_date": "20260101"}', "start_date", "invalid"),
    ('{"start_date": "2026-02-30"}', "start_date", "invalid"),
    ('{"start_date": "0000-01-01"}', "start_date", "invalid"),
    ('{"start_date": "10000-01-01"}', "start_date", "invalid"),
    ('{"start_date": "1066-10-14"}', "start_date", "invalid"),
    ('{"start_date": 20260101}', "start_date", "invalid"),
    ('{"start_date": "2026-01-01T00:00:00"}', "start_date", "invalid"),
    ('{"goal": "g9"}', "goal", "unknown"),
    ('{"goal": 3}', "goal", "unknown"),
    ('{"goal": null}', "goal", "null"),
    ('{"target": "nothing"}', "target", "unknown"),
    ('{"contributes_to": ["gdp"]}', "contributes_to", "unknown"),
    ('{"nonsense": 1}', "nonsense", "unknown_field"),
    ('{"Title": "T"}', "Title", "unknown_field"),
    ('{"parent_id": 1}', "parent_id", "unknown_field"),
    ("{}", None, "empty"),
    ("[]", None, "not_an_object"),
    ("5", None, "not_an_object"),
    ('"a"', None, "not_an_object"),
    ("null", None, "not_an_object"),
    ("", None, "empty"),
]
SET_BY_SERVER = (
    "organization", "created_by", "submitted_by", "state", "id", "code", "version", "weight", "published_on",
    "withdrawal_reason", "delivered_stands", "created_at", "answers_user",
)  # fmt: skip


@pytest.mark.parametrize(("body", "field", "code"), REFUSED, ids=lambda value: str(value)[:50])
def test_a_field_that_cannot_be_kept_as_sent_is_refused_by_its_name(ask, draft, body, field, code):
    refused = ask("patch", f"my/sub-goals/{draft.code}/", body.encode(), seen=draft)

    assert told(refused) == (400, code, field)
    assert SubGoal.objects.get(pk=draft.pk).version == draft.version


@pytest.mark.parametrize("name", SET_BY_SERVER)
def test_what_the_server_sets_is_refused_by_its_name(ask, draft, name):
    """R17"""
    refused = ask("patch", f"my/sub-goals/{draft.code}/", {"title": "T", name: "x"}, seen=draft)

    assert told(refused) == (400, "set_by_server", name)


@pytest.mark.parametrize(
    "name", ["author", "state", "sub_goal", "evidence_grade", "correction_of", "version"]
)
def test_what_the_server_sets_of_an_update_is_refused_by_its_name(people, ask, name):
    """R17"""
    row = make_update(people, make_published(people))

    assert told(ask("patch", f"my/updates/{row.pk}/", {name: "x"}, seen=row)) == (400, "set_by_server", name)


# --- Bodies -------------------------------------------------------------------------------------
BODIES = [
    (b'{"title": NaN}', "parse_error"),
    (b'{"target_value": Infinity}', "parse_error"),
    (b'{"target_value": 1e3}', "parse_error"),
    (b'{"target_value": 1e999999999}', "parse_error"),
    (b'{"target_value": ' + NINES.encode() + b"}", "parse_error"),
    (b'{"title": "a\\u0000b"}', "parse_error"),
    (b'{"a\\u0000b": 1}', "parse_error"),
    (b'{"title": "\\ud800"}', "parse_error"),
    (b'{"title": ["\\udc00"]}', "parse_error"),
    (b'{"title": "\xff"}', "parse_error"),
    ('{"title": "a"}'.encode("utf-16"), "parse_error"),
    (b'{"title": "a", "title": "b"}', "parse_error"),
    (b'{"title": "a"', "parse_error"),
    (b'{"title": "a"} x', "parse_error"),
    (b"{'title': 'a'}", "parse_error"),
    (b"[" * 100_000, "parse_error"),
    (b'{"a":' * 9 + b"1" + b"}" * 9, "parse_error"),
]


@pytest.mark.parametrize(("body", "code"), BODIES, ids=lambda value: str(value)[:40])
def test_a_body_that_is_no_plain_json_is_refused(ask, draft, body, code):
    refused = ask("patch", f"my/sub-goals/{draft.code}/", body, seen=draft)

    assert told(refused) == (400, code, None)
    assert SubGoal.objects.get(pk=draft.pk).title == draft.title


def test_a_body_over_the_limit_is_refused(ask, draft):
    for size in (2, 12):
        body = b'{"title": "' + b"a" * size * 1024 * 1024 + b'"}'
        refused = ask("patch", f"my/sub-goals/{draft.code}/", body, seen=draft)
        assert told(refused) == (413, "too_large", None)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_json_sent_as_something_else_is_refused(people, ask, kind):
    """R30"""
    before = SubGoal.objects.count()

    refused = ask("post", "my/sub-goals/", json.dumps(sub_goal_fields()), content_type=kind)

    assert refused.status_code in (400, 415)
    assert SubGoal.objects.count() == before


def test_a_method_is_never_overridden(ask, draft):
    """R30"""
    path = f"my/sub-goals/{draft.code}/"
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "PATCH"}):
        assert told(ask("post", path, {"_method": "DELETE"}, headers=headers))[0] == 405
    assert told(ask("get", f"{path}submit/"))[0] == 405
    assert told(ask("put", path, {"title": "T"}, seen=draft))[0] == 405
    refused = ask("options", path)
    assert (refused.status_code, refused["Allow"]) == (405, "DELETE, GET, HEAD, PATCH")
    assert SubGoal.objects.get(pk=draft.pk).version == draft.version


def test_a_session_writes_only_with_its_token_against_forgery(people):
    """R30"""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.editor)
    sent = {"data": sub_goal_fields(), "content_type": "application/json"}

    assert told(client.post(f"{ROOT}my/sub-goals/", **sent))[:2] == (403, "permission_denied")
    client.cookies["csrftoken"] = "a" * 32
    made = client.post(f"{ROOT}my/sub-goals/", **sent, headers={"X-CSRFToken": "a" * 32})
    assert made.status_code == 201


def test_texts_lose_outer_spaces_and_are_composed_and_nothing_else(ask, draft):
    title = " <b>Nun\u0303ez-O'Brien & So\u0308hne</b> 🏭 =1+1 "

    saved = ask("patch", f"my/sub-goals/{draft.code}/", {"title": title}, seen=draft)

    assert saved.json()["title"] == "<b>Nuñez-O'Brien & Söhne</b> 🏭 =1+1"


# --- Versions -----------------------------------------------------------------------------------
def test_a_change_names_the_version_it_is_made_over(ask, draft):
    """R10"""
    path = f"my/sub-goals/{draft.code}/"
    for headers in ({}, {"If-Match": "*"}):
        assert told(ask("patch", path, {"title": "T"}, headers=headers)) == (428, "version_needed", None)
    for header in ('"one"', "1", '"1", "2"', '"' + NINES + '"', '"-1"'):
        refused = ask("patch", path, {"title": "T"}, headers={"If-Match": header})
        assert told(refused) == (400, "bad_version", "If-Match")
    assert ask("patch", path, {"title": "T"}, headers={"If-Match": 'W/"1"'}).status_code == 200


def test_a_stale_change_is_told_how_it_stands_now_and_a_repeated_one_changes_nothing(ask, draft):
    """R10"""
    path = f"my/sub-goals/{draft.code}/"
    assert ask("patch", path, {"title": "First"}, seen=1).status_code == 200

    again = ask("patch", path, {"title": "Second"}, seen=1)

    assert told(again) == (412, "stale", None)
    assert (again["ETag"], again.json()["current"]["title"]) == ('"2"', "First")
    assert SubGoal.objects.get(pk=draft.pk).title == "First"


def test_a_step_its_state_does_not_allow_is_told_in_words(ask, draft):
    """R17"""
    refused = ask("post", f"my/sub-goals/{draft.code}/complete/", seen=draft)

    assert told(refused) == (409, "step_not_allowed", None)
    assert "Draft" in refused.json()["detail"]


# --- Limits -------------------------------------------------------------------------------------
def test_too_many_writes_are_told_when_to_come_back_and_reading_goes_on(ask, draft, settings):
    """R32"""
    settings.API_REQUESTS_PER_MINUTE = {"address": 100, "reads": 100, "writes": 2}
    path = f"my/sub-goals/{draft.code}/comments/"
    for _turn in range(2):
        assert ask("post", path, {"text": "Yes"}).status_code == 201

    refused = ask("post", path, {"text": "Yes"})

    assert told(refused)[:2] == (429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert ask("get", path).status_code == 200


def test_each_token_has_a_limit_of_its_own(people, ask, settings):
    settings.API_REQUESTS_PER_MINUTE = {"address": 100, "reads": 1, "writes": 1}

    assert ask("get", "my/sub-goals/").status_code == 200
    assert ask("get", "my/sub-goals/").status_code == 429
    assert by_token(people.owner, people.mills)("get", "my/sub-goals/").status_code == 200


def test_tries_with_made_up_tokens_are_counted_by_address(people, settings):
    """R32: the address the last of our own proxies saw, never what a stranger wrote."""
    settings.API_REQUESTS_PER_MINUTE = {"address": 2, "reads": 100, "writes": 100}
    ask = by_session(None)

    def guess(number: int):
        headers = {"Authorization": f"Bearer nam_{number}", "X-Forwarded-For": f"203.0.113.{number}"}
        return told(ask("get", "my/sub-goals/", headers=headers))[0]

    assert [guess(number) for number in range(4)] == [401, 401, 429, 429]


def test_while_the_cache_is_down_the_limits_hold(people, ask, settings, monkeypatch):
    """R8"""
    settings.API_REQUESTS_PER_MINUTE = {"address": 100, "reads": 2, "writes": 100}

    class Down:
        def __getattr__(self, name):
            raise ConnectionError("the cache is down")

    monkeypatch.setattr(throttles, "cache", Down())

    assert [ask("get", "my/sub-goals/").status_code for _turn in range(3)] == [200, 200, 429]


def test_a_database_that_is_down_is_told_as_503(ask, draft, monkeypatch):
    """R8"""

    def down(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("goals.lifecycle.sub_goals.save_draft", down)

    refused = ask("patch", f"my/sub-goals/{draft.code}/", {"title": "T"}, seen=draft)

    assert told(refused)[:2] == (503, "unavailable")
    assert refused["Retry-After"] == "30"


def test_without_its_trail_nothing_is_written(people, ask, monkeypatch):
    """R11"""

    def full(*args, **kwargs):
        raise OperationalError("the trail cannot be written")

    monkeypatch.setattr(TrailEntry.objects, "bulk_create", full)

    assert told(ask("post", "my/sub-goals/", sub_goal_fields()))[0] == 503
    assert not SubGoal.objects.filter(organization=people.mills).exists()
    assert not Update.objects.filter(author=people.editor).exists()
