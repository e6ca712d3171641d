"""R1 and R29 at the door: a misbehaving source is cut off, and only listed hosts are reached."""

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from indicators.sources import Answer, Request, SourceChanged, SourceUnavailable
from indicators.sources.connections import Forbidden, GuardedBackend, is_public
from indicators.sources.http import Door, Limits, fetch, retry_after

FAST = Limits(connect_seconds=0.5, silence_seconds=0.5, total_seconds=1, size=1024 * 1024)
ASKED = Request("series", params=(("id", "MANEMP"),))
SECRET = Request("series", params=(("id", "MANEMP"), ("api_key", "not-to-be-shown")))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def door(server) -> Door:
    return Door(server.url, FAST)


def test_an_answer_arrives_whole_with_its_status_and_headers(server, door):
    server.gives(b'{"a": 1}', status="400 Bad Request", ETag='"v1"')

    answer = fetch(door, ASKED)

    assert (answer.status, answer.body, answer.headers["etag"]) == (400, b'{"a": 1}', '"v1"')
    assert answer.address == f"{server.url}/series?id=MANEMP"


def test_a_packed_answer_is_unpacked(server, door):
    packed = gzip.compress(b"[1, 2]")
    server.gives(packed, Content_Encoding="gzip")

    assert fetch(door, ASKED).body == b"[1, 2]"


def test_the_key_goes_out_but_is_shown_nowhere(server, door):
    server.gives(b"[]")

    answer = fetch(door, ASKED, secret=SECRET)

    assert b"api_key=not-to-be-shown" in server.requests[0]
    assert "not-to-be-shown" not in repr(answer)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        HEAD + b"Content-Length: 100\r\n\r\n[1, 2",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n",
        b"not http at all\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + gzip.compress(b"[1, 2]")[:12],
    ],
)
def test_a_cut_or_broken_answer_is_worth_another_try(server, door, sent):
    server.sends(sent)

    with pytest.raises(SourceUnavailable):
        fetch(door, ASKED, secret=SECRET)


@pytest.mark.parametrize("pause", [0.04, 0.01], ids=["in the headers", "in the body"])
def test_one_byte_at_a_time_ends_with_the_deadline(server, door, pause):
    server.drips(HEAD + b"Content-Length: 400\r\n\r\n" + b"1" * 400, pause)

    with pytest.raises(SourceUnavailable, match="did not answer fully within 1 s"):
        fetch(door, ASKED)


def test_silence_ends_before_the_deadline(server, door):
    server.script = lambda connection, number: __import__("time").sleep(3)

    with pytest.raises(SourceUnavailable):
        fetch(door, ASKED)


def test_nobody_there_is_worth_another_try(server, door):
    server.close()

    with pytest.raises(SourceUnavailable, match="connection to the source failed"):
        fetch(door, ASKED)


def chunked(piece: bytes, times: int) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"%x\r\n%s\r\n" % (len(piece), piece)) * times


@pytest.mark.parametrize("way", ["announced", "chunked", "gzip"])
def test_an_answer_over_the_limit_is_cut_off_without_taking_the_memory(server, door, way):
    bomb = gzip.compress(b"0" * 200 * 1024 * 1024, 9)
    server.sends(
        {
            "announced": HEAD + b"Content-Length: 99999999\r\n\r\n",
            "chunked": chunked(b"0" * 65536, 40),
            "gzip": HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(bomb), bomb),
        }[way]
    )
    tracemalloc.start()

    with pytest.raises(SourceChanged, match="larger than 1 MB"):
        fetch(door, ASKED)

    assert tracemalloc.get_traced_memory()[1] < 100 * 1024 * 1024
    tracemalloc.stop()


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:1/elsewhere", "http://example.org/", "file:///etc/passwd", "//169.254.169.254/", ""],
)
def test_a_redirect_to_anywhere_else_is_refused_unasked(server, door, location):
    server.gives(b"", status="302 Found", Location=location)

    with pytest.raises(SourceChanged, match="which is not allowed"):
        fetch(door, ASKED, secret=SECRET)

    assert len(server.requests) == 1


def test_a_redirect_on_the_same_host_is_followed_a_few_times_only(server, door):
    server.gives(b"", status="302 Found", Location="/again")

    with pytest.raises(SourceChanged, match="redirects more than 3 times"):
        fetch(door, ASKED)

    assert len(server.requests) == 4


def test_a_source_whose_redirects_mean_something_is_not_followed(server):
    server.gives(b"", status="302 Found", Location="/missing_key.html")

    answer = fetch(Door(server.url, FAST, follows_redirects=False), ASKED)

    assert (answer.status, answer.headers["location"]) == (302, "/missing_key.html")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "::",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_outside_are_public(address):
    assert is_public(address)


def test_a_name_that_leads_inside_is_refused_unless_the_operator_named_it():
    with pytest.raises(Forbidden):
        GuardedBackend(deadline=1e18).addresses("localhost", 80)

    assert GuardedBackend(1e18, trusted=[("localhost", 80)]).addresses("localhost", 80)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 22 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("0", None),
        ("-5", None),
        ("90000", None),  # over a day: our own pauses
        ("Sat, 21 Nov 2026 12:00:00 GMT", None),
        ("soon", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_retry_after_is_kept_when_it_makes_sense(text, wait):
    answer = Answer(b"", "", status=429, headers={"retry-after": text})

    assert retry_after(answer, NOW) == wait
