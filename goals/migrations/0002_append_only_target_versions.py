from django.db import migrations

from indicators import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor, apps.get_model("goals", "TargetVersion"))


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model("goals", "TargetVersion"))


class Migration(migrations.Migration):

    dependencies = [("goals", "0001_initial")]

    operations = [migrations.RunPython(protect, release)]
