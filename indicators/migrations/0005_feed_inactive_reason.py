from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0004_feed_confirmed_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='inactive_reason',
            field=models.CharField(blank=True, editable=False, help_text='Why the catalogue keeps it inactive; empty when a person switched it off.', max_length=200),
        ),
    ]
