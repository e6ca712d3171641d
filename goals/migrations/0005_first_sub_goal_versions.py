from datetime import UTC, datetime, time

from django.db import migrations

from indicators import append_only

MEASURE = (
    "unit", "direction", "path", "cadence", "reporting", "progress_from", "start_date", "baseline_value",
    "target_date", "target_value",
)


def protect(apps, schema_editor):
    """Values stay; whole rows go with the sample organizations they belong to."""
    append_only.protect(schema_editor, apps.get_model("goals", "SubGoalVersion"), may_go=True)


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model("goals", "SubGoalVersion"))


def add(apps, schema_editor):
    """How every published sub-goal is measured becomes its first version, valid since its publication."""
    sub_goals = apps.get_model("goals", "SubGoal").objects.exclude(published_on=None)
    versions = apps.get_model("goals", "SubGoalVersion").objects
    rows = (
        versions.model(
            sub_goal=sub_goal,
            number=1,
            valid_from=datetime.combine(sub_goal.published_on, time(), tzinfo=UTC),
            **{name: getattr(sub_goal, name) for name in MEASURE},
        )
        for sub_goal in sub_goals.order_by("pk").iterator()
    )
    versions.bulk_create(rows, batch_size=1000)


def remove(apps, schema_editor):
    apps.get_model("goals", "SubGoalVersion").objects.all().delete()


class Migration(migrations.Migration):
    """PostgreSQL alters no table with rows whose keys it has yet to check: triggers before rows."""

    dependencies = [("goals", "0004_standings_and_commitments")]

    operations = [migrations.RunPython(protect, release), migrations.RunPython(add, remove)]
