"""What sub-goals declare for indicators, as it was last counted: each by itself, and the sums."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from goals.models.sub_goals import SubGoal
from indicators.fields import ExactDecimalField
from indicators.models import Indicator
from stakeholders.models import Organization


class Declaration(models.Model):
    """What one sub-goal declares for an indicator, in the indicator's unit; see goals.method.contributions.

    `quantity` is its own, counted or not; `reason` says why it is not in the sum. `amount` is what it adds to
    the sum, `credit` what its organization is credited with, which the members of a shared effort are too.
    `disagrees` stands at the one that counts for an effort whose reports lie apart.
    """

    sub_goal = models.OneToOneField(SubGoal, on_delete=models.CASCADE, related_name="declaration")
    # Without indexes of their own, each of which every update would pay: rows are found by those below.
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="declarations", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # fmt: skip
    quantity = ExactDecimalField(null=True)
    reason = models.CharField(max_length=100, blank=True)
    amount = ExactDecimalField(default=Decimal(0))
    credit = ExactDecimalField(null=True)
    shared_effort = models.CharField(max_length=60, blank=True)
    disagrees = models.BooleanField(default=False)

    class Meta:
        ordering = ["sub_goal"]
        indexes = [
            models.Index(
                fields=["indicator", "shared_effort"],
                name="declared_in_shared_effort",
                condition=~Q(shared_effort=""),
            ),
            models.Index(fields=["indicator", "id"], name="declared_not_counted", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.sub_goal}: {self.quantity}"

    @property
    def stands(self) -> bool:
        """Whether it counts by itself, as long as nothing above it and no shared effort does so already."""
        return self.reason == "" or ":" in self.reason


class DeclaredSum(models.Model):
    """What is declared for an indicator: one organization's credit, or the total of all where none is named.

    Beside it, how many sub-goals are in the sum, are credited (those in an effort too) and are left out, and
    for how many efforts reports lie apart. Moved by difference with each change.
    """

    MOVING = ("amount", "counted", "credited", "left_out", "disagreeing")

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="declared_sums", db_index=False
    )
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    amount = ExactDecimalField(default=Decimal(0))
    counted = models.IntegerField(default=0)
    credited = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    disagreeing = models.IntegerField(default=0)

    class Meta:
        ordering = ["indicator", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organization"], name="one_declared_sum_per_organization"
            ),
            models.UniqueConstraint(
                fields=["indicator"], name="one_declared_sum_in_all", condition=Q(organization=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.organization or 'all'}: {self.amount}"

    @property
    def node(self) -> str:
        """How a drift of it is named."""
        whole = f"target:{self.indicator.code}"
        return f"{whole}:{self.organization.code}" if self.organization else whole

    @property
    def is_empty(self) -> bool:
        """A sum of no sub-goals is none."""
        return not (self.counted or self.left_out)

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.MOVING)

    @values.setter
    def values(self, values: tuple[Any, ...]) -> None:
        for name, value in zip(self.MOVING, values, strict=True):
            setattr(self, name, value)
