"""R14: one command makes the backup, another restores it to an empty place, and both say the same."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from indicators.models import Observation
from northamerica import backup
from northamerica.backup import archive, fingerprint
from stakeholders import trail
from stakeholders.models import User
from tests.loading import load_monitor

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db


class Place:
    """Somewhere else with a database of its own, worked on by real commands."""

    def __init__(self, folder: Path, database_url: str, connect: Callable) -> None:
        self.folder, self.database_url, self.connect = folder, database_url, connect

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        surroundings = {**os.environ, "DATA_DIR": str(self.folder), "DATABASE_URL": self.database_url}
        surroundings.pop("DJANGO_SETTINGS_MODULE", None)
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=surroundings,
            capture_output=True,
            text=True,
        )

    def restore(self, file: Path) -> subprocess.CompletedProcess[str]:
        return self.run("restore", str(file))

    def asked(self, statement: str) -> list[tuple]:
        with closing(self.connect()) as database:
            return database.execute(statement).fetchall()

    def is_empty(self) -> bool:
        tables = "SELECT name FROM sqlite_master"
        if connection.vendor == "postgresql":
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        files = [path for name in backup.FOLDERS for path in (self.folder / name).rglob("*")]
        return not self.asked(tables) and not files


@pytest.fixture
def place(original, tmp_path) -> Iterator[Place]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if connection.vendor == "sqlite":
        path = folder / "monitor.sqlite3"
        yield Place(folder, f"sqlite:///{path}", lambda: sqlite3.connect(path))
        return
    given = connection.settings_dict
    name = f"{given['NAME']}_restored"
    server = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as database:
        database.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        database.execute(f'CREATE DATABASE "{name}"')
        yield Place(folder, f"{server}/{name}", lambda: psycopg.connect(f"{server}/{name}"))
        database.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True)
class Original:
    """What was backed up: the file, and what the database and the uploaded file said then."""

    file: Path
    tables: fingerprint.Tables
    highest: int
    evidence: bytes = b"%PDF-1.7 \x00\xff %%EOF"


@pytest.fixture(scope="module")
def original(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Original]:
    """The demo's data, a trail, an uploaded file, a kept answer of a source and somebody signed in."""
    file = tmp_path_factory.mktemp("backup") / "monitor.tar.gz"
    evidence = Path(settings.MEDIA_ROOT) / "evidence" / "ab" / "ab12"
    with django_db_blocker.unblock():
        load_monitor()
        fill(evidence)
        call_command("backup", str(file), verbosity=0)
        highest = Observation.objects.order_by("pk").values_list("pk", flat=True).last()
        yield Original(file, fingerprint.of_tables(), highest)
        evidence.unlink()
        call_command("flush", verbosity=0, interactive=False)
        load_monitor()


def fill(evidence: Path) -> None:
    person = User.objects.create_user("steward@example.org", last_name="Nuñez-O'Brien")
    Client().force_login(person)
    with transaction.atomic():
        for number in range(3):
            before, after = {"number": number}, {"number": number + 1}
            trail.record(person, "change", "organization:1", chain="project", before=before, after=after)
    evidence.parent.mkdir(parents=True, exist_ok=True)
    evidence.write_bytes(Original.evidence)


@pytest.fixture
def made(original, tmp_path) -> Path:
    """A copy of the backup to spoil."""
    return Path(shutil.copy(original.file, tmp_path / "monitor.tar.gz"))


def inside(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def packed(file: Path, members: dict[str, bytes], folder: Path) -> Path:
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members.items():
            (folder / "member").write_bytes(content)
            tar.add(folder / "member", arcname=name)
    return file


# --- There and back -----------------------------------------------------------------------------
def test_a_restored_backup_says_what_the_original_says(original, made, place, tmp_path):
    """R14, R6: every row of every table, digit for digit, and every file."""
    restored = place.restore(made)

    assert restored.returncode == 0, restored.stderr
    again = tmp_path / "again.tar.gz"
    assert place.run("backup", str(again)).returncode == 0
    first, second = (json.loads(inside(file)["manifest.json"]) for file in (made, again))
    assert first["tables"] == second["tables"] == original.tables
    assert first["sequences"] == second["sequences"]
    files = {name: sum for name, sum in first["files"].items() if not name.startswith("database/")}
    assert files.items() <= second["files"].items()
    assert (place.folder / "files" / "evidence" / "ab" / "ab12").read_bytes() == original.evidence
    assert list((place.folder / "payloads").rglob("*.gz"))


def test_after_a_restore_trail_and_sums_are_whole_and_history_is_refused_to_change(made, place):
    """R14, R4, R11"""
    assert place.restore(made).returncode == 0

    # Three of changes, and one of the administrator that the samples bring.
    assert "4 entries in 1 chains are whole" in place.run("check_trail").stdout
    assert place.run("check_sums").returncode == 0
    assert place.run("migrate", "--check").returncode == 0
    for statement in (
        "UPDATE indicators_observation SET value = value",
        "DELETE FROM indicators_observation",
        "DELETE FROM goals_targetversion",
        "UPDATE stakeholders_trailentry SET reason = reason",
        "DELETE FROM stakeholders_trailentry",
    ):
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="is append-only"):
            place.asked(statement)


def test_life_goes_on_after_a_restore_with_numbers_nobody_had_before(original, made, place):
    """Sequences count on: what is new takes no number that was given before."""
    assert place.restore(made).returncode == 0

    loaded = place.run("shell", "-v", "0", "-c", NEW_OBSERVATION)

    assert loaded.returncode == 0, loaded.stderr
    assert int(loaded.stdout.strip().splitlines()[-1]) > original.highest


