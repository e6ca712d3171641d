"""When the source of an indicator revises, and how far a revision is then believed."""

from django.db import migrations, models

import indicators.fields


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_run_by_upload")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="revision_months",
            field=models.CharField(
                blank=True,
                help_text="Months in which the source revises what it published, as numbers: 2,7.",
                max_length=30,
                validators=[indicators.fields.validate_months],
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="revision_limit",
            field=indicators.fields.ExactDecimalField(
                blank=True,
                help_text=(
                    "Largest believable revision in those months, as a factor; empty: as in other months."
                ),
                null=True,
            ),
        ),
    ]
