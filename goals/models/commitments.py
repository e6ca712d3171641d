"""What organizations have set out to add to indicators, as it was last counted."""

from django.db import models
from django.utils import timezone

from goals.models.targets import Target
from indicators.fields import ExactDecimalField
from stakeholders.models import Organization


class Commitment(models.Model):
    """The declared aims of all organizations of one kind in one country, in the unit of the indicator.

    Never mixed with official values. Rewritten whole by each count.
    """

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="commitments")
    area = models.CharField(max_length=20)
    type = models.CharField(max_length=20, choices=Organization.Type)
    amount = ExactDecimalField()
    organizations = models.PositiveIntegerField()
    sub_goals = models.PositiveIntegerField()
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["target", "area", "type"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "area", "type"], name="one_commitment_per_kind_and_country"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.area}, {self.type}"
