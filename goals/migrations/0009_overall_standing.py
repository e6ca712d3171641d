"""Goals enter the overall number as organizations enter goals; what indicators say stands beside both."""

import django.db.models.deletion
import goals.models.standings
import goals.models.targets
import indicators.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0008_correction_reason'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='step',
            name='goals_step_at_b2fead_idx',
        ),
        migrations.AddField(
            model_name='standing',
            name='combined',
            field=goals.models.standings.FixedPointField(editable=False, null=True, places=9),
        ),
        migrations.AddField(
            model_name='standing',
            name='combined_sum',
            field=goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=11),
        ),
        migrations.AddField(
            model_name='standing',
            name='combined_weight',
            field=goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=2),
        ),
        migrations.AddField(
            model_name='standing',
            name='indicator_schedule',
            field=goals.models.standings.FixedPointField(editable=False, help_text='Of the indicators of a goal, or of all goals.', null=True, places=12),
        ),
        migrations.AlterField(
            model_name='standing',
            name='enters',
            field=models.ForeignKey(help_text='The node it counts in; none for overall, and for a sub-goal that is shown only.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='goals.standing'),
        ),
        migrations.AlterField(
            model_name='standing',
            name='goal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='standings', to='goals.goal'),
        ),
        migrations.AlterField(
            model_name='step',
            name='goal',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='goals.goal'),
        ),
        migrations.AlterField(
            model_name='step',
            name='organization',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stakeholders.organization'),
        ),
        migrations.AlterField(
            model_name='step',
            name='sub_goal',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='goals.subgoal'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='weight',
            field=indicators.fields.ExactDecimalField(default=1, validators=[goals.models.targets.validate_weight]),
        ),
    ]
