from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0003_append_only_observations'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When its series were found to be what the catalogue expects.', null=True),
        ),
    ]
