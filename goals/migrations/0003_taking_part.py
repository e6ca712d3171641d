"""What organizations hand in, in which language, and how it is discussed and reviewed."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.math
import django.db.models.lookups
import django.utils.timezone
import goals.models.sub_goals
import indicators.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0002_append_only_target_versions'),
        ('indicators', '0008_observations_checked_in_sets'),
        ('stakeholders', '0002_taking_part'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='sub_goal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='goals.subgoal'),
        ),
        migrations.AlterField(
            model_name='review',
            name='comment',
            field=models.TextField(blank=True, help_text='The question, or a remark.', max_length=2000),
        ),
        migrations.AlterField(
            model_name='review',
            name='update_reviewed',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='goals.update'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['-decided_at'], name='goals_revie_decided_014bda_idx'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sub_goal__isnull', True), ('update_reviewed__isnull', False)), models.Q(('sub_goal__isnull', False), ('update_reviewed__isnull', True)), _connector='OR'), name='review_of_one_thing', violation_error_message='A review is of an update or of a sub-goal.'),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='answers_name',
            field=models.CharField(blank=True, help_text='Who answers for it.', max_length=200),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='answers_role',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='answers_user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers_for', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='jump_share',
            field=indicators.fields.ExactDecimalField(default=Decimal('0.25'), help_text='An update that moves by more than this share of the whole way asks for a reason.', validators=[goals.models.sub_goals.validate_share]),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='submitted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='submitted_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subgoal',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='attribution',
            field=indicators.fields.ExactDecimalField(blank=True, help_text='Share claimed, 0 to 1.', null=True, validators=[goals.models.sub_goals.validate_share]),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='baseline_value',
            field=indicators.fields.ExactDecimalField(blank=True, default=0, null=True),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='code',
            field=models.SlugField(default=goals.models.sub_goals.new_code, max_length=80, unique=True),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='description',
            field=models.TextField(blank=True, max_length=10000),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='shared_effort_share',
            field=indicators.fields.ExactDecimalField(blank=True, null=True, validators=[goals.models.sub_goals.validate_share]),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='start_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='target_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='target_value',
            field=indicators.fields.ExactDecimalField(blank=True, default=1, null=True),
        ),
        migrations.AlterField(
            model_name='subgoal',
            name='weight',
            field=indicators.fields.ExactDecimalField(default=1, help_text="Given by the goal's steward; under another sub-goal, by the owner of that one.", validators=[goals.models.sub_goals.validate_weight]),
        ),
        migrations.AddIndex(
            model_name='subgoal',
            index=models.Index(fields=['-published_on', '-id'], name='sub_goal_published'),
        ),
        migrations.AddIndex(
            model_name='subgoal',
            index=models.Index(condition=models.Q(('completed_on__isnull', False)), fields=['-completed_on', '-id'], name='sub_goal_completed'),
        ),
        migrations.AddIndex(
            model_name='subgoal',
            index=models.Index(condition=models.Q(('withdrawn_on__isnull', False)), fields=['-withdrawn_on', '-id'], name='sub_goal_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='subgoal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'sent_back')), models.Q(('baseline_value__isnull', False), ('start_date__isnull', False), ('target_date__isnull', False), ('target_value__isnull', False)), _connector='OR'), name='sub_goal_is_whole_once_submitted', violation_error_message='Baseline, target and both dates are needed.'),
        ),
        migrations.AddConstraint(
            model_name='subgoal',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.GreaterThan(django.db.models.functions.comparison.Cast(models.F('weight'), models.DecimalField(decimal_places=12, max_digits=30)), models.Value(0)), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.comparison.Cast(models.F('weight'), models.DecimalField(decimal_places=12, max_digits=30)), models.Value(10)), django.db.models.lookups.Exact(django.db.models.functions.math.Round(django.db.models.functions.comparison.Cast(models.F('weight'), models.DecimalField(decimal_places=12, max_digits=30)), precision=2), django.db.models.functions.comparison.Cast(models.F('weight'), models.DecimalField(decimal_places=12, max_digits=30)))), name='sub_goal_weight_in_bounds', violation_error_message='A weight lies above 0 and up to 10, with at most two decimals.'),
        ),
        migrations.AddField(
            model_name='update',
            name='corrected_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='update',
            name='correction_of',
            field=models.ForeignKey(blank=True, editable=False, help_text='The published update that this one will replace once it is published itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposed', to='goals.update'),
        ),
        migrations.AddField(
            model_name='update',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='update',
            name='jump_reason',
            field=models.TextField(blank=True, help_text='Why the value moved by more than usual.', max_length=2000),
        ),
        migrations.AddField(
            model_name='update',
            name='retracted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='update',
            name='retraction_reason',
            field=models.TextField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name='update',
            name='submitted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='update',
            name='submitted_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='update',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='update',
            name='date',
            field=models.DateField(blank=True, help_text='The day the value describes.', null=True),
        ),
        migrations.AlterField(
            model_name='update',
            name='evidence_url',
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AlterField(
            model_name='update',
            name='note',
            field=models.TextField(blank=True, help_text='What happened.', max_length=10000),
        ),
        migrations.AddIndex(
            model_name='update',
            index=models.Index(fields=['state', 'submitted_at'], name='goals_updat_state_46882d_idx'),
        ),
        migrations.AddIndex(
            model_name='update',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['-published_at', '-id'], name='update_published'),
        ),
        migrations.AddIndex(
            model_name='update',
            index=models.Index(condition=models.Q(('retracted_at__isnull', False)), fields=['-retracted_at', '-id'], name='update_retracted'),
        ),
        migrations.AddConstraint(
            model_name='update',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'sent_back')), ('date__isnull', False), _connector='OR'), name='update_has_its_date_once_submitted', violation_error_message='The day the value describes is needed.'),
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sub_goal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='goals.subgoal')),
                ('update_discussed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='goals.update')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sub_goal__isnull', True), ('update_discussed__isnull', False)), models.Q(('sub_goal__isnull', False), ('update_discussed__isnull', True)), _connector='OR'), name='comment_on_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stored_name', models.CharField(editable=False, max_length=40, unique=True)),
                ('name', models.CharField(help_text='As the file was called where it came from.', max_length=200)),
                ('type', models.CharField(choices=[('application/pdf', 'PDF'), ('image/png', 'PNG'), ('image/jpeg', 'JPEG'), ('text/csv', 'CSV'), ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'XLSX')], max_length=100)),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('update', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence_files', to='goals.update')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='EvidenceLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence_links', to='goals.update')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SubGoalText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish'), ('fr', 'French')], max_length=5)),
                ('title', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, max_length=10000)),
                ('sub_goal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='goals.subgoal')),
            ],
            options={
                'ordering': ['sub_goal', 'language'],
                'constraints': [models.UniqueConstraint(fields=('sub_goal', 'language'), name='one_sub_goal_text_per_language')],
            },
        ),
        migrations.CreateModel(
            name='SubGoalVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('valid_from', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.TextField(blank=True, help_text='Shown to the public; the first version needs none.')),
                ('unit', models.CharField(blank=True, max_length=60)),
                ('direction', models.CharField(choices=[('increase', 'higher is better'), ('decrease', 'lower is better')], max_length=10)),
                ('path', models.CharField(choices=[('linear', 'the same step every year'), ('constant_growth', 'the same growth rate every year')], max_length=20)),
                ('cadence', models.CharField(choices=[('annual', 'annual'), ('biennial', 'every two years'), ('half_yearly', 'half-yearly'), ('quarterly', 'quarterly'), ('monthly', 'monthly')], max_length=12)),
                ('reporting', models.CharField(choices=[('level', 'each update gives the value reached'), ('increment', 'each update adds to the value')], max_length=10)),
                ('progress_from', models.CharField(choices=[('own', 'its own updates'), ('children', 'the sub-goals under it')], max_length=10)),
                ('start_date', models.DateField()),
                ('baseline_value', indicators.fields.ExactDecimalField()),
                ('target_date', models.DateField()),
                ('target_value', indicators.fields.ExactDecimalField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sub_goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='goals.subgoal')),
            ],
            options={
                'ordering': ['sub_goal', 'number'],
                'indexes': [models.Index(condition=models.Q(('number__gt', 1)), fields=['-valid_from', '-id'], name='sub_goal_measure_changed')],
                'constraints': [models.UniqueConstraint(fields=('sub_goal', 'number'), name='one_sub_goal_version_per_number')],
            },
        ),
    ]
