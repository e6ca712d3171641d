"""R8, R1: what stops us and not the source is tried again and counts against nobody."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from indicators.models import Feed, Payload, Run, Source
from tests.faults.agency import changed
from tests.faults.conftest import Agency, fingerprint

pytestmark = pytest.mark.django_db


def waits_for_us(agency: Agency, sentence: str) -> Run:
    """The run comes back later, and no try, failure or breaker of the feed has moved."""
    breaker = timezone.now() - timedelta(minutes=1)
    Feed.objects.filter(pk=agency.feed.pk).update(failures=4, breaker_until=breaker)
    before = fingerprint()

    run = agency.run()

    assert run.verdict == "retrying"
    assert run.reason == f"{sentence} Next try at {agency.feed.next_due_at:%Y-%m-%d %H:%M} UTC."
    assert agency.feed.next_due_at > run.ended_at
    assert (agency.feed.failures, agency.feed.breaker_until) == (4, breaker)
    assert agency.feed.claim is None
    assert fingerprint() == before
    return run


def test_waiting_for_our_own_rate_is_no_failure_of_the_source(agency):
    """R7: at most the agency's published rate, and no breaker opens because we asked others of it first."""
    booked = timezone.now() + timedelta(minutes=7)
    Source.objects.filter(pk=agency.feed.source_id).update(next_request_at=booked)
    asked = len(agency.server.requests)

    waits_for_us(agency, "We have asked this source as often as it allows; nothing was asked.")

    assert len(agency.server.requests) == asked
    assert abs(agency.feed.next_due_at - booked) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The answer could not be stored: the disk is full; nothing was saved."),
        (errno.EDQUOT, "The answer could not be stored: the disk is full; nothing was saved."),
        (errno.EIO, "The answer could not be stored (Input/output error); nothing was saved."),
    ],
)
def test_a_full_disk_leaves_no_half_file_and_no_row_without_its_file(
    agency, settings, monkeypatch, number, sentence
):
    """R8"""

    def full(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    agency.gives(changed("2025", "62.0"))
    rows, files = Payload.objects.count(), kept_files(settings.PAYLOAD_DIR)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        run = waits_for_us(agency, sentence)

    assert (Payload.objects.count(), kept_files(settings.PAYLOAD_DIR)) == (rows, files)
    assert (run.payload, run.payloads.count()) == (None, 0)
    assert agency.run().verdict == "published"


def kept_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
