"""`manage.py reread FEED`: what today's parser makes of the answers a feed's newest run has kept."""

from django.core.management.base import BaseCommand, CommandError

from indicators.batches import Change
from indicators.models import Feed
from indicators.rereading import NothingKept, Reread, reread
from indicators.sources import SourceError


class Command(BaseCommand):
    help = "Parse the kept answers of a feed's newest run again and show what would change. Writes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument("feed", help="the code of a feed; see manage.py sources")

    def handle(self, *args, feed: str, **options) -> None:
        try:
            found = reread(Feed.objects.select_related("source").get(code=feed))
        except Feed.DoesNotExist:
            raise CommandError(f"No feed is called {feed}; see manage.py sources.") from None
        except NothingKept as error:
            raise CommandError(str(error)) from error
        except SourceError as error:
            raise CommandError(f"Today's parser refuses what was kept: {error}") from error
        except (OSError, ValueError) as error:
            raise CommandError(f"A kept answer cannot be read: {error}") from error
        self.show(found)

    def show(self, found: Reread) -> None:
        run = found.run
        self.stdout.write(
            f"{run.feed}: run of {run.started_at:%Y-%m-%d %H:%M} UTC ({run.verdict}), "
            f"answers {found.answers}, values {found.rows}."
        )
        for change in found.changes:
            self.stdout.write(line(change))
        for doubt in found.doubts:
            self.stdout.write(f"Doubtful: {doubt}")
        self.stdout.write(summary(found))


def line(change: Change) -> str:
    before = "nothing" if change.replaces is None else written(change.replaces)
    return f"{change.series} {change.row.period}: {before} -> {written(change.row)}"


def written(one) -> str:
    """The value of an observation or a row, with its status where it has one."""
    value = "no value" if one.value is None else f"{one.value:f}"
    return f"{value} ({one.status})" if one.status else value


def summary(found: Reread) -> str:
    new = sum(change.replaces is None for change in found.changes)
    revised, unchanged = len(found.changes) - new, found.rows - len(found.changes)
    return f"Would be: {new} new, {revised} revised, {unchanged} unchanged. Nothing was written."
