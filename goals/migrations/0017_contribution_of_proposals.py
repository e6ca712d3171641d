import django.db.models.deletion
from django.db import migrations, models

import indicators.fields


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0008_observations_checked_in_sets'),
        ('goals', '0016_room_for_standings'),
    ]

    operations = [
        migrations.AddField(
            model_name='measureproposal',
            name='attribution',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='measureproposal',
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
            model_name='measureproposal',
            name='contribution_factor',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='measureproposal',
            name='leads_shared_effort',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='measureproposal',
            name='shared_effort',
            field=models.CharField(blank=True, default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='measureproposal',
            name='shared_effort_share',
            field=indicators.fields.ExactDecimalField(blank=True, null=True),
        ),
    ]
