"""R1, R5: a person decides on a held batch while the same feed is refreshed, with real transactions.

Whoever comes first: there is one decision, and no value is public that neither passed the checks against
what was public then nor was approved.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from indicators import refresh
from indicators.models import Feed, HeldBatch, Observation, Run
from stakeholders.models import User
from tests.faults.agency import KNOWN, answer, changed, each
from tests.faults.conftest import Agency

pytestmark = pytest.mark.django_db(transaction=True)

BOLD = {period: Decimal(value) * 1000 for period, value in KNOWN.items()}
"""What nobody believes before a person says so."""
CALM = {period: Decimal(value) for period, value in KNOWN.items()}
LATEST = max(KNOWN)
NEXT = str(int(LATEST) + 1)


@pytest.fixture
def admin(transactional_db) -> User:
    return User.objects.create_user("head@project.example", project_role="administrator")


@pytest.fixture
def held(agency) -> HeldBatch:
    return held_by(agency)


def held_by(agency: Agency) -> HeldBatch:
    agency.gives(each(lambda value: value * 1000))
    return agency.run().held_batch


def public(feed: Feed) -> dict[str, Decimal]:
    rows = Observation.objects.current().filter(series__feed=feed)
    return {str(row.period.year): row.value for row in rows}


def elsewhere(work: Callable[[], object]) -> object:
    """Done by another worker, whose transaction is over when this returns."""

    def whole() -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(whole).result()


def after_comparing(monkeypatch, work: Callable[[], object]) -> None:
    """Somebody else's work is done between the first comparison and what the refresh makes of it."""
    compare, waiting = refresh.find_doubts, [work]

    def compared(batch) -> list[str]:
        found = compare(batch)
        if waiting:
            elsewhere(waiting.pop())
        return found

    monkeypatch.setattr(refresh, "find_doubts", compared)


def decides(held: HeldBatch, approve: bool, admin: User) -> Callable[[], bool]:
    return lambda: refresh.decide(held, approve, admin, "Asked the agency.")


# --- In a named order ---------------------------------------------------------------------------
def test_what_was_believed_before_an_approval_is_compared_anew(agency, held, admin, monkeypatch):
    """The usual answer differs from the approved one as much as that did from the usual one."""
    agency.gives(answer())
    after_comparing(monkeypatch, decides(held, True, admin))

    run = agency.run()

    held.refresh_from_db()
    assert (held.decision, held.decided_by) == (HeldBatch.Decision.APPROVED, admin)
    assert run.verdict == Run.Verdict.HELD
    assert public(agency.feed) == BOLD
    assert run.held_batch.decision == HeldBatch.Decision.WAITING


def test_the_very_answer_that_was_approved_meanwhile_is_held_no_second_time(agency, held, admin, monkeypatch):
    after_comparing(monkeypatch, decides(held, True, admin))

    run = agency.run()

    assert run.verdict == Run.Verdict.UNCHANGED
    assert HeldBatch.objects.count() == 1
    assert public(agency.feed) == BOLD


def test_the_very_answer_that_was_rejected_meanwhile_stays_out(agency, held, admin, monkeypatch):
    after_comparing(monkeypatch, decides(held, False, admin))

    run = agency.run()

    assert run.verdict == Run.Verdict.UNCHANGED
    assert [one.decision for one in HeldBatch.objects.all()] == [HeldBatch.Decision.REJECTED]
    assert public(agency.feed) == CALM


def test_a_rejection_keeps_no_good_answer_out(agency, held, admin, monkeypatch):
    agency.gives(changed(NEXT, KNOWN[LATEST]))
    after_comparing(monkeypatch, decides(held, False, admin))

    run = agency.run()

    assert run.verdict == Run.Verdict.PUBLISHED
    assert public(agency.feed) == CALM | {NEXT: CALM[LATEST]}


def test_an_approval_that_comes_after_newer_values_publishes_nothing(agency, held, admin):
    agency.gives(changed(NEXT, KNOWN[LATEST]))
    agency.run()

    assert not elsewhere(decides(held, True, admin))

    held.refresh_from_db()
    assert (held.decision, held.decided_by) == (HeldBatch.Decision.OVERTAKEN, None)
    assert public(agency.feed) == CALM | {NEXT: CALM[LATEST]}


# --- In any order -------------------------------------------------------------------------------
@pytest.mark.parametrize("turn", range(6))
def test_two_decisions_and_a_refresh_at_once_leave_one_decision(agency, held, admin, turn):
    """The order is chance; every second time the refresh brings the doubtful answer again."""
    if turn % 2:
        agency.gives(changed(NEXT, KNOWN[LATEST]))

    approved, rejected, run = at_once(
        random.Random(turn), decides(held, True, admin), decides(held, False, admin), agency.run
    )

    held.refresh_from_db()
    by_person = {(True, False): "approved", (False, True): "rejected"}
    assert held.decision == by_person.get((approved, rejected), "overtaken")
    news = {NEXT: CALM[LATEST]} if run.verdict == Run.Verdict.PUBLISHED else {}
    assert public(agency.feed) == ((BOLD if approved else CALM) | news)
    assert not (approved and news)


def at_once(chance: random.Random, *work: Callable[[], object]) -> list:
    """Each on a connection of its own, begun within the time that a refresh takes."""

    def begin(one: Callable[[], object], pause: float) -> object:
        time.sleep(pause)
        return elsewhere(one)

    with ThreadPoolExecutor(len(work)) as crowd:
        begun = [crowd.submit(begin, one, chance.uniform(0, 0.04)) for one in work]
        return [one.result() for one in begun]
