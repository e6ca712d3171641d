import django.db.models.deletion
from django.db import migrations, models


def drop(apps, schema_editor):
    """By name, as altering the column would make SQLite rebuild the table and forget its triggers."""
    table = "indicators_observation"
    with schema_editor.connection.cursor() as cursor:
        found = schema_editor.connection.introspection.get_constraints(cursor, table)
    for name, what in found.items():
        if what["columns"] == ["series_id"] and what["index"] and not what["unique"]:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", params=None)


def restore(apps, schema_editor):
    """On PostgreSQL 0010 brings it back."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE INDEX indicators_observation_series_id_036e67ac ON indicators_observation (series_id)"
        )


class Migration(migrations.Migration):

    dependencies = [("indicators", "0011_run_by_api")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, restore)],
            state_operations=[
                migrations.AlterField(
                    model_name="observation",
                    name="series",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="indicators.series",
                    ),
                )
            ],
        )
    ]
