import django.db.models.deletion
from django.db import migrations, models

import indicators.fields
from indicators import append_only


def release(apps, schema_editor):
    append_only.release(schema_editor, apps.get_model('goals', 'SubGoalVersion'))


def protect(apps, schema_editor):
    append_only.protect(schema_editor, apps.get_model('goals', 'SubGoalVersion'), may_go=True)


class Migration(migrations.Migration):
    """The versions that are there get theirs in the next one, so nothing protects them until then."""

    dependencies = [
        ('indicators', '0008_observations_checked_in_sets'),
        ('goals', '0017_contribution_of_proposals'),
    ]

    operations = [
        migrations.RunPython(release, protect),
        migrations.AddField(
            model_name='subgoalversion',
            name='attribution',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='subgoalversion',
            name='contributes_to',
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to='indicators.indicator',
            ),
        ),
        migrations.AddField(
            model_name='subgoalversion',
            name='contribution_factor',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='subgoalversion',
            name='leads_shared_effort',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='subgoalversion',
            name='shared_effort',
            field=models.CharField(blank=True, default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subgoalversion',
            name='shared_effort_share',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
    ]
