"""Where each node of the tree stands and stood, and what organizations promise per country and type."""

import django.db.models.deletion
import django.utils.timezone
import goals.models.standings
import indicators.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0003_taking_part'),
        ('stakeholders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(help_text='E.g. sub-goal:x or goal:g3.', max_length=150, unique=True)),
                ('level', models.CharField(choices=[('target', 'target'), ('sub_goal', 'sub-goal'), ('organization', 'organization within a goal'), ('goal', 'goal'), ('overall', 'overall')], max_length=12)),
                ('from_entries', models.BooleanField(default=True, help_text='Its shares are the mean of its entries.')),
                ('as_of', models.DateField()),
                ('counted', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, help_text='Why it does not count, or no status.', max_length=40)),
                ('status', models.CharField(blank=True, max_length=20)),
                ('update_state', models.CharField(blank=True, max_length=20)),
                ('latest_value', indicators.fields.ExactDecimalField(null=True)),
                ('latest_on', models.DateField(null=True)),
                ('weight', goals.models.standings.FixedPointField(default=Decimal('1'), places=2)),
                ('progress', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('expected', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('schedule', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('reporting', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('members', models.PositiveIntegerField(default=0)),
                ('progress_sum', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=11)),
                ('progress_weight', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=2)),
                ('expected_sum', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=11)),
                ('expected_weight', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=2)),
                ('schedule_sum', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=11)),
                ('schedule_weight', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=2)),
                ('reporting_sum', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=11)),
                ('reporting_weight', goals.models.standings.FixedPointField(default=Decimal('0'), editable=False, places=2)),
                ('cause', models.CharField(default='time', help_text='What moved it last.', max_length=100)),
                ('change_kind', models.CharField(blank=True, choices=[('movement', 'movement'), ('composition', 'composition')], max_length=12)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('enters', models.ForeignKey(help_text='The node it counts in; none for a goal, and for a sub-goal that is shown only.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='goals.standing')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='standings', to='goals.goal')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stakeholders.organization')),
                ('sub_goal', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='standing', to='goals.subgoal')),
            ],
            options={
                'ordering': ['node'],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(max_length=150)),
                ('level', models.CharField(choices=[('target', 'target'), ('sub_goal', 'sub-goal'), ('organization', 'organization within a goal'), ('goal', 'goal'), ('overall', 'overall')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('as_of', models.DateField()),
                ('cause', models.CharField(help_text='E.g. update:12 or time.', max_length=100)),
                ('kind', models.CharField(choices=[('movement', 'movement'), ('composition', 'composition')], max_length=12)),
                ('status_before', models.CharField(blank=True, max_length=20)),
                ('status_after', models.CharField(blank=True, max_length=20)),
                ('progress_before', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('progress_after', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('schedule_before', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('schedule_after', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('combined_before', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('combined_after', goals.models.standings.FixedPointField(editable=False, null=True, places=9)),
                ('goal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='goals.goal')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stakeholders.organization')),
                ('sub_goal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='goals.subgoal')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['node', '-at'], name='goals_step_node_7ba44f_idx'), models.Index(fields=['cause'], name='goals_step_cause_d35210_idx'), models.Index(fields=['-at'], name='goals_step_at_b2fead_idx')],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.CharField(max_length=20)),
                ('type', models.CharField(choices=[('government', 'Government'), ('sme', 'Small or medium enterprise'), ('private_sector', 'Private sector'), ('civil_society', 'Civil society'), ('academia', 'Academia')], max_length=20)),
                ('amount', indicators.fields.ExactDecimalField()),
                ('organizations', models.PositiveIntegerField()),
                ('sub_goals', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='goals.target')),
            ],
            options={
                'ordering': ['target', 'area', 'type'],
                'constraints': [models.UniqueConstraint(fields=('target', 'area', 'type'), name='one_commitment_per_kind_and_country')],
            },
        ),
    ]
