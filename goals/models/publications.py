"""What was published and still waits to be followed."""

from django.db import models
from django.utils import timezone


class Publication(models.Model):
    """Values that were published and that verdicts do not rest on yet; gone once they do."""

    indicator_ids = models.JSONField(default=list)
    cause = models.CharField(max_length=100)
    published_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker began to follow it.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.cause
