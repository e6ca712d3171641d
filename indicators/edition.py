"""The counter that moves on with each publication."""

from django.db import connection
from django.utils import timezone

from indicators.models import Edition

ADVANCE = "UPDATE indicators_edition SET number = number + 1, published_at = %s WHERE id = 1"


def lock() -> None:
    """Let one transaction at a time write what rests on published values; held until it ends."""
    Edition.objects.get_or_create(pk=1)
    Edition.objects.select_for_update().get(pk=1)


def advance() -> None:
    """Move to the next edition, and lock it as `lock` does; call inside the transaction that publishes."""
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [connection.ops.adapt_datetimefield_value(timezone.now())])
        is_first = not cursor.rowcount
    if is_first:
        Edition.objects.get_or_create(pk=1, defaults={"number": 1})


def current_number() -> int:
    """The number of the edition the public sees; 0 before anything was published."""
    return Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
