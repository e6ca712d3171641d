"""How a sub-goal is measured and what it contributes, version by version; earlier ones are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.lifecycle import checking, cleaning
from goals.models import SubGoal, SubGoalVersion
from goals.models.sub_goals import Measured
from stakeholders.models import User

MEASURE = SubGoalVersion.MEASURE


def write(
    sub_goal: SubGoal, author: User | None, reason: str = "", valid_from: datetime | None = None
) -> SubGoalVersion:
    """Add the sub-goal's present measure as its next version."""
    return SubGoalVersion.objects.create(
        sub_goal=sub_goal,
        number=newest(sub_goal) + 1,
        valid_from=valid_from or timezone.now(),
        reason=reason,
        author=author,
        **fields_of(sub_goal),
    )


def newest(sub_goal: SubGoal) -> int:
    """The number of the version in force; 0 before there is one."""
    return sub_goal.versions.aggregate(newest=Max("number"))["newest"] or 0


def fields_of(row: SubGoal | Measured) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MEASURE}


def apply(sub_goal: SubGoal, fields: Mapping[str, Any]) -> None:
    """Set the fields of the measure; raises ValidationError if it cannot stand so, or if nothing differs."""
    before = fields_of(sub_goal)
    cleaning.apply(sub_goal, fields, MEASURE)
    checking.check(checking.sub_goal_faults(sub_goal))
    if fields_of(sub_goal) == before:
        raise ValidationError(_("Nothing differs from how it is now."))
