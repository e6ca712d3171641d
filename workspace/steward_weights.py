"""Weights of root sub-goals, given by stewards: how much each counts within its organization."""

from typing import Any

from django.db.models import QuerySet

from goals.models import SubGoal
from workspace.steward_forms import WeightForm

WEIGHED = (SubGoal.State.PUBLISHED, SubGoal.State.COMPLETED)


def roots() -> QuerySet[SubGoal]:
    return SubGoal.objects.filter(state__in=WEIGHED, parent=None)


def weight_form(sub_goal: SubGoal, data: Any = None) -> WeightForm:
    return WeightForm(data, initial={"version": sub_goal.version, "weight": sub_goal.weight})
