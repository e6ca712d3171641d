"""The counter that moves on with each publication."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from indicators.models import Edition

ADVANCE = """
INSERT INTO indicators_edition (id, number, published_at) VALUES (1, 1, {now}) ON CONFLICT (id)
DO UPDATE SET number = indicators_edition.number + 1, published_at = {now}
RETURNING CAST(published_at AS text)
"""
ADVANCE_TO, ADVANCE_BY_ITS_CLOCK = ADVANCE.format(now="%s"), ADVANCE.format(now="CLOCK_TIMESTAMP()")


def lock() -> None:
    """Let one transaction at a time write what rests on published values; held until it ends."""
    Edition.objects.get_or_create(pk=1)
    Edition.objects.select_for_update().get(pk=1)


def advance() -> None:
    """Move to the next edition, and lock it as `lock` does; call inside the transaction that publishes."""
    with connection.cursor() as cursor:
        cursor.execute(*advancing())


def advancing() -> tuple[str, list]:
    """The statement that does so and reads the moment, for whoever sends it together with others.

    The moment is the database's, once the lock is held: editions follow each other in time too (R9).
    """
    if connection.vendor == "postgresql":
        return ADVANCE_BY_ITS_CLOCK, []
    return ADVANCE_TO, [connection.ops.adapt_datetimefield_value(timezone.now())] * 2


def moment_of(answer: Sequence[Sequence[str]]) -> datetime:
    """The moment `advancing` reads. As text: the driver takes longer to make a moment of it than all else."""
    moment = datetime.fromisoformat(answer[0][0])
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def current_number() -> int:
    """The number of the edition the public sees; 0 before anything was published."""
    return Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
