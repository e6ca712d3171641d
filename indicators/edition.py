"""The counter that moves on with each publication."""

from django.db.models import F
from django.utils import timezone

from indicators.models import Edition


def lock() -> None:
    """Let one transaction at a time write what rests on published values; held until it ends."""
    Edition.objects.get_or_create(pk=1)
    Edition.objects.select_for_update().get(pk=1)


def advance() -> None:
    """Move to the next edition; call inside the transaction that publishes."""
    Edition.objects.get_or_create(pk=1)
    Edition.objects.filter(pk=1).update(number=F("number") + 1, published_at=timezone.now())


def current_number() -> int:
    """The number of the edition the public sees; 0 before anything was published."""
    return Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
