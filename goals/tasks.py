"""What workers do for this room; each task may run twice without harm."""

from celery import shared_task

from goals import following, rollup
from goals.mailing import answers, closings, interventions, reminders, weekly
from indicators import clock, derived
from stakeholders import sending


@shared_task
def follow_publications() -> None:
    """After values were published: what is calculated from them, then verdicts, roll-up and charts."""
    while taken := following.take():
        derived.recompute({pk for one in taken for pk in one.indicator_ids})
        rollup.refresh_upper(clock.now().date(), following.cause_of(taken))
        following.forget(taken)


@shared_task(ignore_result=False)
def reconcile() -> None:
    """Bring everything up to date from scratch, so that no lost message does harm."""
    derived.recompute()
    rollup.refresh(clock.now().date())


@shared_task
def send_reminders() -> None:
    """Once a day; running it again sends what could not be sent, and nothing twice."""
    reminders.send(clock.now().date())


@shared_task
def send_answers() -> None:
    """Every minute: what the Project answered or did is told at once, and no lost message loses it."""
    answers.send(clock.now())
    interventions.send(clock.now())
    closings.send(clock.now())


@shared_task
def send_digests() -> None:
    """Every day, so that no week is missed; each person gets the summary once a week."""
    weekly.send(clock.now())


@shared_task
def remove_old_mail_records() -> None:
    sending.remove_old()
