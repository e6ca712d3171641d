from django.db import migrations

from indicators import integrity


def check_in_sets(apps, schema_editor):
    """PostgreSQL checks what is added as a set; see indicators/integrity.py."""
    integrity.check_in_sets(schema_editor, apps.get_model("indicators", "Observation"))


def check_row_by_row(apps, schema_editor):
    integrity.check_row_by_row(schema_editor, apps.get_model("indicators", "Observation"))


class Migration(migrations.Migration):

    dependencies = [("indicators", "0009_indicator_revision_months")]

    operations = [migrations.RunPython(check_in_sets, check_row_by_row)]
