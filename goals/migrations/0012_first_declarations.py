from collections import Counter
from decimal import Context, Decimal, localcontext

from django.db import migrations
from django.db.models import OuterRef, Subquery

PUBLIC = ("published", "completed", "withdrawn")
NONE = (Decimal(0), 0, 0, 0, 0)


def remember(apps, schema_editor):
    """Each sub-goal was last judged where it stands now."""
    parents = apps.get_model("goals", "SubGoal").objects.filter(pk=OuterRef("sub_goal"))
    standings = apps.get_model("goals", "Standing").objects.filter(sub_goal__parent__isnull=False)
    standings.update(under=Subquery(parents.values("parent")[:1]))


def move(apps, schema_editor):
    """What results of targets kept of declarations becomes rows; the nightly pass counts them anew."""
    results = apps.get_model("goals", "Result").objects.filter(is_current=True, level="target")
    for result in results.select_related("target"):
        listed = result.explanation["input"].pop("contributions", None)
        found = result.outcome.pop("contributions", None)
        if listed and found:
            with localcontext(Context(prec=200)):
                keep(apps, result.target.indicator_id, listed["subgoals"], found)
            result.save(update_fields=["outcome", "explanation"])


def keep(apps, indicator, listed, found):
    declaring = apps.get_model("goals", "SubGoal").objects.filter(
        contributes_to=indicator, state__in=PUBLIC, organization__is_active=True, standing__isnull=False
    )
    owners = {f"sub-goal:{one.code}": one for one in declaring}
    rows = [row for row in listed if row["id"] in owners]
    efforts = efforts_of(rows, found)
    made = [declaration(apps, owners[row["id"]], row, found, efforts) for row in rows]
    apps.get_model("goals", "Declaration").objects.bulk_create(made, batch_size=1000)
    apps.get_model("goals", "DeclaredSum").objects.bulk_create(sums(apps, made), batch_size=1000)


def efforts_of(rows, found):
    """Those that count for each shared effort, alone or together with the one whose quantity does."""
    efforts = {}
    for row in rows:
        key = row.get("shared_effort")
        if key and found["excluded"].get(row["id"], "") in ("", f"shared_effort:{key}"):
            efforts.setdefault(key, []).append(row)
    return efforts


def declaration(apps, sub_goal, row, found, efforts):
    key, reason = row.get("shared_effort") or "", found["excluded"].get(row["id"], "")
    members = efforts.get(key, ())
    amount = Decimal(0) if reason else quantity(row)
    return apps.get_model("goals", "Declaration")(
        sub_goal=sub_goal, indicator_id=sub_goal.contributes_to_id, organization_id=sub_goal.organization_id,
        quantity=quantity(row), reason=reason, amount=amount, shared_effort=key,
        credit=credit(row, members, found) if row in members else None if reason else cut(amount),
        disagrees=not reason and f"shared_effort_disagrees:{key}" in found["flags"],
    )


def quantity(row):
    if row.get("value") is None:
        return None
    change = Decimal(row["value"]) - Decimal(row.get("baseline", 0))
    return change * Decimal(row.get("factor", 1)) * Decimal(row.get("attribution", 1))


def credit(row, members, found):
    """Its share of what counts for the effort: as declared, or equal where one is missing."""
    counting = next(one for one in members if one["id"] in found["quantities"])
    shares = [Decimal(one["share"]) for one in members if one.get("share") is not None]
    total = sum(shares, Decimal(0))
    share = Decimal(row["share"]) / total if len(shares) == len(members) and total else 1 / Decimal(len(members))
    return cut(share * quantity(counting))


def cut(amount):
    return amount.quantize(Decimal("1e-12")).normalize() + 0


def sums(apps, declarations):
    found = Counter()
    for row in declarations:
        counts = (int(not row.reason), int(row.credit is not None), int(bool(row.reason)), int(row.disagrees))
        for organization, amount in ((None, row.amount), (row.organization_id, row.credit or Decimal(0))):
            key = (row.indicator_id, organization)
            found[key] = tuple(a + b for a, b in zip(found.get(key, NONE), (amount, *counts)))
    model = apps.get_model("goals", "DeclaredSum")
    names = ("amount", "counted", "credited", "left_out", "disagreeing")
    return [
        model(indicator_id=indicator, organization_id=organization, **dict(zip(names, values)))
        for (indicator, organization), values in found.items()
    ]


def remove(apps, schema_editor):
    """The release before sums everything anew with the next change, and in the night."""
    apps.get_model("goals", "Declaration").objects.all().delete()
    apps.get_model("goals", "DeclaredSum").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("goals", "0011_declarations")]

    operations = [
        migrations.RunPython(remember, migrations.RunPython.noop),
        migrations.RunPython(move, remove),
    ]
