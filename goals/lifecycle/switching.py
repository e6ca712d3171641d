"""An organization is switched off or on: its sub-goals are hidden and count no longer, or again."""

from goals import standings
from goals.models import SubGoal
from stakeholders.models import Organization


def follow(sender, organization: Organization, **kwargs) -> None:
    """Receiver of organization_switched, in the transaction of the switch.

    A step of composition in the tree: who is left out must never look like progress.
    """
    counted = organization.sub_goals.filter(state__in=SubGoal.PUBLIC_STATES)
    rows = list(counted.select_related("goal", "parent").order_by("pk"))
    for sub_goal in rows:
        sub_goal.organization = organization
    what = "switched_on" if organization.is_active else "switched_off"
    if rows:
        standings.follow(rows, cause=f"organization:{organization.code}:{what}")
