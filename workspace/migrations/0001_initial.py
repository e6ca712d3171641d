from django.core.management import call_command
from django.db import migrations, models


def create_table(apps, schema_editor):
    """The table in which tries at signing in are counted."""
    call_command("createcachetable", "sign_in_limits", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='SignInFailures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('count', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'sign-in failures',
                'ordering': ['-day'],
            },
        ),
        migrations.RunPython(create_table, migrations.RunPython.noop),
    ]
