"""What sub-goals declare, in rows of its own, and under what each stood when it was judged."""

import django.db.models.deletion
import indicators.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0010_place_goals'),
        ('indicators', '0008_observations_checked_in_sets'),
        ('stakeholders', '0003_append_only_trail'),
    ]

    operations = [
        migrations.AddField(
            model_name='standing',
            name='under',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='goals.subgoal'),
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', indicators.fields.ExactDecimalField(null=True)),
                ('reason', models.CharField(blank=True, max_length=100)),
                ('amount', indicators.fields.ExactDecimalField(default=Decimal('0'))),
                ('credit', indicators.fields.ExactDecimalField(null=True)),
                ('shared_effort', models.CharField(blank=True, max_length=60)),
                ('disagrees', models.BooleanField(default=False)),
                ('indicator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='indicators.indicator')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stakeholders.organization')),
                ('sub_goal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='declaration', to='goals.subgoal')),
            ],
            options={
                'ordering': ['sub_goal'],
                'indexes': [models.Index(condition=models.Q(('shared_effort', ''), _negated=True), fields=['indicator', 'shared_effort'], name='declared_in_shared_effort'), models.Index(condition=models.Q(('reason', ''), _negated=True), fields=['indicator', 'id'], name='declared_not_counted')],
            },
        ),
        migrations.CreateModel(
            name='DeclaredSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', indicators.fields.ExactDecimalField(default=Decimal('0'))),
                ('counted', models.IntegerField(default=0)),
                ('credited', models.IntegerField(default=0)),
                ('left_out', models.IntegerField(default=0)),
                ('disagreeing', models.IntegerField(default=0)),
                ('indicator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='declared_sums', to='indicators.indicator')),
                ('organization', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stakeholders.organization')),
            ],
            options={
                'ordering': ['indicator', 'organization'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'organization'), name='one_declared_sum_per_organization'), models.UniqueConstraint(condition=models.Q(('organization', None)), fields=('indicator',), name='one_declared_sum_in_all')],
            },
        ),
    ]
