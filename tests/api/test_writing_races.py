"""Two programs at once, with real transactions: one is first, the other is told (R10)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from goals.models import Review, SubGoal, Update
from stakeholders import trail
from tests.api.writing import by_session, by_token
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_people,
    make_published,
    make_submitted_update,
    make_update,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(loaded):
    return make_people()


def statuses(*calls: Callable) -> list[int]:
    """Ask all at once; the status of each answer."""
    start = Barrier(len(calls))

    def run(call: Callable) -> int:
        try:
            start.wait()
            return call().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_of_two_changes_over_one_version_one_is_kept_and_one_is_412(people):
    draft = make_draft(people)
    path = f"my/sub-goals/{draft.code}/"
    asks = [by_token(people.editor, people.mills), by_token(people.owner, people.mills)]

    found = statuses(
        lambda: asks[0]("patch", path, {"title": "First"}, seen=1),
        lambda: asks[1]("patch", path, {"title": "Second"}, seen=1),
    )

    assert sorted(found) == [200, 412]
    kept = SubGoal.objects.get(pk=draft.pk)
    assert (kept.title, kept.version) == (("First", "Second")[found.index(200)], 2)


def test_a_change_and_a_submission_at_once_do_not_mix(people):
    update = make_update(people, make_published(people))
    ask = by_token(people.editor, people.mills)

    found = statuses(
        lambda: ask("patch", f"my/updates/{update.pk}/", {"value": "111"}, seen=1),
        lambda: ask("post", f"my/updates/{update.pk}/submit/", seen=1),
    )

    assert Counter(found) == {200: 1, 412: 1}
    kept = Update.objects.get(pk=update.pk)
    assert (kept.state, str(kept.value)) == (("draft", "111"), ("submitted", "110"))[found.index(200)]


def test_ten_approvals_at_once_publish_once(people):
    sent = make_submitted_update(people, make_published(people))
    asks = [by_session(people.steward), by_session(people.second_steward)] * 5

    found = statuses(
        *((lambda ask=ask: ask("post", f"queue/updates/{sent.pk}/approve/", seen=2)) for ask in asks)
    )

    assert Counter(found) == {200: 1, 412: 9}
    assert Review.objects.filter(update_reviewed=sent).count() == 1
    assert not list(trail.faults_of("mills"))