NEW_OBSERVATION = """
from datetime import timedelta
from indicators.models import Observation
last = Observation.objects.current().latest("pk")
Observation.objects.filter(pk=last.pk).update(is_current=False)
last.pk, last.vintage, last._state.adding = None, last.vintage + timedelta(days=1), True
last.save(force_insert=True)
print(last.pk)
"""


def test_who_was_signed_in_is_not_signed_in_after_a_restore(made, place):
    """R18: a session that ended since the backup does not come back with it."""
    assert place.restore(made).returncode == 0

    assert place.asked("SELECT count(*) FROM django_session") == [(0,)]
    assert place.asked("SELECT count(*) FROM stakeholders_user WHERE email = 'steward@example.org'") == [(1,)]


def test_no_key_is_inside(made):
    """R33: neither the kept key of this installation nor anything else of the data folder."""
    members = inside(made)

    assert {name.partition("/")[0] for name in members} == {"database", "payloads", "files", "manifest.json"}
    assert not any(settings.SECRET_KEY.encode() in content for content in members.values())
    assert made.stat().st_mode & 0o077 == 0


# --- Refused ------------------------------------------------------------------------------------
def test_an_altered_file_in_the_backup_is_refused_and_nothing_is_restored(made, place, tmp_path):
    members = inside(made)
    name = next(name for name in members if name.startswith("files/"))
    altered = packed(tmp_path / "altered.tar.gz", {**members, name: b"%PDF-1.7 another"}, tmp_path)

    restored = place.restore(altered)

    assert restored.returncode == 1
    assert f"The backup was altered: {name} is not what it was. Nothing was restored." in restored.stderr
    assert place.is_empty()


def test_an_altered_row_is_refused_even_when_its_checksum_was_altered_too(made, place, tmp_path):
    """The rows are compared after they were read, before they are kept."""
    members = inside(made)
    manifest = json.loads(members["manifest.json"])
    manifest["tables"]["indicators_observation"]["sum"] = "0" * 64
    members["manifest.json"] = json.dumps(manifest).encode()

    restored = place.restore(packed(tmp_path / "altered.tar.gz", members, tmp_path))

    assert restored.returncode == 1
    assert "Not what the backup says: indicators_observation. Nothing was restored." in restored.stderr
    assert place.is_empty()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body[: len(body) // 2], id="cut"),
        pytest.param(lambda body: b"", id="empty"),
        pytest.param(lambda body: b"no backup at all", id="something else"),
        pytest.param(lambda body: gzip.compress(b"\0" * 2048), id="an empty archive"),
        pytest.param(lambda body: body[:3000] + b"\0\xff\0\xff" + body[3004:], id="four bytes"),
    ],
)
def test_a_damaged_backup_is_refused_in_words(made, tmp_path, change):
    made.write_bytes(change(made.read_bytes()))

    with pytest.raises(backup.Refused, match="Nothing was restored"):
        archive.read(made, tmp_path / "unpacked")


def test_a_backup_with_something_more_inside_is_refused(made, tmp_path):
    more = packed(tmp_path / "more.tar.gz", {**inside(made), "files/more": b"more"}, tmp_path)

    with pytest.raises(backup.Refused, match="files/more is not what it was"):
        archive.read(more, tmp_path / "unpacked")


def test_a_path_that_leads_out_is_refused(made, tmp_path):
    out = packed(tmp_path / "out.tar.gz", {**inside(made), "../outside": b"more"}, tmp_path)

    with pytest.raises(backup.Refused, match="Nothing was restored"):
        archive.read(out, tmp_path / "unpacked")
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_another_release_names_it(made, place, tmp_path):
    members = inside(made)
    manifest = json.loads(members["manifest.json"]) | {"version": "9.9", "migrations": [["goals", "0999_x"]]}
    members["manifest.json"] = json.dumps(manifest).encode()

    restored = place.restore(packed(tmp_path / "other.tar.gz", members, tmp_path))

    assert "made by another release (9.9, here 0.1.0)" in restored.stderr
    assert place.is_empty()


def test_a_filled_place_is_left_as_it_is(original, made):
    """Here, where everything still stands."""
    with pytest.raises(CommandError, match="The database has tables already; restore into an empty one"):
        call_command("restore", str(made))

    assert fingerprint.of_tables() == original.tables


def test_files_that_stand_there_already_are_not_overwritten(made, place):
    (place.folder / "files").mkdir()
    (place.folder / "files" / "mine").write_text("mine")

    restored = place.restore(made)

    assert "holds files already; restore into an empty place." in restored.stderr
    assert (place.folder / "files" / "mine").read_text() == "mine"


# --- Making -------------------------------------------------------------------------------------
def test_a_backup_never_replaces_a_file(made):
    before = made.read_bytes()

    with pytest.raises(CommandError, match="exists already; name a new file"):
        call_command("backup", str(made))

    assert made.read_bytes() == before


@pytest.mark.django_db(transaction=True)
def test_a_failing_backup_leaves_no_half_file(loaded, tmp_path, monkeypatch):
    """R8: a full disk, met while the files are written."""

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)

    with pytest.raises(CommandError, match=r"No space left on device.*no file was left"):
        call_command("backup", str(tmp_path / "monitor.tar.gz"))

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(original, tmp_path):
    with pytest.raises(CommandError, match="could not be written"):
        call_command("backup", str(tmp_path / "nowhere" / "monitor.tar.gz"))
