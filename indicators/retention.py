"""How long raw answers are kept: for ever where a value rests on them, else for a time.

Any published value can be traced to its bytes, so an answer stays whose run published, waits for a decision
or was approved. Others (nothing new, failed, rejected) lose their file once they were not seen for as long
as the setting says; the record stays, with its checksum and the day.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators import clock, payloads
from indicators.models import HeldBatch, Observation, Payload, Run

BATCH = 200
MOST_A_NIGHT = 20_000

RESTED_ON = Q(verdict__in=[Run.Verdict.PUBLISHED, Run.Verdict.RUNNING]) | Q(
    held_batch__decision__in=[HeldBatch.Decision.WAITING, HeldBatch.Decision.APPROVED]
)
"""Runs all of whose answers are kept: also those that only described the values, such as their dates."""


def removable(before: datetime) -> QuerySet[Payload]:
    """Answers with a file that no value rests on and that nobody has seen since `before`; oldest first."""
    answers = Run.payloads.through.objects.filter(payload=OuterRef("pk"))
    return Payload.objects.filter(
        ~Exists(Observation.objects.filter(payload=OuterRef("pk"))),
        ~Exists(Run.objects.filter(RESTED_ON, payload=OuterRef("pk"))),
        ~Exists(answers.filter(run__in=Run.objects.filter(RESTED_ON))),
        removed_at=None,
        last_seen_at__lt=before,
    ).order_by("last_seen_at", "pk")


def remove(kept_for: timedelta, most: int = MOST_A_NIGHT) -> int:
    """Remove the files of what is old enough, in short transactions; return how many. 0 days keeps all."""
    before, removed = clock.now() - kept_for, 0
    while kept_for and removed < most:
        count = remove_batch(before, min(BATCH, most - removed))
        if not count:
            break
        removed += count
    return removed


def remove_batch(before: datetime, most: int) -> int:
    """Remove some files and mark their records.

    Whoever is killed between the two leaves records without files, which the next night marks.
    """
    with transaction.atomic():
        batch = list(removable(before).select_for_update(of=("self",))[:most])
        for payload in batch:
            payloads.remove_file(payload)
        Payload.objects.filter(pk__in=[payload.pk for payload in batch]).update(removed_at=clock.now())
    return len(batch)
