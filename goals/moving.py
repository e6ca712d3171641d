"""Moves the sub-goals that are under way on a straight path to a day, in bulk: all that time does to them.

Rows are read and written as the database keeps them: shares as whole billionths.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from goals import rows
from goals.method.exact import exactly
from goals.method.moving import course, is_plain, judge_plain, update_state
from goals.method.sums import on_time
from goals.models import Standing

BATCH = 20_000
READ = """
SELECT s.id, s.sub_goal_id, s.update_state, s.latest_value, s.latest_on, g.start_date, g.target_date,
    g.baseline_value, g.target_value, g.direction, g.cadence, s.expected, s.schedule, s.status,
    CASE WHEN g.state = 'published' AND g.path = 'linear' AND s.counted AND NOT s.from_entries
        AND g.start_date <= %(day)s AND g.target_date > %(day)s AND s.latest_value IS NOT NULL
        THEN 1 ELSE 0 END
FROM goals_standing s JOIN goals_subgoal g ON g.id = s.sub_goal_id
WHERE s.id > %(last)s AND g.state IN ('published', 'completed', 'withdrawn')
ORDER BY s.id LIMIT %(most)s
"""
COLUMNS = ("as_of", "expected", "schedule", "status", "reason", "update_state", "reporting")
TYPES = ("int8", "date", "int8", "int8", "varchar", "varchar", "varchar", "int8")
Row = tuple[Any, ...]


def move_plain(day: date) -> Iterator[list[int]]:
    """Move every plain sub-goal; hand over, batch by batch, the numbers of those for the whole method."""
    last = 0
    while batch := read(last, day):
        last = batch[-1][0]
        others: list[int] = []
        write(list(moved(batch, day, others)))
        yield others


def read(last: int, day: date) -> list[Row]:
    values: dict[str, Any] = {"day": day.isoformat(), "last": last, "most": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        return cursor.fetchall()


@exactly
def moved(batch: Iterable[Row], day: date, others: list[int]) -> list[Row]:
    """The rows to write; a sub-goal that is not plain is put among the `others`."""
    found = []
    for (key, sub_goal, state, value, since, start, target, y0, y1, direction, cadence, expected, schedule,
         status, is_under_way) in batch:  # fmt: skip
        if not is_under_way or not is_plain(y0 := Decimal(y0), y1 := Decimal(y1), direction):
            others.append(sub_goal)
            continue
        on = course(as_day(start), as_day(target), day)
        now = judge_plain(y0, y1, Decimal(value), direction, on)
        reports = update_state(state, as_day(since), day, cadence)
        shares = (billionths(on.expected_at_nine), billionths(now[0]))
        if (*shares, now[1], reports) != (expected, schedule, status, state):
            found.append((key, day, *shares, now[1], now[2], reports, billionths(on_time(reports))))
    return found


def as_day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def billionths(share: Decimal | None) -> int | None:
    return None if share is None else int(share.scaleb(9))


# --- Writing ------------------------------------------------------------------------------------
def write(found: list[Row]) -> None:
    """Write the moved columns of many standings at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            write_by_copy(cursor, found)
        else:
            cursor.executemany(update(), [(*values, key) for key, *values in found])


def update() -> str:
    """What sets these columns of a standing; PostgreSQL takes them from a table."""
    return rows.put_together("update", connection.vendor, Standing, (*COLUMNS, "id"), listed="moved given")


def write_by_copy(cursor, found: list[Row]) -> None:
    names = ", ".join(("id", *COLUMNS))
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(("id", *COLUMNS), TYPES, strict=True))
    cursor.execute(f"CREATE TEMPORARY TABLE moved ({columns})")
    with cursor.copy(f"COPY moved ({names}) FROM STDIN (FORMAT BINARY)") as stream:
        stream.set_types(TYPES)
        for row in found:
            stream.write_row(row)
    cursor.execute(update())
    cursor.execute("DROP TABLE moved")
