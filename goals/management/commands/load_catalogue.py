"""`manage.py load_catalogue`: goals, indicators, targets, documents and series from the packaged files."""

from django.core.management.base import BaseCommand
from django.db import transaction

import goals.catalogue
import indicators.catalogue
from goals.models import Target
from indicators.models import Indicator, Series


class Command(BaseCommand):
    help = "Load goals, indicators, targets, documents and series from the packaged files; safe to repeat."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        indicators.catalogue.load()
        goals.catalogue.load()
        self.stdout.write(
            f"{Indicator.objects.count()} indicators, {Target.objects.count()} targets, "
            f"{Series.objects.count()} series."
        )
