import django.db.models.deletion
from django.db import migrations, models

from indicators import integrity


def check_in_sets(apps, schema_editor):
    """PostgreSQL checks what is added as a set; see indicators/integrity.py."""
    integrity.check_in_sets(schema_editor, apps.get_model("indicators", "Observation"))


def check_row_by_row(apps, schema_editor):
    integrity.check_row_by_row(schema_editor, apps.get_model("indicators", "Observation"))


def drop(apps, schema_editor):
    """By name, as altering the column would make SQLite rebuild the table and forget its triggers."""
    table = "indicators_observation"
    with schema_editor.connection.cursor() as cursor:
        found = schema_editor.connection.introspection.get_constraints(cursor, table)
    for name, what in found.items():
        if what["columns"] == ["series_id"] and what["index"] and not what["unique"]:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", params=None)


def restore(apps, schema_editor):
    """On PostgreSQL `check_row_by_row` brings it back."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE INDEX indicators_observation_series_id_036e67ac ON indicators_observation (series_id)"
        )


class Migration(migrations.Migration):

    dependencies = [("indicators", "0007_uploads_retention_and_revisions")]

    operations = [
        migrations.RunPython(check_in_sets, check_row_by_row),
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
        ),
    ]
