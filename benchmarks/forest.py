"""A monitor with many sub-goals of many organizations, multiplied inside the database from one pattern."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.core.management import call_command
from django.db import connection, models, transaction

from goals import passing, rollup, standings
from goals.models import Goal, Standing, SubGoal, Update
from indicators import derived, refresh
from indicators.models import Feed
from stakeholders.models import Organization

TODAY = date(2027, 6, 30)
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"


def plant(count: int) -> None:
    """Let the monitor have `count` sub-goals under goal 3, each with one published update.

    They grow in blocks with organizations of their own, a hundred sub-goals each.
    """
    if not SubGoal.objects.exists():
        standings.today = lambda: TODAY
        load_catalogue()
        pattern(Goal.objects.get(code="g3"))
    planted = SubGoal.objects.count() - 1
    if count > planted:
        grow(planted, count - planted)
        passing.recount()
    settle()


def grow(planted: int, more: int) -> None:
    one = SubGoal.objects.select_related("organization", "standing__enters").get(code="pattern")
    owners = max(more // 100, 1)
    name = f"o{planted}-"
    multiply(one.organization, owners, code=f"'{name}' || n", name="'Organization ' || n")
    owner = f"{Organization.objects.get(code=f'{name}1').pk} + n % {owners}"
    multiply(one, more, code=f"'s' || ({planted} + n)", organization_id=owner)
    sub_goal = f"{SubGoal.objects.get(code=f's{planted + 1}').pk} + n - 1"
    multiply(one.updates.get(), more, sub_goal_id=sub_goal)
    node = f"organization:g3:{name}"
    multiply(
        one.standing.enters, owners, node=f"'{node}' || n", organization_id=owner.split(" %")[0] + " - 1"
    )
    above = f"{Standing.objects.get(node=f'{node}1').pk} + n % {owners}"
    multiply(
        one.standing, more, node=f"'sub-goal:s' || ({planted} + n)", sub_goal_id=sub_goal,
        organization_id=owner, enters_id=above,
    )  # fmt: skip


def load_catalogue() -> None:
    call_command("load_catalogue", verbosity=0)
    for feed in Feed.objects.filter(is_active=True):
        refresh.run(feed.pk, "command")
    derived.recompute()
    rollup.refresh(TODAY, cause="benchmark")


def pattern(goal: Goal) -> None:
    """A sub-goal as any other, halfway through its time."""
    owner = Organization.objects.create(code="pattern", name="Pattern", type="sme", area="CAN")
    one = SubGoal.objects.create(
        code="pattern", organization=owner, goal=goal, title="Pattern", state="published",
        published_on=date(2026, 1, 1), start_date=date(2026, 1, 1), target_date=date(2028, 12, 31),
        baseline_value=Decimal(0), target_value=Decimal(9000),
    )  # fmt: skip
    Update.objects.create(
        sub_goal=one, date=date(2026, 12, 31), value=Decimal(2600), state="published",
        published_at=datetime(2027, 1, 5, tzinfo=UTC),
    )  # fmt: skip
    with transaction.atomic():
        standings.follow([one], "benchmark")


def multiply(row: models.Model, count: int, **other: str) -> None:
    """Copy a row `count` times; `other` gives columns by an expression of n, which counts from 1."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    taken = ", ".join(other.get(column, f"pattern.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{NUMBERS.format(count=count)} INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {taken} FROM {table} pattern CROSS JOIN numbers WHERE pattern.id = {row.pk} ORDER BY n"
        )


def settle() -> None:
    """What autovacuum would have done by the next day."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
