"""R11: every change leaves a trace, in the same transaction, and the traces are whole or said not to be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from celery import shared_task
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from stakeholders import people, trail
from stakeholders.middleware import TrailMiddleware
from stakeholders.models import Organization, TrailChanged, TrailEntry, TrailHead, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user("ana@frontera.example", first_name="Ana", last_name="Ruiz")


def note(person: User | None, value: int, chain: str = "frontera") -> TrailEntry:
    return trail.record(
        person, "edit", "sub_goal:7", chain=chain, before={"value": value}, after={"value": 0}
    )


def test_an_entry_says_who_when_what_by_which_way_and_why(person):
    with trail.way("api", "9f3c"):
        entry = trail.record(
            person, "edit", "sub_goal:7", chain="frontera",
            before={"target": Decimal("12.50")}, after={"target": Decimal("13.00")}, reason="Recounted",
        )  # fmt: skip

    kept = TrailEntry.objects.get(pk=entry.pk)
    assert (kept.actor, kept.actor_name, kept.subject) == (person, "Ana Ruiz", "sub_goal:7")
    assert (kept.before, kept.after, kept.reason) == ({"target": "12.50"}, {"target": "13.00"}, "Recounted")
    assert (kept.way, kept.request_id, kept.number) == ("api", "9f3c", 1)
    assert trail.hash_of(kept) == kept.hash


def test_a_chain_counts_on_and_each_entry_names_the_one_before(person):
    first, second, elsewhere = note(person, 1), note(None, 2), note(person, 3, chain="otra")

    assert (first.number, second.number, elsewhere.number) == (1, 2, 1)
    assert (first.previous_hash, second.previous_hash) == (trail.START, first.hash)
    assert TrailHead.objects.get(chain="frontera").hash == second.hash


def test_a_record_takes_two_statements_and_a_hundred_take_no_more(person):
    note(person, 1)

    with CaptureQueriesContext(
        connection,
    ) as one:
        note(person, 2)
    with CaptureQueriesContext(connection) as many:
        trail.record_all(person, [trail.Change("edit", f"update:{n}") for n in range(50)], chain="frontera")

    assert (len(one), len(many)) == (2, 2)
    assert list(trail.faults_of("frontera")) == []


def test_without_its_entry_nothing_is_changed(person):
    with pytest.raises(RuntimeError), transaction.atomic():
        note(person, 1)
        raise RuntimeError("the change failed")

    assert not TrailEntry.objects.filter(chain="frontera").exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(trail.OutsideTransaction):
        note(None, 1)


def test_numbers_stay_exact_and_a_float_is_refused():
    day, moment = date(2026, 2, 1), datetime(2026, 2, 1, 12, tzinfo=UTC)

    assert trail.plain({"a": Decimal("1.10"), "b": [day, None], "c": moment}) == {
        "a": "1.10", "b": ["2026-02-01", None], "c": "2026-02-01T12:00:00+00:00",
    }  # fmt: skip
    with pytest.raises(TypeError):
        trail.plain({"value": 0.1})


def test_changes_keep_only_what_differs():
    assert trail.changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == ({"b": 2}, {"b": 3, "c": None})


def test_a_snapshot_holds_the_named_fields_and_keys_of_other_rows():
    organization = Organization(code="x", name="X", type="sme", area="MEX")

    assert trail.snapshot(organization, "name", "merged_into") == {"name": "X", "merged_into": None}
    with pytest.raises(ValueError, match="has no field nmae"):
        trail.snapshot(organization, "nmae")


def test_the_way_ends_with_its_block_and_odd_ways_are_refused():
    with trail.way("task", "t1"), trail.way("import"):
        assert trail.current_way() == trail.Way("import", "t1")
    assert trail.current_way().kind == "command"
    with pytest.raises(ValueError, match="no way"), trail.way("pigeon"):
        pass


def test_a_task_is_the_way_of_what_it_changes():
    @shared_task(name="tests.look")
    def look() -> str:
        return f"{trail.current_way().kind} {trail.current_way().request_id}"

    done = look.apply(task_id="b7")

    assert done.get() == "task b7"
    assert trail.current_way().kind == "command"


def test_a_request_is_the_way_of_what_it_changes(rf):
    seen = []
    middleware = TrailMiddleware(lambda request: seen.append(trail.current_way()) or HttpResponse())

    for path in ("/en/my/", "/api/v1/sub-goals/"):
        middleware(rf.get(path))

    assert [found.kind for found in seen] == ["page", "api"]
    assert len({found.request_id for found in seen}) == 2


# --- Nothing written down is altered ------------------------------------------------------------
def test_the_model_refuses_to_change_or_delete_an_entry(person):
    entry = note(person, 1)

    with pytest.raises(TrailChanged):
        entry.save()
    with pytest.raises(TrailChanged):
        entry.delete()


def test_the_database_refuses_every_change_but_that_a_name_becomes_a_former_member(person):
    entry = note(person, 1)
    columns = [field.column for field in TrailEntry._meta.concrete_fields if field.name != "actor_name"]

    for column in columns:
        refused(f"UPDATE stakeholders_trailentry SET {column} = {column} WHERE id = %s", entry.pk)
    refused("DELETE FROM stakeholders_trailentry WHERE id = %s", entry.pk)
    for name in ("Somebody Else", ""):
        refused("UPDATE stakeholders_trailentry SET actor_name = %s WHERE id = %s", name, entry.pk)
    TrailEntry.objects.filter(pk=entry.pk).update(actor_name=people.FORMER_MEMBER)
    refused("UPDATE stakeholders_trailentry SET actor_name = 'Ana Ruiz' WHERE id = %s", entry.pk)
    assert list(trail.faults_of("frontera")) == []


def refused(statement: str, *values) -> None:
    fault = pytest.raises(IntegrityError, match="is append-only")
    with fault, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- Check --------------------------------------------------------------------------------------
def forge(statement: str, *values) -> None:
    """As someone with the keys to the database would do it, the triggers set aside."""
    where = " ON stakeholders_trailentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in ("values_stay", "rows_stay"):
            cursor.execute(f"DROP TRIGGER stakeholders_trailentry_{name}{where}")
        cursor.execute(statement, values)


def test_check_trail_is_content_with_whole_chains(person, capsys):
    for value in range(3):
        note(person, value)

    call_command("check_trail", "frontera")

    assert "3 entries in 1 chains are whole." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("forgery", "sentence"),
    [
        ("UPDATE stakeholders_trailentry SET reason = 'none' WHERE chain = 'frontera' AND number = 2",
         "frontera: entry 2 was altered after it was written."),
        ("DELETE FROM stakeholders_trailentry WHERE chain = 'frontera' AND number IN (2, 3)",
         "frontera: entries 2 to 3 are missing."),
        ("DELETE FROM stakeholders_trailentry WHERE chain = 'frontera' AND number = 4",
         "frontera: entry 4 is missing at the end."),
        ("UPDATE stakeholders_trailentry SET hash = previous_hash WHERE chain = 'frontera' AND number = 3",
         "frontera: entry 4 does not follow from the entry before it."),
        ("UPDATE stakeholders_trailhead SET number = 3 WHERE chain = 'frontera'",
         "frontera: the head does not agree with entry 3."),
        ("DELETE FROM stakeholders_trailhead WHERE chain = 'frontera'",
         "frontera: entries 1 to 4 are unknown to the head."),
    ],
)  # fmt: skip
def test_check_trail_names_what_was_forged(person, forgery, sentence):
    for value in range(4):
        note(person, value)
    forge(forgery)

    with pytest.raises(CommandError) as found:
        call_command("check_trail")

    assert sentence in str(found.value).splitlines()


# --- Many at once -------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_twenty_changes_at_once_leave_no_gap():
    def change(number: int) -> None:
        try:
            with transaction.atomic():
                note(None, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as crowd:
        for done in [crowd.submit(change, number) for number in range(20)]:
            done.result()

    numbers = TrailEntry.objects.filter(chain="frontera").order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 21))
    assert list(trail.faults_of("frontera")) == []
