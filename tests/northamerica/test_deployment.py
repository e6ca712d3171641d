"""The files that set up production say what the code expects."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from celery import current_app
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_compose_names_every_process(services):
    assert set(services) == {"migrate", "web", "worker", "beat", "database", "redis"}


def test_web_worker_and_beat_wait_for_the_migrations(services):
    for name in ("web", "worker", "beat"):
        waits_for = services[name]["depends_on"]
        assert waits_for["migrate"]["condition"] == "service_completed_successfully"
        assert waits_for["database"]["condition"] == waits_for["redis"]["condition"] == "service_healthy"


def test_every_process_has_thirty_seconds_to_end_and_shares_the_data(services):
    for name in ("web", "worker", "beat", "migrate"):
        assert services[name]["stop_grace_period"] == "30s"
        assert services[name]["volumes"] == ["data:/data"]


def test_no_port_is_open_to_other_machines(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]

    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_compose_refuses_to_start_without_its_secrets(services):
    environment = services["web"]["environment"]

    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert environment["ALLOWED_HOSTS"].startswith("${ALLOWED_HOSTS:?")


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.txt" in lines
    assert re.search(r"^USER monitor$", lines, re.MULTILINE)
    assert lines.index("USER monitor") < lines.index("CMD")


def test_the_image_never_holds_data_or_secrets_of_this_folder():
    ignored = set((ROOT / ".dockerignore").read_text().split())

    assert {".env", ".git", ".venv", "var"} <= ignored


def test_the_licence_is_the_one_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()


def test_the_image_holds_every_room_and_neither_tests_nor_benchmarks():
    ignored = set((ROOT / ".dockerignore").read_text().split())
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}

    assert rooms == {"stakeholders", "indicators", "goals", "public", "workspace", "northamerica"}
    assert not rooms & ignored
    assert {"tests", "benchmarks"} <= ignored
    assert "COPY . ." in (ROOT / "Dockerfile").read_text()


def test_every_task_of_the_schedule_is_one_that_workers_know():
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(current_app.tasks)
    assert {"indicators.tasks.tick", "goals.tasks.reconcile", "goals.tasks.send_reminders"} <= scheduled


def test_every_command_the_documentation_names_exists():
    """README and docs say `manage.py NAME`; none of them has gone."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {name for page in pages for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text())}

    assert {"backup", "restore", "check_sums", "check_trail", "demo"} <= named
    assert named <= set(get_commands())


def test_every_path_the_map_of_the_house_names_exists():
    plan = re.search(r"## The house\n```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert plan
    named = re.findall(r"^((?:[a-z]+/ ?)+)", plan[1], re.MULTILINE)

    assert all((ROOT / name).is_dir() for names in named for name in names.split())
    assert {"workspace/", "benchmarks/", "goals/"} <= {name for names in named for name in names.split()}
