"""What does a night cost, in which time moves every sub-goal, and what a recount of every sum?

Beside the night, in turns: bare SQL that reads the same columns of the same rows and writes the same columns
back by the same way. Beside the recount: one GROUP BY of the same sums.
"""

import argparse
from datetime import timedelta

from benchmarks.measuring import judge, median, on_each_database, seconds


def measure(options: argparse.Namespace) -> bool:
    found = [measure_size(rows, options.turns) for rows in options.rows]
    return all(found)


def measure_size(rows: int, turns: int) -> bool:
    from django.db import connection

    from benchmarks import forest

    forest.plant(rows)
    found = [one_turn(turn) for turn in range(turns + 1)][1:]
    night, bare, recount, grouped = (median(turn[place] for turn in found) for place in range(4))
    what = f"{connection.vendor}, {rows:,} sub-goals"
    print(f"{what}: night {rows / night:,.0f} rows/s, bare {rows / bare:,.0f} rows/s; "
          f"recount {recount:.2f} s, GROUP BY {grouped:.2f} s")  # fmt: skip
    return all([
        judge(f"{what}: night / bare SQL, rows per second", bare / night, 0.5),
        judge(f"{what}: recount / one GROUP BY", recount / grouped, at_most=2.0),
    ])  # fmt: skip


def one_turn(turn: int) -> tuple[float, float, float, float]:
    from benchmarks import forest
    from goals import moving, passing

    day = forest.TODAY + timedelta(days=turn + 1)
    night = seconds(lambda: within_transaction(lambda: list(moving.move_plain(day))))
    forest.settle()
    bare = seconds(lambda: within_transaction(lambda: read_and_write(day)))
    forest.settle()
    passing.recount()
    return night, bare, seconds(passing.recount), seconds(group)


def within_transaction(work) -> None:
    from django.db import transaction

    with transaction.atomic():
        work()


def read_and_write(day) -> None:
    """The same rows and columns as the night, without judging them."""
    from django.db import connection

    from goals import moving

    last = 0
    while rows := moving.read(last, day):
        last = rows[-1][0]
        postgresql = connection.vendor == "postgresql"
        stamp = day if postgresql else day.isoformat()
        moving.write([(row[0], stamp, row[11] + 1, row[12], row[13], "", row[2], 10**9) for row in rows])


def group() -> None:
    from django.db import connection

    sums = ", ".join(
        f"sum(weight * {name}), sum(CASE WHEN {name} IS NOT NULL THEN weight END)"
        for name in ("progress", "expected", "schedule", "reporting")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT enters_id, count(*), {sums} FROM goals_standing WHERE counted GROUP BY enters_id"
        )
        cursor.fetchall()


if __name__ == "__main__":
    on_each_database("benchmarks.passing_time", measure)
