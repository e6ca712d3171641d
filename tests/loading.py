"""Loads the whole monitor for tests, by the same steps as the demo."""

from datetime import date

from django.core.management import call_command

from goals import rollup, samples
from indicators import derived, refresh
from indicators.models import Feed, Indicator

TODAY = date(2026, 11, 22)
"""The day the tests judge for; published figures reach to 2025."""


def load_monitor() -> None:
    if Indicator.objects.exists():
        return
    call_command("load_catalogue", verbosity=0)
    samples.load(TODAY)
    for feed in Feed.objects.filter(is_active=True):
        refresh.run(feed.pk, "command")
    derived.recompute()
    rollup.refresh(TODAY, cause="test")
