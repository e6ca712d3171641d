"""Reading what strangers made, in a process that cannot take time, memory or secrets from ours (R28)."""

import time

import pytest

from indicators import limited
from indicators.limited import Failed, LimitReached, Limits
from tests.indicators import misbehaving

QUICK = Limits(seconds=2, memory=256, answer=1)


def call(function, body: bytes = b"", limits: Limits = QUICK, **arguments):
    return limited.call(function, body, limits, **arguments)


def test_bytes_and_plain_values_go_in_and_plain_values_come_out():
    assert call(misbehaving.echo, b"\x00\xff\n\n", word="é") == {"body": [0, 255, 10, 10], "word": "é"}


def test_a_function_that_sleeps_is_ended():
    started = time.monotonic()

    with pytest.raises(LimitReached, match="longer than 2 s"):
        call(misbehaving.sleep)

    assert time.monotonic() - started < 5


def test_a_function_that_computes_for_ever_is_ended():
    with pytest.raises(LimitReached, match="longer than 2 s"):
        call(misbehaving.compute)


def test_a_function_that_takes_all_memory_is_ended():
    with pytest.raises(LimitReached, match="more than 256 MB of memory"):
        call(misbehaving.fill_memory, limits=Limits(seconds=20, memory=256))


def test_an_endless_answer_is_refused():
    with pytest.raises(LimitReached, match="more than 1 MB of text"):
        call(misbehaving.talk, limits=Limits(seconds=20, memory=256, answer=1))


@pytest.mark.parametrize("function", [misbehaving.fail, misbehaving.die])
def test_what_breaks_there_breaks_nothing_here(function, caplog):
    with pytest.raises(Failed):
        call(function)

    assert function.__name__ in caplog.text


def test_it_writes_no_file_and_knows_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", "secret-of-the-source")

    found = call(misbehaving.look_around, path=str(tmp_path / "left-behind"))

    assert "secret-of-the-source" not in str(found)
    assert found["written"] is False
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0
