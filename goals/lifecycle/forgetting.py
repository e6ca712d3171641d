"""A person asked to be forgotten: the name goes from sub-goals they answer for; these and reports stay."""

from itertools import groupby

from django.db.models import F, Q

from goals.models import SubGoal
from stakeholders import trail
from stakeholders.models import User


def forget(sender, user: User, **kwargs) -> None:
    """Receiver of person_forgotten. A name alone is theirs only in an organization they belong to."""
    names = Q(answers_name__iexact=user.get_full_name()) if user.get_full_name() else Q(pk__in=[])
    named = names & Q(organization__in=user.memberships.values("organization"))
    theirs = SubGoal.objects.filter(Q(answers_user=user) | Q(answers_name__icontains=user.email) | named)
    rows = list(theirs.select_related("organization").order_by("organization__code", "pk"))
    entries = [(row.organization.code, entry_of(row)) for row in rows]
    SubGoal.objects.filter(pk__in=[row.pk for row in rows]).update(
        answers_name="", answers_role="", answers_user=None, version=F("version") + 1
    )
    for code, found in groupby(entries, key=lambda entry: entry[0]):
        trail.record_all(user, [entry for _code, entry in found], chain=code)


def entry_of(row: SubGoal) -> trail.Change:
    """Without the name, which was never in the trail."""
    before, after = {"answers_user": row.answers_user_id}, {"answers_user": None}
    return trail.Change("sub_goal.forget", f"sub_goal:{row.pk}", before, after)
