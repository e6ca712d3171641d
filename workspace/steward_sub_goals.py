"""Sub-goals that are public, for stewards: where to find one whatever its organization."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from goals.choices import QueryFilter, choice, goal_choices, set_choices
from goals.models import SubGoal

A_PAGE = 50


class SubGoalFilter(QueryFilter):
    """By goal and organization: by a part of its name, or by its code."""

    goal = choice(_("Goal"))
    organization = forms.CharField(label=_("Organization"), required=False, max_length=200)

    def full_clean(self) -> None:
        set_choices(self, goal=goal_choices())
        super().full_clean()

    def narrow(self, rows: QuerySet[SubGoal]) -> QuerySet[SubGoal]:
        found = rows.select_related("organization", "goal")
        if goal := self.chosen("goal"):
            found = found.filter(goal__code=goal)
        if text := self.chosen("organization"):
            found = found.filter(Q(organization__name__icontains=text) | Q(organization__code=text))
        return found.order_by("goal__number", "organization__name", "title", "pk")


def listed(query: Any, rows: QuerySet[SubGoal]) -> dict[str, Any]:
    """A page of those that fit the choices."""
    chosen = SubGoalFilter(query)
    page = Paginator(chosen.narrow(rows), A_PAGE).get_page(query.get("page"))
    return {"filter": chosen, "query": chosen.query, "pager": page}
