"""`manage.py sources`: how each feed is doing, one line a feed."""

from datetime import datetime

from django.core.management.base import BaseCommand

from indicators import clock
from indicators.models import Feed

HEADER = (
    "SOURCE", "FEED", "ACTIVE", "LAST SUCCESS", "LAST CHANGE", "NEXT DUE", "FAILURES", "BREAKER", "HELD",
    "REMARK",
)  # fmt: skip
SWITCHED_OFF = "Switched off by hand."


class Command(BaseCommand):
    help = "Print how every feed is doing: when it succeeded, when it is due, what is wrong. Times are UTC."

    def handle(self, *args, **options) -> None:
        now = clock.now()
        feeds = Feed.objects.with_health().order_by("source__code", "code")
        rows = [HEADER, *(cells(feed, now) for feed in feeds)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  ".join(padded).rstrip())


def cells(feed, now: datetime) -> tuple[str, ...]:
    return (
        feed.source.code,
        feed.code,
        "yes" if feed.is_active else "no",
        moment(feed.last_success_at),
        moment(feed.last_change_at),
        moment(feed.next_due_at) if feed.is_active else "-",
        str(feed.failures),
        breaker(feed, now),
        str(feed.held_count),
        remark(feed),
    )


def moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if when else "-"


def breaker(feed: Feed, now: datetime) -> str:
    is_open = feed.breaker_until is not None and feed.breaker_until > now
    return f"until {moment(feed.breaker_until)}" if is_open else "closed"


def remark(feed) -> str:
    """Why the feed is not active, and what its newest run said; on one line."""
    inactive = "" if feed.is_active else feed.inactive_reason or SWITCHED_OFF
    return " ".join(f"{inactive} {feed.last_reason or ''}".split())
