"""What workers do for this room; each task may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from goals import rollup
from indicators import derived


@shared_task
def follow_publication(indicator_ids: list[int], cause: str) -> None:
    """After values were published: what is calculated from them, then verdicts, roll-up and charts."""
    derived.recompute(indicator_ids)
    rollup.refresh(timezone.now().date(), cause)


@shared_task(ignore_result=False)
def reconcile() -> None:
    """Bring everything up to date from scratch, so that no lost message does harm."""
    derived.recompute()
    rollup.refresh(timezone.now().date())
