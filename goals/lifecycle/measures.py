"""How a sub-goal is measured, version by version: earlier results rest on earlier versions."""

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from goals.models import SubGoal, SubGoalVersion
from stakeholders.models import User


def write(
    sub_goal: SubGoal, author: User | None, reason: str = "", valid_from: datetime | None = None
) -> SubGoalVersion:
    """Add the sub-goal's present measure as its next version."""
    newest = sub_goal.versions.aggregate(newest=Max("number"))["newest"] or 0
    return SubGoalVersion.objects.create(
        sub_goal=sub_goal,
        number=newest + 1,
        valid_from=valid_from or timezone.now(),
        reason=reason,
        author=author,
        **{name: getattr(sub_goal, name) for name in SubGoalVersion.MEASURE},
    )
