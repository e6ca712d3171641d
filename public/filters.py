"""Choices of lists, made in the query string; a value that is no choice chooses nothing."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from goals.choices import ALL, QueryFilter, choice, goal_choices, set_choices
from goals.happenings import Kind
from goals.models import Goal, SubGoal
from goals.words import STATUSES, SUBGOAL_STATES
from public import presenting
from stakeholders.models import Organization

STATUS_CHOICES = ("achieved", "on_track", "needs_acceleration", "off_track", "not_enough_data", "monitored")
SAME_WORD = {"off_track": ("off_track", "moving_away", "missed")}
"""Stored codes that share one word, and so one choice."""


def state_choices() -> list[tuple[str, Any]]:
    return [ALL, *SUBGOAL_STATES.items()]


def area_choices(codes: Iterable[str]) -> list[tuple[str, Any]]:
    return [ALL, *sorted(((code, presenting.place(code)) for code in set(codes)), key=lambda one: one[1])]


def areas() -> Iterable[str]:
    """Where the organizations are."""
    return Organization.objects.public().order_by().values_list("area", flat=True).distinct()


class GoalFilter(QueryFilter):
    """Sub-goals of one goal by country and state."""

    country = choice(_("Country"))
    state = choice(_("State"))

    def full_clean(self) -> None:
        set_choices(self, country=area_choices(areas()), state=state_choices())
        super().full_clean()

    def narrow(self, sub_goals: QuerySet[SubGoal], today: date) -> QuerySet[SubGoal]:
        if country := self.chosen("country"):
            sub_goals = sub_goals.filter(organization__area=country)
        return sub_goals.filter(in_state(self.chosen("state"), today))


class ChangeFilter(QueryFilter):
    """What happened, by goal and kind."""

    KINDS: ClassVar[dict[str, Any]] = {
        Kind.STATUS: _("Status"),
        Kind.DATA: _("New data"),
        Kind.REVISION: _("Revisions"),
        Kind.TARGET: _("Targets"),
        Kind.SUB_GOAL: _("Sub-goals"),
        Kind.UPDATE: _("Updates"),
        Kind.ORGANIZATION: _("Organizations"),
        Kind.TIME: _("Passing of time"),
    }
    goal = choice(_("Goal"))
    kind = choice(_("Kind of change"))

    def full_clean(self) -> None:
        set_choices(self, goal=goal_choices(presenting.goal_name), kind=[ALL, *self.KINDS.items()])
        super().full_clean()


class OrganizationFilter(QueryFilter):
    type = choice(_("Kind of organization"))
    country = choice(_("Country or region"))

    def full_clean(self) -> None:
        set_choices(self, type=[ALL, *Organization.Type.choices], country=area_choices(areas()))
        super().full_clean()

    def narrow(self, organizations: QuerySet[Organization]) -> QuerySet[Organization]:
        named = {"type": self.chosen("type"), "area": self.chosen("country")}
        return organizations.filter(**{field: value for field, value in named.items() if value})


class IndicatorFilter(QueryFilter):
    goal = choice(_("Goal"))
    status = choice(_("Status"))

    def __init__(self, query: Any, goals: Iterable[Goal]) -> None:
        self.goals = [(goal.code, presenting.goal_name(goal)) for goal in goals]
        super().__init__(query)

    def full_clean(self) -> None:
        statuses = [ALL, *((code, STATUSES[code]) for code in STATUS_CHOICES)]
        set_choices(self, goal=[ALL, *self.goals], status=statuses)
        super().full_clean()

    def narrow(self, rows: list) -> list:
        goal, status = self.chosen("goal"), self.chosen("status")
        codes = SAME_WORD.get(status, (status,))
        return [
            row
            for row in rows
            if goal in ("", row.target.goal.code) and (not status or row.result.status in codes)
        ]


class SubGoalFilter(QueryFilter):
    goal = choice(_("Goal"))
    country = choice(_("Country"))
    state = choice(_("State"))
    type = choice(_("Kind of organization"))

    def full_clean(self) -> None:
        set_choices(
            self,
            goal=goal_choices(presenting.goal_name),
            country=area_choices(areas()),
            state=state_choices(),
            type=[ALL, *Organization.Type.choices],
        )
        super().full_clean()

    def narrow(self, sub_goals: QuerySet[SubGoal], today: date) -> QuerySet[SubGoal]:
        named = {
            "goal__code": self.chosen("goal"),
            "organization__area": self.chosen("country"),
            "organization__type": self.chosen("type"),
        }
        narrowed = sub_goals.filter(**{field: value for field, value in named.items() if value})
        return narrowed.filter(in_state(self.chosen("state"), today))


def in_state(code: str, today: date) -> Q:
    """Sub-goals in a state of words.SUBGOAL_STATES on a day; all where none is named."""
    published = Q(state=SubGoal.State.PUBLISHED)
    return {
        "planned": published & Q(start_date__gt=today),
        "under_way": published & Q(start_date__lte=today),
        "done": Q(state=SubGoal.State.COMPLETED),
        "withdrawn": Q(state=SubGoal.State.WITHDRAWN),
    }.get(code, Q())
