"""What the door itself remembers."""

from datetime import date

from django.db import models
from django.db.models import F, Sum


class SignInFailuresQuerySet(models.QuerySet["SignInFailures"]):
    def add_one(self, day: date) -> None:
        self.get_or_create(day=day)
        self.filter(day=day).update(count=F("count") + 1)

    def since(self, day: date) -> int:
        """How many sign-ins failed on `day` or later."""
        return self.filter(day__gte=day).aggregate(total=Sum("count"))["total"] or 0


class SignInFailures(models.Model):
    """How many sign-ins failed on one day (UTC): one row a day, and nothing of whom."""

    day = models.DateField(unique=True)
    count = models.PositiveBigIntegerField(default=0)

    objects = SignInFailuresQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        verbose_name_plural = "sign-in failures"

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
