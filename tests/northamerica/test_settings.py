"""The site refuses to start unsafe, in one sentence and with exit code 1 (R33)."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[2]
SITE = {"ALLOWED_HOSTS": "monitor.example.org", "SECRET_KEY": secrets.token_urlsafe(60)}
VARIABLES = re.compile(r"\benv\.\w+\(\s*\"([A-Z_]+)\"")


def check(tmp_path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """`manage.py check` as a stranger would start it, with these variables alone."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables}
    command = [sys.executable, str(ROOT / "manage.py"), "check", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("unsafe", "sentence"),
    [
        ({"DEBUG": "on"}, "DEBUG may be on only"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or too short"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or too short"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is missing or too short"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"ALLOWED_HOSTS": "monitor.example.org,*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN is too short"),
        ({"PAYLOAD_RETENTION": "-1"}, "PAYLOAD_RETENTION must be 0 to 36500 days"),
        ({"REFRESH_MOST_ROWS": "0"}, "REFRESH_MOST_ROWS, REFRESH_MOST_PAGES and REFRESH_MOST_MEGABYTES must"),
    ],
)
def test_an_unsafe_start_ends_with_one_sentence(tmp_path, unsafe, sentence):
    ended = check(tmp_path, **SITE | unsafe)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot start: {sentence}")
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_site_for_others_passes_the_check_for_deployment(tmp_path):
    ended = check(tmp_path, "--deploy", "--fail-level", "INFO", **SITE)

    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


def test_this_machine_alone_needs_no_variable(tmp_path):
    assert check(tmp_path).returncode == 0


def test_the_example_lists_every_variable_the_settings_read():
    read = set(VARIABLES.findall((ROOT / "northamerica" / "settings.py").read_text()))
    read |= {*settings.KEY_VARIABLES, "SOURCE_WORLDBANK_URL"}  # one stands for the addresses of all sources
    lines = (ROOT / ".env.example").read_text().partition("# Read by docker-compose.yml alone")[0]

    assert set(re.findall(r"^#?([A-Z_]+)=", lines, re.MULTILINE)) == read
