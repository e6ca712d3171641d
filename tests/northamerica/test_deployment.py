"""The files that set up production say what the code expects."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

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
