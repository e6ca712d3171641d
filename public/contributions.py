"""What organizations declare for an indicator; shown beside the official value, never added to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, FloatField, Q, When, Window
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from goals.declarations import declared
from goals.models import Declaration, DeclaredSum, Result
from goals.words import language
from indicators import formats
from indicators.models import Indicator
from public import presenting

CREDITED_SHOWN = 20
LEFT_OUT_SHOWN = 20


@dataclass(frozen=True)
class Contributions:
    """The stored sum of declared quantities with its share of what is needed.

    `credited` are the sums of the organizations with the largest credits, `organizations` how many there are.
    """

    indicator: Indicator
    whole: DeclaredSum
    share_of_need: Decimal | None
    credited: list[DeclaredSum] = field(default_factory=list)
    organizations: int = 0
    not_counted: list[Declaration] = field(default_factory=list)

    @property
    def total(self) -> str:
        return presenting.declared_amount(self.indicator, self.whole.amount)

    @property
    def share(self) -> str:
        share = self.share_of_need
        return "" if share is None else formats.approximate(100 * share, "percent", language())

    @property
    def credits(self) -> list[dict[str, Any]]:
        """What each organization is credited with, the largest first."""
        return [
            {
                "organization": one.organization,
                "amount": presenting.declared_amount(self.indicator, one.amount),
            }
            for one in sorted(self.credited, key=lambda one: -one.amount)
        ]

    @property
    def more_organizations(self) -> int:
        return self.organizations - len(self.credited)

    @property
    def left_out(self) -> list[dict[str, Any]]:
        """Sub-goals whose quantity is not in the sum, and why."""
        return [{"sub_goal": one.sub_goal, "reason": why_not_counted(one.reason)} for one in self.not_counted]

    @property
    def more_left_out(self) -> int:
        return self.whole.left_out - len(self.not_counted)

    @property
    def flags(self) -> list[str]:
        return presenting.flags({"flags": ["shared_effort_disagrees"] if self.whole.disagreeing else []})


def in_full(indicator: Indicator, result: Result) -> Contributions | None:
    """With the largest credits and some of what is left out: two queries, however many declare something."""
    if not (sums := largest_sums(indicator)):
        return None
    whole, *credited = sums
    left_out = some_left_out(indicator) if whole.left_out else []
    return Contributions(
        indicator, whole, declared.share(whole, result), credited, whole.listed - 1, left_out
    )


def in_short(results: Iterable[Result]) -> list[Contributions]:
    """The sums for the indicators of these judged targets, as far as something is in them: one query."""
    by_indicator = {result.target.indicator_id: result for result in results if result.target}
    sums = DeclaredSum.objects.filter(organization=None, indicator__in=by_indicator, counted__gt=0)
    found = {one.indicator_id: one for one in sums}
    return [
        Contributions(result.target.indicator, found[key], declared.share(found[key], result))
        for key, result in by_indicator.items()
        if key in found and result.target
    ]


def largest_sums(indicator: Indicator) -> list[Any]:
    """The sum of all organizations, then the largest of single ones; the first tells how many are `listed`.

    By size as the database can tell it: SQLite keeps exact numbers as text.
    """
    whole = Q(organization=None)
    sums = DeclaredSum.objects.filter(whole | Q(credited__gt=0), indicator=indicator).annotate(
        size=Cast("amount", FloatField()), listed=Window(Count("pk"))
    )
    ordered = sums.order_by(Case(When(whole, then=0), default=1), "-size", "pk")
    return list(ordered.select_related("organization")[: 1 + CREDITED_SHOWN])


def some_left_out(indicator: Indicator) -> list[Declaration]:
    left_out = Declaration.objects.filter(indicator=indicator).exclude(reason="")
    return list(left_out.select_related("sub_goal").order_by("pk")[:LEFT_OUT_SHOWN])


def why_not_counted(code: str) -> str:
    """Why a declared quantity is not in the sum; empty where it is."""
    texts = {
        "": "",
        "in_parent": _("It is already contained in the quantity of the sub-goal it belongs to."),
        "shared_effort": _("It is part of a shared effort, which is counted once, with its lead."),
        "no_value": _("It has no value yet."),
        "draft": _("It is a draft and does not count yet."),
        "withdrawn": _("It was withdrawn and no longer counts."),
    }
    return texts.get(code.partition(":")[0], _("It is not counted."))
