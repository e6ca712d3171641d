from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0005_feed_inactive_reason'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='payloads',
            field=models.ManyToManyField(editable=False, help_text='Every answer of the run, the last as well.', related_name='+', to='indicators.payload'),
        ),
    ]
