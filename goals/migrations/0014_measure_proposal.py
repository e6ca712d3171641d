import django.db.models.deletion
import django.utils.timezone
import indicators.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0013_files_of_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="decision",
            field=models.CharField(
                choices=[
                    ("approved", "Checked by the Project"),
                    ("sent_back", "Sent back with a question"),
                    ("withdrawn", "Withdrawn by the Project"),
                    ("corrected", "Corrected by the Project"),
                    ("retracted", "Retracted by the Project"),
                    ("measured", "Measured anew by the Project"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="MeasureProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=60)),
                (
                    "direction",
                    models.CharField(
                        choices=[("increase", "higher is better"), ("decrease", "lower is better")],
                        max_length=10,
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        choices=[
                            ("linear", "the same step every year"),
                            ("constant_growth", "the same growth rate every year"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("annual", "annual"),
                            ("biennial", "every two years"),
                            ("half_yearly", "half-yearly"),
                            ("quarterly", "quarterly"),
                            ("monthly", "monthly"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reporting",
                    models.CharField(
                        choices=[
                            ("level", "each update gives the value reached"),
                            ("increment", "each update adds to the value"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "progress_from",
                    models.CharField(
                        choices=[("own", "its own updates"), ("children", "the sub-goals under it")],
                        max_length=10,
                    ),
                ),
                ("start_date", models.DateField()),
                ("baseline_value", indicators.fields.ExactDecimalField()),
                ("target_date", models.DateField()),
                ("target_value", indicators.fields.ExactDecimalField()),
                (
                    "replaces",
                    models.PositiveIntegerField(help_text="Number of the version it was proposed over."),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for review"),
                            ("approved", "Approved"),
                            ("sent_back", "Sent back with a question"),
                            ("taken_back", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sub_goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="goals.subgoal",
                    ),
                ),
            ],
            options={
                "ordering": ["sub_goal", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="review",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                help_text="The changed measure of the sub-goal that was decided on, if it was that.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="goals.measureproposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="measureproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("sub_goal",),
                name="one_waiting_proposal_per_sub_goal",
            ),
        ),
    ]
