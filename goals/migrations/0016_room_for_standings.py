"""Leave room on each page of the standings: on PostgreSQL a row that moves then stays with its indexes."""

from django.db import migrations


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        table = apps.get_model('goals', 'Standing')._meta.db_table
        schema_editor.execute(f'ALTER TABLE {table} SET (fillfactor = 85)')


def fill_up(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        table = apps.get_model('goals', 'Standing')._meta.db_table
        schema_editor.execute(f'ALTER TABLE {table} RESET (fillfactor)')


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0015_step_alone'),
    ]

    operations = [migrations.RunPython(leave_room, fill_up)]
