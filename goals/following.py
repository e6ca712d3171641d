"""What was published and waits to be followed: once for all that was published meanwhile.

Whoever publishes notes it in the same transaction, so nothing is lost with a process or a message, and asks a
worker to follow unless one is asked already. One worker at a time takes all that is noted, and takes again as
long as more has come. What a dead worker had taken is taken by another when its lease has run out; the
schedule looks every minute.
"""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from goals.models import Publication
from indicators import clock
from indicators.queueing import FOLLOW, enqueue

LONGEST_CAUSE = 100


def note(indicator_ids: Iterable[int], cause: str) -> None:
    """Note what was published, in the transaction that publishes it, and have it followed soon."""
    noted = Publication.objects.create(indicator_ids=sorted(indicator_ids), cause=cause)
    transaction.on_commit(lambda: ask(noted), robust=True)


def ask(noted: Publication) -> None:
    """Ask for a worker, unless whoever published before has asked and none has begun."""
    first = Publication.objects.filter(taken_at=None).aggregate(first=Min("pk"))["first"]
    if first == noted.pk:
        enqueue(FOLLOW)


@transaction.atomic
def take() -> list[Publication]:
    """Everything that waits; nothing while another worker is at it."""
    now = clock.now()
    waiting = list(Publication.objects.select_for_update())
    if any(one.taken_at and one.taken_at > now - settings.REFRESH_LEASE for one in waiting):
        return []
    Publication.objects.filter(pk__in=[one.pk for one in waiting]).update(taken_at=now)
    return waiting


def forget(taken: Iterable[Publication]) -> None:
    """They have been followed."""
    Publication.objects.filter(pk__in=[one.pk for one in taken]).delete()


def cause_of(taken: Sequence[Publication]) -> str:
    """Their causes in a row; of too many, the first and how many more."""
    causes = list(dict.fromkeys(one.cause for one in taken))
    whole = ", ".join(causes)
    return whole if len(whole) <= LONGEST_CAUSE else f"{causes[0]} and {len(causes) - 1} more"
