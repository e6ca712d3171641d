"""`manage.py remove_samples`: take every fictional organization out again."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from goals import rollup, samples


class Command(BaseCommand):
    help = "Remove the sample organizations with their sub-goals, updates and sign-ins."

    def handle(self, *args, **options) -> None:
        count = samples.remove()
        rollup.refresh(timezone.now().date(), cause="samples removed")
        self.stdout.write(f"{count} sample organizations removed.")
