"""What the steps refuse, as the API says it (R36)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from goals.lifecycle.evidence import FileRefused, NoRoom
from goals.lifecycle.steps import StepNotAllowed
from indicators.sources.upload_files import TooLarge
from northamerica.api.problems import problem_of
from stakeholders.versions import Stale


@pytest.mark.parametrize(
    ("error", "status", "code", "field"),
    [
        (Stale(None), 412, "stale", None),
        (StepNotAllowed("Its state is “Published”."), 409, "step_not_allowed", None),
        (ValidationError({"value": ["The value is still needed."]}), 400, "invalid", "value"),
        (ValidationError("Nothing differs."), 400, "invalid", None),
        (FileRefused("A file has at most 10 MB.", 413), 413, "invalid", "file"),
        (TooLarge("The file is larger than 10 MB."), 413, "file_refused", "file"),
        (PermissionDenied("You wrote this yourself."), 403, "permission_denied", None),
        (NoRoom(28, "The file could not be stored; nothing was saved."), 507, "disk_full", None),
    ],
)
def test_a_refusal_has_its_status_code_and_field(error, status, code, field):
    found = problem_of(error)

    assert (found.status, found.code, found.field) == (status, code, field)
    assert found.detail
