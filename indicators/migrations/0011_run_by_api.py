from django.db import migrations, models


class Migration(migrations.Migration):
    """A refresh may be asked for through the API."""

    dependencies = [("indicators", "0010_observations_checked_in_sets")]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("schedule", "schedule"),
                    ("button", "button"),
                    ("api", "API"),
                    ("command", "command"),
                    ("upload", "upload"),
                ],
                max_length=10,
            ),
        )
    ]
