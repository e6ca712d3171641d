"""R8: an upload that finds no room on the disk is answered 507, and nothing is saved."""

import errno
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from goals.api.reading import GoalViewSet

SENTENCE = "The file could not be stored; nothing was saved."


@pytest.fixture
def full_disk(monkeypatch):
    """No upload can be written, as Django does for those too large for the memory."""

    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", full)


@pytest.mark.parametrize("is_checked", [False, True], ids=["by the view", "by the check"])
def test_an_upload_without_room_is_answered_507_in_words(admin_client, full_disk, is_checked):
    """With the check for forgery the form is read before any view."""
    client = Client(enforce_csrf_checks=is_checked, raise_request_exception=False)
    client.cookies = admin_client.cookies
    client.cookies["csrftoken"] = "a" * 32
    large = SimpleUploadedFile("values.csv", b"0" * 3_000_000)

    response = client.post("/admin/indicators/source/add/", {"file": large, "name": "New"})

    assert response.status_code == 507
    assert SENTENCE in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_the_api_says_it_as_a_problem(client, db, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(GoalViewSet, "list", full)

    response = client.get("/api/v1/goals/")

    body = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (507, "application/problem+json")
    assert (body["code"], body["detail"]) == ("disk_full", SENTENCE)


def test_any_other_fault_stays_a_plain_500(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("public.middleware.key_of", lambda request: 1 / 0)

    response = client.get("/en/")

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
