from django.db import migrations

from stakeholders import append_only

FORMER_MEMBER = "A former member"
"""What the erasure of a person writes in place of the name (stakeholders.people)."""


def protect(apps, schema_editor):
    """The shown name is in no hash, so nobody would see another one put in its place."""
    entry = apps.get_model("stakeholders", "TrailEntry")
    append_only.keep_but_for(schema_editor, entry, "actor_name", FORMER_MEMBER)


def release(apps, schema_editor):
    append_only.keep_no_more(schema_editor, apps.get_model("stakeholders", "TrailEntry"), "actor_name")


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0003_append_only_trail")]

    operations = [migrations.RunPython(protect, release)]
