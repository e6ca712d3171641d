"""Whatever is sent, no 5xx and no half write: every write of the OpenAPI document, fed at random (R24)."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.models import Comment, EvidenceFile, SubGoal, SubGoalText, Update
from northamerica.api.views import openapi_document
from stakeholders import trail
from stakeholders.models import TrailEntry
from tests.api.writing import by_session
from tests.goals.lifecycle.conftest import make_draft, make_people, make_published, make_submitted_update

pytestmark = pytest.mark.django_db

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\x00", "\ud800", "1_000", "NaN", "9" * 5000, "2026-02-30", "0000-01-01", "=1+1", "<b>", "g3",
         "100", "-27.50", "2026-03-01", "en", "increase", "linear", "quarterly", "level", "own", "reviewed"]
    ),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -1, 0, 1e308, 1e-300]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ODD_BODIES = st.sampled_from([b"", b"[]", b"{", b"\xff", b"[" * 50_000, b'{"a": 1, "a": 2}', b"null", b"NaN"])


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    return json.loads(openapi_document())


def writes() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Method, path and field names of every private write that takes JSON."""
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            if method != "get" and path.startswith(("/api/v1/my/", "/api/v1/queue/")):
                content = operation.get("requestBody", {}).get("content", {})
                if "multipart/form-data" not in content:
                    yield method, path.removeprefix("/api/v1/"), names_of(content)


def names_of(content: dict[str, Any]) -> tuple[str, ...]:
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    shape = document()["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return tuple(shape.get("properties", ()))


WRITES = list(writes())


@pytest.fixture
def world(db, settings):
    settings.API_REQUESTS_PER_MINUTE = dict.fromkeys(("address", "reads", "writes"), 10**6)
    people = make_people()
    people.steward.memberships.create(organization=people.lab, role="owner")
    published = make_published(people)
    people.rows = {
        "my/sub-goals/": [make_draft(people, title="A draft").code, published.code],
        "queue/sub-goals/": [published.code],
        "updates/": [make_submitted_update(people, published).pk],
    }
    return people


def test_the_document_names_every_write():
    assert len(WRITES) >= 28
    assert ("patch", "my/updates/{id}/") in {(method, path) for method, path, _names in WRITES}
    assert all(
        resolve("/api/v1/" + path.replace("{id}", "1").replace("{code}", "x").replace("{file}", "1"))
        for _m, path, _n in WRITES
    )


def state() -> tuple[int, ...]:
    """How much there is; the newest entry of the trail tells of every change."""
    models = (SubGoal, SubGoalText, Update, Comment, EvidenceFile, TrailEntry)
    return tuple(model.objects.count() for model in models)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
@pytest.mark.parametrize(("method", "path", "names"), WRITES, ids=[" ".join(one[:2]) for one in WRITES])
def test_no_body_makes_a_5xx_or_half_a_write(world, method, path, names, data):
    ask = by_session(world.steward if path.startswith("queue/") else world.editor)
    known = st.dictionaries(st.sampled_from(names), VALUES, max_size=4) if names else st.just({})
    body = data.draw(st.one_of(known, known, st.dictionaries(TEXTS, VALUES, max_size=3), ODD_BODIES, VALUES))
    sent = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")
    row = data.draw(st.sampled_from(rows_for(path, world)))
    before = state()

    answer = ask(
        method, path.format(id=row, code=row, file=1), sent, seen=data.draw(st.sampled_from([1, 2, 3, None]))
    )

    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert {"code", "field", "id", "detail"} <= set(answer.json())
        assert state() == before
    assert not list(trail.faults_of("mills"))


def rows_for(path: str, world: Any) -> list[Any]:
    for start, rows in world.rows.items():
        if path.startswith(start) or (start == "updates/" and "updates/" in path):
            return rows
    return ["x"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(header=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_no_header_makes_a_5xx(world, header):
    ask = by_session(world.editor)
    code = world.rows["my/sub-goals/"][0]
    for name in ("If-Match", "Accept", "Authorization", "Content-Length", "X-Forwarded-For"):
        headers = {"If-Match": '"9"', name: header}
        assert ask("patch", f"my/sub-goals/{code}/", {"title": "T"}, headers=headers).status_code < 500


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(part=st.text(min_size=1, max_size=30))
def test_no_address_makes_a_5xx(world, part):
    ask = by_session(world.editor)
    for place in ("my/sub-goals", "my/updates", "my/organizations", "queue/updates"):
        path = f"{place}/{quote(part, safe='')}/"
        assert ask("get", path).status_code < 500
        assert ask("patch", path, {"title": "T"}, seen=1).status_code < 500
