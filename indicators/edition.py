"""The counter that moves on with each publication."""

from django.db.models import F
from django.utils import timezone

from indicators.models import Edition


def advance() -> None:
    """Move to the next edition; call inside the transaction that publishes."""
    Edition.objects.get_or_create(pk=1)
    Edition.objects.filter(pk=1).update(number=F("number") + 1, published_at=timezone.now())


def current_number() -> int:
    """The number of the edition the public sees; 0 before anything was published."""
    return Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
