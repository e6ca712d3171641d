"""Rows stored by statements that are always the same: what is read back is what was put in."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from goals import rows
from goals.models import Goal, Standing, Step

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
LONG = Decimal("-12345678901234567890.123456789012345678")
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def standing(node: str, **fields) -> Standing:
    goal = Goal.objects.get(code="g1")
    return Standing(node=node, level="organization", goal=goal, as_of=date(2026, 3, 1), **fields)


def test_every_kind_of_value_comes_back_as_it_was():
    kept = standing("a", latest_value=LONG, latest_on=date(2026, 2, 28), progress=Decimal("0.123456789"),
                    progress_sum=Decimal("92233720.36854775807"), reason="“Not” 'started'; \\ %s", members=3,
                    counted=True, recorded_at=AT)  # fmt: skip

    rows.add([kept])

    found = Standing.objects.get(node="a")
    for name, value in vars(kept).items():
        if name not in ("_state", "id"):
            assert getattr(found, name) == value, name
    assert (found.schedule, found.organization_id) == (None, None)


def test_a_change_writes_what_it_names_in_each_row_and_nothing_else():
    rows.add([standing("a", reason="old"), standing("b", reason="old"), standing("c", reason="old")])
    a, b, _c = Standing.objects.filter(reason="old").order_by("node")
    a.progress, a.latest_value, b.progress = Decimal("0.5"), LONG, None
    a.reason = b.reason = "not written"

    rows.change([a, b], ("progress", "latest_value"))

    found = Standing.objects.filter(reason="old").order_by("node")
    assert [(row.progress, row.latest_value) for row in found] == [
        (Decimal("0.5"), LONG), (None, None), (None, None),
    ]  # fmt: skip


def test_more_rows_than_go_into_one_statement_are_all_stored(monkeypatch):
    monkeypatch.setattr(rows, "MOST_TOGETHER", 2)

    rows.add([standing(f"many-{number}") for number in range(5)])
    rows.send(*rows.removals(list(Standing.objects.filter(node__in=["many-0", "many-1", "many-3"]))))

    assert set(Standing.objects.filter(node__startswith="many").values_list("node", flat=True)) == {
        "many-2", "many-4",
    }  # fmt: skip


def test_a_row_that_is_read_in_part_reads_the_rest_when_somebody_asks():
    rows.add([standing("a", reason="why", recorded_at=AT)])

    question = f"{rows.selection(Standing, ('id', 'reason'))} WHERE node = %s", ["a"]
    [found] = rows.loaded(Standing, *rows.ask(question), ("id", "reason"))

    assert found.get_deferred_fields() >= {"recorded_at", "node"}
    assert (found.reason, found.recorded_at, found.goal.code) == ("why", AT, "g1")


def test_what_the_database_refuses_is_told_as_an_error_of_the_database():
    rows.add([standing("a")])

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.add([standing("a")])

    assert Standing.objects.filter(node="a").count() == 1


@only_postgresql
def test_a_statement_is_planned_once_for_a_connection(django_assert_num_queries):
    plans = rows.PLANS.setdefault(connection.connection, {})
    step = Step(node="a", level="goal", as_of=date(2026, 3, 1), cause="test", kind="movement")
    rows.add([step])
    known = len(plans)

    with django_assert_num_queries(1) as queries:
        rows.add([step])

    assert len(plans) == known
    assert queries[0]["sql"].startswith("EXECUTE insert_")


@only_postgresql
def test_behind_a_pool_of_transactions_nothing_is_planned_ahead(monkeypatch, django_assert_num_queries):
    monkeypatch.setitem(rows.PLANS, connection.connection, {})
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    kept = standing("a")

    with django_assert_num_queries(1) as queries:
        rows.add([kept])

    assert "INSERT INTO" in queries[0]["sql"]
    assert rows.PLANS[connection.connection] == {}
