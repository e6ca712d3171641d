"""`manage.py restore FILE`: a backup into an empty place, checked before and compared after."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from northamerica import backup


class Command(BaseCommand):
    help = "Restore a backup into an empty database and an empty data folder; anything else is refused."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            manifest = backup.put_back(file)
        except backup.Refused as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        tables = len(manifest["tables"])
        self.stdout.write(
            f"Restored as of {manifest['made_at']}: each of {tables} tables is what the backup says. "
            "Everybody signs in again."
        )
