"""Who handed in a file, how long answers are kept, and when a source revises."""

import django.db.models.deletion
import django.utils.timezone
import indicators.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0006_run_payloads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='indicator',
            name='revision_months',
            field=models.CharField(blank=True, help_text='Months in which the source revises what it published, as numbers: 2,7.', max_length=30, validators=[indicators.fields.validate_months]),
        ),
        migrations.AddField(
            model_name='indicator',
            name='revision_limit',
            field=indicators.fields.ExactDecimalField(blank=True, help_text='Largest believable revision in those months, as a factor; empty: as in other months.', null=True),
        ),
        migrations.AddField(
            model_name='payload',
            name='last_seen_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='payload',
            name='removed_at',
            field=models.DateTimeField(blank=True, help_text='When its file was removed under the retention rule; no published value rests on it.', null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='started_by',
            field=models.ForeignKey(blank=True, help_text='Who handed in the file; empty for what the program does by itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='run',
            name='trigger',
            field=models.CharField(choices=[('schedule', 'schedule'), ('button', 'button'), ('api', 'API'), ('command', 'command'), ('upload', 'upload')], max_length=10),
        ),
    ]
