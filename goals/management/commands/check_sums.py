"""`manage.py check_sums`: counts every sum of the stakeholder side from scratch and reports any drift."""

from django.core.management.base import BaseCommand, CommandError

from goals import passing


class Command(BaseCommand):
    help = "Count the sums behind every number of organizations from scratch; fails when one has drifted."

    def handle(self, *args, **options) -> None:
        found = passing.audit()
        for drift in found:
            self.stdout.write(f"{drift.node} {drift.field}: stored {drift.stored}, counted {drift.counted}")
        if found:
            raise CommandError(f"{len(found)} numbers have drifted; `manage.py check_sums` names them.")
        self.stdout.write("Every stored sum is what a recount gives.")
