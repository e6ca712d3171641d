from django.db import migrations

from indicators import append_only


def protect(apps, schema_editor):
    """Values stay; whole rows go with the sample organizations they belong to."""
    append_only.protect(schema_editor, apps.get_model('goals', 'SubGoalVersion'), may_go=True)


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model('goals', 'SubGoalVersion'))


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0019_known_contributions'),
    ]

    operations = [migrations.RunPython(protect, release)]
