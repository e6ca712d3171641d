"""What does it cost until a published update has moved the overall number?

Beside it, in turns: a bare transaction that changes one row and adds to three ancestor rows, in a table of
the same size. Ours changes the row of the update, by as plain a statement, judges its sub-goal, moves every
node above it by difference, keeps a step for each and moves the edition on. Printed beside it: the same with
an update that is saved by the ORM, as pages and API do. The cost must not grow with the tree either: neither
with all sub-goals nor with those beside it, nor with those that declare a quantity for the same indicator.

On SQLite the ratio to the bare transaction hangs on the disk, for both wait for it once, when they commit:
what ours calculates is worth several commits of a disk that answers in a tenth of a millisecond, and hardly
one of a disk that takes one. So the time of the bare commit is printed as well.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from benchmarks.measuring import judge, median, on_each_database, seconds

TURNS = 200
FEW, MANY = 10, 10_000
NEW_VALUES = count()


def measure(options: argparse.Namespace) -> bool:
    from django.db import connection

    found, holds = {}, []
    for rows in options.rows:
        found[rows] = costs = measure_size(rows)
        what = f"{connection.vendor}, {rows:,} sub-goals"
        print(f"{what}: {costs['ours']:.2f} ms in {costs['queries']:.0f} messages, ", end="")
        print(f"bare {costs['bare']:.2f} ms of which its commit {costs['commit']:.2f}")
        holds.append(judge(f"{what}: update to overall / bare", costs["ours"] / costs["bare"], at_most=3.0))
        judge(f"{what}: the same, saved by the ORM / bare", costs["saved"] / costs["bare"])
        for beside in ("", "declaring ") if "many" in costs else ():
            ratio = costs[f"{beside}many"] / costs[f"{beside}few"]
            holds.append(judge(f"{what}: beside {MANY:,} {beside}/ beside {FEW}", ratio, at_most=1.2))
    smallest, largest = min(found), max(found)
    ratio = found[largest]["ours"] / found[smallest]["ours"]
    holds.append(judge(f"{connection.vendor}: {largest:,} sub-goals / {smallest:,}", ratio, at_most=1.2))
    return all(holds)


def measure_size(rows: int) -> dict[str, float]:
    """Milliseconds of the bare transaction and of ours, and beside few and many siblings where there are."""
    from benchmarks import forest

    forest.plant(rows)
    plant_bare(rows)
    ours = Reporter([f"s{1 + (100 + turn * 7) % rows}" for turn in range(2 * TURNS + 1)])
    bare = Bare()
    turns = [
        {
            "bare": seconds(bare.turn),
            "commit": bare.commit,
            "ours": seconds(ours.turn),
            "saved": seconds(ours.saving_turn),
        }
        for _turn in range(TURNS)
    ]
    found = {name: 1e3 * median(turn[name] for turn in turns[20:]) for name in turns[0]}
    if rows > MANY:
        found |= beside_few_and_many(rows) | declaring_beside_few_and_many()
    return found | {"queries": ours.statements()}


def beside_few_and_many(rows: int) -> dict[str, float]:
    from goals import passing
    from goals.models import Standing

    few, many = Standing.objects.filter(level="organization", node__startswith="organization:g3:o").order_by(
        "pk"
    )[:2]
    # Not the pattern: further ones are still to be made of it.
    crowd = Standing.objects.filter(level="sub_goal").exclude(enters=few).exclude(node="sub-goal:pattern")
    crowd = crowd.values("pk")[:MANY]
    Standing.objects.filter(pk__in=list(crowd.values_list("pk", flat=True))).update(
        enters=many, organization=many.organization
    )
    passing.recount()
    return in_turns({"few": codes_of(few), "many": codes_of(many)})


def declaring_beside_few_and_many() -> dict[str, float]:
    """The newest sub-goals declare something while this is measured, for one of two indicators."""
    from benchmarks import forest
    from goals.declarations import recounting
    from goals.models import SubGoal
    from indicators.models import Indicator

    newest = list(SubGoal.objects.order_by("-pk").values_list("pk", "code")[: FEW + MANY])
    crowds = {"declaring few": newest[:FEW], "declaring many": newest[FEW:]}
    for crowd, indicator in zip(crowds.values(), Indicator.objects.order_by("pk")[:2], strict=True):
        SubGoal.objects.filter(pk__in=[pk for pk, _code in crowd]).update(contributes_to=indicator)
    recounting.recount()
    forest.settle()
    found = in_turns({name: [code for _pk, code in crowd[:FEW]] for name, crowd in crowds.items()})
    SubGoal.objects.exclude(contributes_to=None).update(contributes_to=None)
    recounting.recount()
    return found


def in_turns(crowds: dict[str, list[str]]) -> dict[str, float]:
    """Milliseconds of an update on one of these sub-goals or of those, turn by turn."""
    reporters = {name: Reporter(codes * (TURNS // FEW + 1)) for name, codes in crowds.items()}
    turns = [{name: seconds(one.turn) for name, one in reporters.items()} for _turn in range(TURNS)]
    return {name: 1e3 * median(turn[name] for turn in turns[20:]) for name in reporters}


def codes_of(node) -> list[str]:
    return list(node.entries.order_by("pk").values_list("sub_goal__code", flat=True)[:FEW])


def plant_bare(rows: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute("CREATE TABLE bare (id bigint primary key, sum bigint, weight bigint)")
        cursor.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "
            "INSERT INTO bare SELECT n, n, 1 FROM numbers",
            [rows],
        )


class Bare:
    """One row changed, and three added to; `commit` is the seconds its last commit took.

    Read a ratio beside it: a slow disk is paid once by either side, and hides what else an update costs.
    """

    def __init__(self) -> None:
        self.number, self.commit = 0, 0.0

    def turn(self) -> None:
        from django.db import connection, transaction

        self.number += 1
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE bare SET sum = %s WHERE id = %s", [self.number, 100 + self.number])
            for ancestor in (3, 2, 1):
                cursor.execute("UPDATE bare SET sum = sum + %s WHERE id = %s", [self.number, ancestor])
            start = time.perf_counter()
        self.commit = time.perf_counter() - start


def submitted(sub_goal: Any, number: int) -> Any:
    from benchmarks import forest
    from goals.models import Update

    on = forest.TODAY - timedelta(days=number % 30)
    return Update(sub_goal=sub_goal, date=on, value=Decimal(3000 + next(NEW_VALUES)), state="submitted")


PUBLISH = "UPDATE goals_update SET state = 'published', published_at = %s, version = 2 WHERE id = %s"


class Reporter:
    """Publishes one submitted update after the other, each on the next of its sub-goals."""

    def __init__(self, codes: list[str]) -> None:
        from goals.models import SubGoal, Update

        related = ("organization", "goal", "parent")
        found = SubGoal.objects.select_related(*related).in_bulk(set(codes), field_name="code")
        reports = [submitted(found[code], number) for number, code in enumerate(codes)]
        self.updates: Iterator = iter(Update.objects.bulk_create(reports))

    def turn(self) -> None:
        from django.db import connection, transaction
        from django.utils import timezone

        from goals import standings

        update = next(self.updates)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(PUBLISH, [timezone.now(), update.pk])
            standings.follow([update.sub_goal], f"update:{update.pk}")

    def saving_turn(self) -> None:
        from django.db import transaction
        from django.utils import timezone

        from goals import standings

        update = next(self.updates)
        with transaction.atomic():
            update.state, update.published_at = "published", timezone.now()
            update.save_if(update.version, "state", "published_at")
            standings.follow([update.sub_goal], f"update:{update.pk}")

    def statements(self) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            self.turn()
        return len(queries)


if __name__ == "__main__":
    on_each_database("benchmarks.rolling_up", measure)
