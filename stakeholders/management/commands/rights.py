"""`manage.py rights`: the table of rights as docs/rights.md shows it."""

from django.core.management.base import BaseCommand

from stakeholders.rights_document import document


class Command(BaseCommand):
    help = "Write the table of rights."

    def handle(self, *args, **options) -> None:
        self.stdout.write(document(), ending="")
