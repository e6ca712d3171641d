"""`manage.py load_samples`: fictional organizations for a demonstration on one's own machine."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from goals import samples


class Command(BaseCommand):
    help = "Load the fictional sample organizations; refused on a site that answers other machines."

    def handle(self, *args, **options) -> None:
        try:
            added = samples.load(timezone.now().date())
        except samples.SamplesRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{added} sample sub-goals added.")
