"""What organizations declare for an indicator; shown beside the official value, never added to it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from goals.models import SubGoal
from goals.words import language
from indicators import formats
from indicators.models import Indicator
from public import presenting
from public.sub_goal_pages import why_not_counted


@dataclass(frozen=True)
class Contributions:
    """The stored sum of declared quantities with its share of what is needed."""

    indicator: Indicator
    declared: dict[str, Any]
    sub_goals: list[SubGoal]

    @property
    def total(self) -> str:
        return presenting.declared_amount(self.indicator, self.declared["total"])

    @property
    def share(self) -> str:
        share = self.declared.get("share_of_need")
        return "" if share is None else formats.approximate(100 * share, "percent", language())

    @cached_property
    def credits(self) -> list[dict[str, Any]]:
        """What each organization is credited with, the largest first."""
        organizations = {one.organization.code: one.organization for one in self.sub_goals}
        credited = sorted(self.declared["credit"].items(), key=lambda item: -item[1])
        return [
            {
                "organization": organizations[code],
                "amount": presenting.declared_amount(self.indicator, quantity),
            }
            for code, quantity in credited
            if code in organizations
        ]

    @property
    def more_organizations(self) -> int:
        """Credited ones whose sub-goals are not among those at hand."""
        return len(self.declared["credit"]) - len(self.credits)

    @cached_property
    def left_out(self) -> list[dict[str, Any]]:
        """Sub-goals whose quantity is not in the sum, and why."""
        named = {one.node: one for one in self.sub_goals}
        return [
            {"sub_goal": named[node], "reason": why_not_counted(reason)}
            for node, reason in self.declared["excluded"].items()
            if node in named
        ]

    @property
    def more_left_out(self) -> int:
        return len(self.declared["excluded"]) - len(self.left_out)

    @property
    def flags(self) -> list[str]:
        return presenting.flags(self.declared)
