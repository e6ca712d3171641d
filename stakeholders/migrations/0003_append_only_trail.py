from django.db import migrations

from stakeholders import append_only


def protect(apps, schema_editor):
    """Only the shown name may be replaced, when a person asks to be forgotten."""
    entry, head = apps.get_model("stakeholders", "TrailEntry"), apps.get_model("stakeholders", "TrailHead")
    append_only.protect(schema_editor, entry, head, ("actor_name",))


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model("stakeholders", "TrailEntry"))


class Migration(migrations.Migration):

    dependencies = [("stakeholders", "0002_taking_part")]

    operations = [migrations.RunPython(protect, release)]
