"""Let the goals of a filled database enter the overall number, with what their current results say."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations

NUMBERS = ('progress', 'expected', 'schedule', 'reporting', 'combined')
NINE = Decimal('1e-9')


def place_goals(apps, schema_editor):
    """From the current results, so that no page lacks a number until the next pass."""
    results = {
        result.node: result
        for result in apps.get_model('goals', 'Result').objects.filter(
            is_current=True, level__in=('goal', 'overall')
        ).select_related('goal')
    }
    whole = results.pop('overall', None)
    if whole is None:
        return
    standings = apps.get_model('goals', 'Standing').objects
    overall = standings.create(node='overall', level='overall', **of_result(whole))
    for node, result in results.items():
        fields = {'level': 'goal', 'goal': result.goal, 'enters': overall, 'weight': result.goal.weight}
        standings.update_or_create(node=node, defaults=fields | of_result(result))
    add_up(overall, standings.filter(enters=overall))


def of_result(result):
    return {
        'as_of': result.as_of, 'status': result.status, 'counted': True,
        'combined': at(result.combined, NINE),
        'indicator_schedule': at(result.outcome['indicator_layer']['schedule'], Decimal('1e-12')),
    }


def at(value, scale):
    return None if value is None else Decimal(value).quantize(scale, ROUND_HALF_UP)


def add_up(overall, goals):
    """The sums and means of the goals; no combined number where the results had none."""
    for name in NUMBERS:
        rows = [(goal.weight, getattr(goal, name)) for goal in goals]
        known = [(weight, value) for weight, value in rows if value is not None]
        total, weights = sum(w * x for w, x in known), sum(w for w, _ in known)
        setattr(overall, f'{name}_sum', Decimal(total))
        setattr(overall, f'{name}_weight', Decimal(weights))
        if name != 'combined' or overall.indicator_schedule is not None:
            setattr(overall, name, at(total / weights, NINE) if weights else None)
    overall.members = len(goals)
    overall.save()


def take_out(apps, schema_editor):
    standings = apps.get_model('goals', 'Standing').objects
    standings.filter(level='goal').update(enters=None)
    standings.filter(level='overall').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0009_overall_standing'),
    ]

    operations = [migrations.RunPython(place_goals, take_out)]
