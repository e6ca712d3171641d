"""`manage.py load_catalogue`: goals, indicators, targets, documents and series from the packaged files."""

from django.core.management.base import BaseCommand
from django.db import transaction

import goals.catalogue
import indicators.catalogue
from goals.models import Target
from indicators.models import Indicator, Series
from indicators.queueing import RECONCILE, enqueue


class Command(BaseCommand):
    help = "Load goals, indicators, targets, documents and series from the packaged files; safe to repeat."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--follow", action="store_true",
            help="have a worker bring verdicts, sums and charts up to date with it, as after a new release",
        )  # fmt: skip

    def handle(self, *args, **options) -> None:
        with transaction.atomic():
            indicators.catalogue.load()
            goals.catalogue.load()
        self.stdout.write(
            f"{Indicator.objects.count()} indicators, {Target.objects.count()} targets, "
            f"{Series.objects.count()} series."
        )
        if options["follow"] and not enqueue(RECONCILE):
            self.stderr.write("No worker could be asked to follow; the daily reconcile will do it.")
