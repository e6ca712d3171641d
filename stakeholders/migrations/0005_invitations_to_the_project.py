
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0004_names_become_one_thing_alone'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='project_role',
            field=models.CharField(blank=True, choices=[('steward', 'Steward'), ('administrator', 'Administrator')], max_length=13),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='organization',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='stakeholders.organization'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='role',
            field=models.CharField(blank=True, choices=[('owner', 'Owner'), ('editor', 'Editor'), ('viewer', 'Viewer')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at', None), ('organization', None), ('revoked_at', None)), name='one_open_invitation_to_the_project_per_address'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organization', None), ('role', ''), models.Q(('project_role', ''), _negated=True)), models.Q(('organization__isnull', False), ('project_role', ''), models.Q(('role', ''), _negated=True)), _connector='OR'), name='invitation_to_an_organization_or_the_project'),
        ),
    ]
