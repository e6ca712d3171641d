import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

CASES = Path(__file__).parent / "method" / "cases"
TIME = {"id": "t1", "op": "time", "input": {"period": "2024"}, "expected": {"t": 2024}}


@pytest.fixture
def judge(tmp_path):
    """Runs the command on a text or a structure; gives the lines and the exit status."""

    def run(content):
        file = tmp_path / "cases.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        out, status = StringIO(), 0
        try:
            call_command("judge", file, stdout=out)
        except SystemExit as stop:
            status = stop.code
        return out.getvalue().splitlines(), status

    return run


@pytest.mark.parametrize("name", ["examples.json", "worked.json"])
def test_the_published_cases_pass(name):
    out = StringIO()
    call_command("judge", CASES / name, stdout=out)
    assert out.getvalue().endswith("as expected, 0 not\n")


def test_every_difference_is_printed_and_the_exit_status_is_one(judge):
    wrong = TIME | {"id": "t2", "expected": {"t": 2025, "end": "2024-12-31", "century": 21}}
    assert judge({"cases": [TIME, wrong]}) == (
        [
            "t2 t: expected 2025, got 2024",
            "t2 century: expected 21, got nothing of that name",
            "2 cases: 1 as expected, 1 not",
        ],
        1,
    )


def test_a_case_that_cannot_be_run_says_why_and_the_next_one_runs(judge):
    lines, status = judge([{"id": "x", "op": "guess", "input": {}, "expected": {}}, "nonsense", TIME])
    assert lines[0].startswith("x cannot be run: “guess” is no operation: one of time, path, target")
    assert lines[1] == "2 cannot be run: it lacks “expected”."
    assert lines[2] == "3 cases: 1 as expected, 2 not"
    assert status == 1


def test_a_tolerance_may_be_stated_for_the_case_or_the_file(judge):
    close = TIME | {"expected": {"t": 2024.5}}
    assert judge({"cases": [close | {"tolerance": 0.001}]})[1] == 0
    assert judge({"tolerance": 0.001, "cases": [close]})[1] == 0
    assert judge({"cases": [close]})[1] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no JSON"),
        ('{"cases": [NaN]}', "is no JSON: NaN"),
        ("{}", "holds no cases"),
        ("[]", "holds no cases"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(judge, content, sentence):
    with pytest.raises(CommandError, match=sentence):
        judge(content)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("judge", tmp_path / "nothing.json")
