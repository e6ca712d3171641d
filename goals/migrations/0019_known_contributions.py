from django.db import migrations
from django.db.models import OuterRef, Subquery

CONTRIBUTION = (
    'contributes_to', 'contribution_factor', 'attribution', 'shared_effort', 'shared_effort_share',
    'leads_shared_effort',
)  # fmt: skip


def fill(apps, schema_editor):
    """What a sub-goal contributes could not change once it was published: all of its versions have it."""
    own = apps.get_model('goals', 'SubGoal').objects.filter(pk=OuterRef('sub_goal'))
    known = {name: Subquery(own.values(name)[:1]) for name in CONTRIBUTION}
    for model in ('SubGoalVersion', 'MeasureProposal'):
        apps.get_model('goals', model).objects.update(**known)


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0018_contribution_of_versions'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
