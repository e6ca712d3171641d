"""`manage.py remove_old_payloads`: the nightly retention by hand, or what it would remove."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Sum

from indicators import clock, retention


class Command(BaseCommand):
    help = "Remove the files of raw answers that are older than PAYLOAD_RETENTION and that no value rests on."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args, dry_run: bool, **options) -> None:
        kept_for = settings.PAYLOAD_RETENTION
        if not kept_for:
            self.stdout.write("PAYLOAD_RETENTION is 0: raw answers are kept for ever.")
        elif dry_run:
            found = retention.removable(clock.now() - kept_for)
            size = found.aggregate(size=Sum("size"))["size"] or 0
            self.stdout.write(f"Would be removed: {found.count()}, {size} bytes before compression.")
        else:
            self.stdout.write(f"Removed: {retention.remove(kept_for)}.")
