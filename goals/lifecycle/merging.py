"""Two entries of one organization become one: its sub-goals with all their reports move over."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from goals import standings
from goals.lifecycle.steps import lock
from goals.models import SubGoal, Update
from stakeholders import trail
from stakeholders.models import Organization, User


def tell(sender, source: Organization, into: Organization, **kwargs) -> list[tuple[str, int]]:
    """What a merge would move, for its preview."""
    return [
        (str(_("Sub-goals")), source.sub_goals.count()),
        (str(_("Updates")), Update.objects.filter(sub_goal__organization=source).count()),
    ]


def move(sender, source: Organization, into: Organization, by: User, **kwargs) -> None:
    """Receiver of organizations_merged, in the transaction of the merge.

    Sub-goals are locked first and both chains of the trail then, in the order of every step (steps.locked).
    """
    lock(source.sub_goals.all())
    moved = list(source.sub_goals.select_related("goal", "parent").order_by("pk"))
    codes = [sub_goal.code for sub_goal in moved]
    for organization in sorted((source, into), key=lambda merged: merged.code):
        trail.record(
            by, "sub_goals.merge", f"organization:{organization.pk}", chain=organization.code,
            before={"organization": source.code}, after={"organization": into.code, "sub_goals": codes},
        )  # fmt: skip
    source.sub_goals.update(organization=into, version=F("version") + 1)
    for sub_goal in moved:
        sub_goal.organization = into
    if public := [sub_goal for sub_goal in moved if sub_goal.state in SubGoal.PUBLIC_STATES]:
        standings.follow(public, cause=f"merge:{source.code}")
