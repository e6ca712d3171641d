"""`manage.py check_trail`: is every chain of the trail whole and unaltered?

All but the shown name, which the database itself lets become “A former member” alone.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from stakeholders import trail
from stakeholders.models import TrailEntry


class Command(BaseCommand):
    help = (
        "Walk the chains of the trail and name every gap, alteration and missing end. The shown name is in "
        "no hash: a person may be forgotten, and the database refuses any other change of it."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("chains", nargs="*", help="codes of organizations, or “project”; all if none")

    def handle(self, *args, **options) -> None:
        chains = options["chains"] or trail.chains()
        with transaction.atomic():  # one moment for all chains where the database can give it
            found = [fault for chain in chains for fault in trail.faults_of(chain)]
        if found:
            raise CommandError("\n".join(found))
        count = TrailEntry.objects.filter(chain__in=chains).count()
        self.stdout.write(f"{count} entries in {len(chains)} chains are whole.")
