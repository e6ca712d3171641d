"""Which reports an organization owes and when, whether or not somebody has begun to write them."""

from datetime import date

from django.db.models import OuterRef
from django.db.models.functions import Coalesce

from goals.due import due_on
from goals.models import SubGoal, Update
from stakeholders.models import Organization


def due_days(organization: Organization, today: date) -> list[tuple[date, int]]:
    """When each sub-goal that runs is due, with its key; not those whose next update waits for its review."""
    running = (
        SubGoal.objects.filter(
            organization=organization, state=SubGoal.State.PUBLISHED, progress_from=SubGoal.ProgressFrom.OWN,
            start_date__lte=today,
        )
        .exclude(Update.objects.waiting_for(OuterRef("pk")))
        .annotate(since=Coalesce("standing__latest_on", "start_date"))
        .order_by("pk")
    )  # fmt: skip
    return [
        (due_on(since, cadence), key) for key, cadence, since in running.values_list("pk", "cadence", "since")
    ]
