"""Weights of root sub-goals, given by stewards: how much each counts within its organization."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from goals.choices import QueryFilter, choice, goal_choices, set_choices
from goals.models import SubGoal
from workspace.steward_forms import WeightForm

A_PAGE = 50
WEIGHED = (SubGoal.State.PUBLISHED, SubGoal.State.COMPLETED)


class WeightFilter(QueryFilter):
    goal = choice(_("Goal"))
    organization = forms.CharField(label=_("Organization"), required=False, max_length=200)

    def full_clean(self) -> None:
        set_choices(self, goal=goal_choices())
        super().full_clean()

    def rows(self) -> QuerySet[SubGoal]:
        found = roots().select_related("organization", "goal")
        if goal := self.chosen("goal"):
            found = found.filter(goal__code=goal)
        if text := self.chosen("organization"):
            found = found.filter(Q(organization__name__icontains=text) | Q(organization__code=text))
        return found.order_by("goal__number", "organization__name", "title", "pk")


def roots() -> QuerySet[SubGoal]:
    return SubGoal.objects.filter(state__in=WEIGHED, parent=None)


def weights_page(query: Any) -> dict[str, Any]:
    chosen = WeightFilter(query)
    page = Paginator(chosen.rows(), A_PAGE).get_page(query.get("page"))
    return {"filter": chosen, "query": chosen.query, "pager": page, "at": "weights"}


def weight_form(sub_goal: SubGoal, data: Any = None) -> WeightForm:
    return WeightForm(data, initial={"version": sub_goal.version, "weight": sub_goal.weight})
