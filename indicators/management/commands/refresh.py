"""`manage.py refresh [FEED ...]`: ask the sources now, through the workers or in this process."""

from collections.abc import Iterable

from django.core.management.base import BaseCommand, CommandError

from indicators import clock, queueing
from indicators.models import Feed, FeedQuerySet, Run
from indicators.refresh import AlreadyRunning, NeedsFile, run
from indicators.sources.registry import HANDED_IN

NOT_DONE = (Run.Verdict.FAILED, Run.Verdict.RETRYING)


class Command(BaseCommand):
    help = "Refresh feeds: all active ones, those named, or those that are due."

    def add_arguments(self, parser) -> None:
        parser.add_argument("feeds", nargs="*", metavar="FEED", help="codes; inactive feeds only by name")
        parser.add_argument("--due", action="store_true", help="only what the schedule would refresh now")
        parser.add_argument("--wait", action="store_true", help="here and now instead of through a worker")

    def handle(self, *args, feeds: list[str], due: bool, wait: bool, **options) -> None:
        chosen = list(choose(feeds, due))
        if not chosen:
            self.stdout.write("No feed is due." if due else "No feed is active.")
        elif wait:
            self.work(chosen)
        else:
            self.queue(chosen)

    def queue(self, chosen: Iterable[Feed]) -> None:
        refused = []
        for feed in chosen:
            try:
                queueing.refresh(feed, Run.Trigger.COMMAND)
            except queueing.NotQueued as reason:
                raise CommandError(str(reason)) from None
            except AlreadyRunning as reason:
                self.stdout.write(str(reason))
            except NeedsFile as reason:
                refused.append(feed.code)
                self.stdout.write(str(reason))
            else:
                self.stdout.write(f"{feed}: queued")
        refuse(refused)

    def work(self, chosen: Iterable[Feed]) -> None:
        """Refresh one after the other. Raises CommandError naming those that did not succeed."""
        refuse([feed.code for feed in chosen if self.refresh(feed) in NOT_DONE])

    def refresh(self, feed: Feed) -> str:
        """Refresh one feed, print what came of it and return the verdict; empty if others are at it.

        One that waits for a file counts as failed.
        """
        try:
            record = run(feed.pk, Run.Trigger.COMMAND)
        except AlreadyRunning as error:
            self.stdout.write(str(error))
            return ""
        except NeedsFile as error:
            self.stdout.write(str(error))
            return Run.Verdict.FAILED
        self.stdout.write(line(record))
        return record.verdict


def refuse(codes: Iterable[str]) -> None:
    """Raises CommandError when there are any."""
    if named := ", ".join(codes):
        raise CommandError(f"Not refreshed: {named}.")


def choose(codes: list[str], due: bool) -> FeedQuerySet:
    """The feeds asked for. Raises CommandError for a code that is none."""
    known = set(Feed.objects.values_list("code", flat=True))
    if unknown := [code for code in codes if code not in known]:
        raise CommandError(f"No feed is called {', '.join(unknown)}; see manage.py sources.")
    asked = Feed.objects.filter(is_active=True).exclude(source__code__in=HANDED_IN)
    chosen = (Feed.objects.filter(code__in=codes) if codes else asked).select_related("source")
    return chosen.due(clock.now()) if due else chosen


def line(record: Run) -> str:
    counts = f"{record.new_count} new, {record.revised_count} revised, {record.unchanged_count} unchanged"
    return f"{record.feed}: {record.verdict}, {counts}. {record.reason}".rstrip()
