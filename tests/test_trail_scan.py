"""R11: no write in bulk goes round the trail; those that leave no entry stand here with their reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("goals", "stakeholders", "workspace")
WRITES = {
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "_raw_delete",
}
RECORDS = {"trail.record", "trail.record_all", "record", "record_change"}
"""What adds an entry in the same transaction."""
RECORDS_IN = {"stakeholders/organizations.py": "write", "stakeholders/people.py": "write"}
"""Files that give it a name of their own."""

WITHOUT_TRAIL = {
    "Chart": "drawn from published values, at any time again",
    "Commitment": "sums that are counted anew",
    "Declaration": "calculated from what has a trail",
    "DeclaredSum": "sums of what was calculated",
    "Publication": "a note between two processes, gone once it was followed",
    "MailSettings": "made empty when first asked for; what a person chooses there is the person's alone",
    "Result": "calculated; its history is kept in the table itself",
    "SentMail": "which mail went out, so that none goes twice",
    "Standing": "calculated from what has a trail",
    "Step": "history of what was calculated",
    "TrailEntry": "the trail itself",
    "TrailHead": "the trail itself",
}
"""Models nobody writes by hand."""

FILES = "from the text files of the code, which have a history; versions of targets are only added"
SAMPLE = "fictional, and removed with one command"
CALLER = "a part of a step that records it as a whole"
REASONS = {
    "goals/catalogue/__init__.py:load": FILES,
    "goals/catalogue/__init__.py:load_assumptions": FILES,
    "goals/catalogue/__init__.py:load_target": FILES,
    "goals/mailing/closings.py:tell": "a mail that its reader is not to get any more is no longer owed",
    "goals/lifecycle/evidence.py:drop": CALLER,
    "goals/lifecycle/updates.py:set_links": CALLER,
    "goals/passing.py:leave_out_what_is_not_public": "standings are calculated",
    "goals/samples.py:let_sign_in": SAMPLE,
    "goals/samples.py:load_organization": SAMPLE,
    "goals/samples.py:remove": SAMPLE,
    "goals/samples.py:remove_reports": SAMPLE,
    "stakeholders/inviting.py:claimed": CALLER,
    "stakeholders/inviting.py:take_in": CALLER,
    "stakeholders/merging.py:lead_on": CALLER,
    "stakeholders/people.py:end_belongings": CALLER,
    "stakeholders/people.py:end_tokens": CALLER,
    "stakeholders/people.py:forget": CALLER,
    "stakeholders/people.py:forget_traces": "takes names out of what was written down, and nothing else",
    "stakeholders/sending.py:claimed": "which mail is being sent",
    "stakeholders/tokens.py:note_use": "last use is no change of anybody's rights or words",
    "stakeholders/versions.py:save_if": "the way every step saves; the step records it",
    "workspace/models.py:add_one": "a count of failures without a person",
}
"""Functions, by file, whose writes in bulk leave no entry of their own."""


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.FunctionDef):
                        yield f"{path.relative_to(ROOT).as_posix()}:{node.name}", node


def calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def writes_in_bulk(function: ast.FunctionDef) -> bool:
    return any(is_bulk(call) for call in calls(function))


def is_bulk(call: ast.Call) -> bool:
    """A write by a queryset or a manager, or a deletion, of a model that has a trail."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    written = ast.unparse(call.func.value)
    return written.split(".")[0] not in WITHOUT_TRAIL and not is_plain_dictionary(call, written)


def is_plain_dictionary(call: ast.Call, written: str) -> bool:
    """`fields.update({…})`: a queryset's update takes names alone."""
    return call.func.attr == "update" and bool(call.args) and "objects" not in written


def records(function: ast.FunctionDef, file: str = "") -> bool:
    names = RECORDS | {RECORDS_IN.get(file, "")}
    return any(ast.unparse(call.func) in names for call in calls(function))


def unrecorded() -> set[str]:
    return {
        name
        for name, function in functions()
        if writes_in_bulk(function) and not records(function, name.partition(":")[0])
    }


def test_every_write_in_bulk_leaves_an_entry_or_has_its_reason():
    assert unrecorded() - set(REASONS) == set()


def test_no_reason_outlives_its_write():
    assert set(REASONS) - unrecorded() == set()


def test_the_scan_sees_a_write_that_goes_round_the_trail():
    bad = ast.parse("def change(rows):\n    SubGoal.objects.filter(pk__in=rows).update(state='published')\n")
    good = ast.parse("def change(rows):\n    rows.update(state='x')\n    trail.record(None, 'x')\n")

    assert writes_in_bulk(bad.body[0]) and not records(bad.body[0])
    assert writes_in_bulk(good.body[0]) and records(good.body[0])
