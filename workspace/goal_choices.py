"""Lists to choose from that stand in groups, one for each shared goal."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from goals.models import Goal, Target, TargetVersion
from goals.words import language
from indicators import formats
from indicators.models import Indicator


class GoalChoice(forms.ModelChoiceField):
    def label_from_instance(self, goal: Any) -> str:
        return str(goal)


class ByGoal(ModelChoiceIterator):
    """The choices of each goal under its name; what is of no goal comes last."""

    field: "TargetChoice | IndicatorChoice"

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        rows = sorted(self.queryset, key=self.field.place_of)
        for goal, own in groupby(rows, key=self.field.goal_of):
            yield (str(goal or gettext("Indicators without a target")), [self.choice(row) for row in own])


class TargetChoice(forms.ModelChoiceField):
    """Targets as they are numbered; indicators that are only watched have none."""

    iterator = ByGoal

    def __init__(self) -> None:
        super().__init__(
            Target.objects.none(), label=_("Which target of the goal? (optional)"), required=False,
            empty_label=pgettext_lazy("target", "None"),
            help_text=_("One of the goal chosen above. Some of its indicators have no target yet."),
        )  # fmt: skip

    def offer(self, chosen: int | None) -> None:
        """The targets of today, and the one that was chosen before."""
        aims = TargetVersion.objects.as_of(timezone.now().date()).exclude(kind=TargetVersion.Kind.MONITOR)
        offered = Target.objects.filter(Q(pk__in=aims.values("target")) | Q(pk=chosen))
        self.queryset = offered.select_related("goal", "indicator")

    def goal_of(self, target: Target) -> Goal:
        return target.goal

    def place_of(self, target: Target) -> tuple[int, int, int]:
        return target.goal.number, target.position, target.pk


class IndicatorChoice(forms.ModelChoiceField):
    """Indicators with their units, those of the sub-goal's own goal first."""

    iterator = ByGoal
    first: int | None = None

    def __init__(self) -> None:
        super().__init__(
            Indicator.objects.none(), label=_("Indicator it adds to"), required=False,
            empty_label=pgettext_lazy("indicator", "None"),
        )  # fmt: skip

    def offer(self, first: int | None) -> None:
        self.first = first
        self.queryset = Indicator.objects.select_related("target__goal")

    def goal_of(self, indicator: Indicator) -> Goal | None:
        target = getattr(indicator, "target", None)
        return target.goal if target else None

    def place_of(self, indicator: Indicator) -> tuple[bool, bool, int, str]:
        goal = self.goal_of(indicator)
        own = goal is not None and goal.pk == self.first
        return not own, goal is None, goal.number if goal else 0, indicator.name

    def label_from_instance(self, indicator: Any) -> str:
        return f"{indicator.name} ({formats.axis_unit(indicator.unit, language())})"
