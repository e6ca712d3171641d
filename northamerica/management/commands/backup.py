"""`manage.py backup FILE`: database, uploaded files and kept answers in one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from northamerica import backup


class Command(BaseCommand):
    help = "Write the whole monitor into one new file: database, uploaded files, kept answers; no keys."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options) -> None:
        try:
            manifest = backup.make(file)
        except backup.Refused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{file} could not be written ({error.strerror}); no file was left."
            ) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"{file}: {rows} rows and {len(manifest['files'])} files, as of {manifest['made_at']}."
        )
