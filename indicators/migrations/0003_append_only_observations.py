from django.db import migrations

from indicators import append_only


def protect(apps, schema_editor):
    """Only the mark of the newest vintage may move."""
    append_only.protect(schema_editor, apps.get_model("indicators", "Observation"), ["is_current"])


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model("indicators", "Observation"))


class Migration(migrations.Migration):

    dependencies = [("indicators", "0002_agencies")]

    operations = [migrations.RunPython(protect, release)]
