"""R1: a failed, malformed or doubtful answer never changes a published value.

Each line of the promise's table goes all the way: a real server, the whole refresh, every published value
and its history before and after; then a good answer, which is published without any clearing up.
"""

import gzip
import re
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest
from django.utils import timezone

from indicators import asking, refresh
from indicators.models import Feed, HeldBatch, Observation, Run
from indicators.sources import http, worldbank
from tests.faults.agency import CODE, KNOWN, answer, changed, each, entry, make_feed, text, with_entry
from tests.faults.conftest import Agency, FaultyServer, fingerprint

pytestmark = pytest.mark.django_db

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CLOSED, UNKNOWN = "http://127.0.0.1:9/", "http://agency.invalid/"
PAGE = "<!DOCTYPE html><html><title>Sign in</title>Please <b>wait</b></html>"
REFUSAL = b'[{"message":[{"id":"120","key":"Invalid value","value":"Not valid"}]}]'

Fault = Callable[[Agency], None]


def refused(agency: Agency, fault: Fault, verdict: str, reason: str) -> Run:
    """The fault has this verdict and reason and changes nothing; what comes after it is published."""
    before = fingerprint()
    fault(agency)
    run = agency.run()

    assert (run.verdict, fingerprint()) == (verdict, before), run.reason
    assert re.search(reason, run.reason), run.reason
    run.refresh_from_db()
    assert run.ended_at
    assert HeldBatch.objects.filter(run=run).exists() == (verdict == "held")
    agency.address = agency.server.url
    agency.gives(changed("2025", "62.0"))
    assert (agency.run().verdict, agency.feed.failures) == ("published", 0)
    assert len(fingerprint()) == len(before) + 1
    return run


def gives(body: bytes | str, status: str = "200 OK", **headers: str) -> Fault:
    return lambda agency: agency.gives(body, status, **headers)


def sends(part: bytes) -> Fault:
    return lambda agency: agency.server.sends(part)


def drips(whole: bytes, pause: float) -> Fault:
    return lambda agency: agency.server.drips(whole, pause)


def at(address: str) -> Fault:
    return lambda agency: setattr(agency, "address", address)


def reset(agency: Agency) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    agency.server.script = script


def silence(agency: Agency) -> None:
    agency.server.script = lambda connection, number: time.sleep(0.8)


def line(name: str, fault: Fault, reason: str):
    return pytest.param(fault, reason, id=name)


# --- Worth another try ----------------------------------------------------------------------------
OUT_OF_TIME = r"^The source did not answer fully within 0 s \(try 1 of 5\)\. Next try at "
CUT = r"^The connection to the source failed or was cut \(try 1 of 5\)\. Next try at \d{4}-\d\d-\d\d "
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(answer()) + answer()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        line("no connection", at(CLOSED), CUT),
        line("name not found", at(UNKNOWN), CUT),
        line("reset", reset, CUT),
        line("nothing at all", sends(b""), CUT),
        line("silence", silence, OUT_OF_TIME),
        line("slow headers", drips(WHOLE, 0.02), OUT_OF_TIME),
        line("one byte at a time", drips(WHOLE, 0.003), OUT_OF_TIME),
        line("cut in the headers", sends(HEAD), CUT),
        line("cut in the body", sends(WHOLE[:-100]), CUT),
        line("cut between chunks", sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n"), CUT),
        line("cut gzip", gives(gzip.compress(answer())[:-20], Content_Encoding="gzip"),
             "packed answer was cut"),
        line("500", gives("{}", "500 Internal Server Error"), r"can not answer right now \(500\)"),
        line("502", gives(PAGE, "502 Bad Gateway"), r"\(502\)"),
        line("503", gives("", "503 Service Unavailable"), r"\(503\)"),
        line("504", gives("", "504 Gateway Timeout"), r"\(504\)"),
        line("429", gives("", "429 Too Many Requests"), r"asks us to ask less often \(429\)"),
        line("a web page for an error", gives(PAGE, "400 Bad Request"), r"error page \(400\)"),
        line("a web page", gives(PAGE),
             "is a web page, not data. It begins: <!DOCTYPE html>.*Please <b>wait"),
        line("a long web page", gives("<html>" + "x" * 9000), r"<html>x{494} \(try"),
        line("nothing in it", gives(""), "is empty"),
        line("only blanks", gives(" \r\n\t"), "is empty"),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_again(agency, fault, reason):
    run = refused(agency, fault, "retrying", reason)

    assert "(try 1 of 5). Next try at" in run.reason


def test_the_fifth_try_is_the_last_and_the_pauses_grow(agency):
    before, pauses = fingerprint(), []
    agency.gives("", "502 Bad Gateway")

    for number in range(1, 5):
        run = agency.run()
        assert (run.verdict, f"(try {number} of 5)" in run.reason) == ("retrying", True)
        pauses.append((agency.feed.next_due_at - run.ended_at).total_seconds() / 60)
    last = agency.run()

    assert (last.verdict, last.reason) == (
        "failed", "The World Bank can not answer right now (502) (try 5 of 5)."
    )  # fmt: skip
    for pause, least in zip(pauses, (5, 10, 20, 40), strict=True):
        assert least - 0.1 < pause < least * 1.25 + 0.1
    assert agency.feed.breaker_until == agency.feed.next_due_at > timezone.now() + timedelta(minutes=59)
    assert fingerprint() == before
    agency.gives(changed("2025", "62.0"))
    assert agency.run().verdict == "published"
    assert (agency.feed.failures, agency.feed.breaker_until) == (0, None)


IN_AN_HOUR = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
YEARS_BEHIND = {"Retry_After": "Wed, 01 Jan 2020 02:00:00 GMT", "Date": "Wed, 01 Jan 2020 00:00:00 GMT"}


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ({"Retry_After": "7200"}, 120, 151),
        ({"Retry_After": IN_AN_HOUR}, 55, 76),
        (YEARS_BEHIND, 120, 151),  # two hours by its own clock
        ({"Retry_After": "10"}, 5, 6.5),
        ({"Retry_After": "86401"}, 5, 6.5),  # over a day: our own pauses
        ({"Retry_After": "99999999999999"}, 5, 6.5),
        ({"Retry_After": "soon"}, 5, 6.5),
        ({"Retry_After": "-7200"}, 5, 6.5),
        ({"Retry_After": "Wed, 01 Jan 2020 02:00:00 GMT"}, 5, 6.5),
        ({}, 5, 6.5),
    ],
)
def test_a_source_is_never_asked_earlier_than_it_told_us(agency, status, told, least, most):
    agency.gives("", status, **told)

    run = agency.run()

    assert run.verdict == "retrying"
    assert least - 0.1 < (agency.feed.next_due_at - run.ended_at).total_seconds() / 60 < most
    assert f"Next try at {agency.feed.next_due_at:%Y-%m-%d %H:%M} UTC." in run.reason


# --- Failed at once ---------------------------------------------------------------------------------
def without(body: bytes, part: bytes) -> bytes:
    assert part in body
    return body.replace(part, b"", 1)


def pages(agency: Agency, last: int) -> None:
    """One row a page, for ever."""

    def script(connection: socket.socket, number: int) -> None:
        page = int(re.search(rb"[?&]page=(\d+)", agency.server.requests[-1])[1])
        body = text([entry(str(1950 + page), "50.0")], page=page, pages=last, per_page=1, total=last).encode()
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    agency.server.script = script


def chunked(piece: bytes, times: int) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"%x\r\n%s\r\n" % (len(piece), piece)) * times


def redirect(target: str) -> Fault:
    return gives("", "302 Found", Location=target)


ROWS = [entry(period, value) for period, value in KNOWN.items()]
FIRST = {period: value for period, value in KNOWN.items() if period < "2016"}
SHAPE = "not a pair of page and rows"
NOT_ALLOWED = "The source sends us to .*, which is not allowed"
MEGABYTE = b"0" * 1024 * 1024


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        # refused by the source
        line("400", gives(REFUSAL, "400 Bad Request"), "does not know this indicator or one of the areas"),
        line("401", gives("{}", "401 Unauthorized"), r"refuses our key \(401\)"),
        line("403", gives("{}", "403 Forbidden"), r"refuses the question \(403\)"),
        line("404", gives("{}", "404 Not Found"), r"nothing at this address \(404\)"),
        line("410", gives("{}", "410 Gone"), r"\(410\)"),
        *(line(f"{status[:3]} with a web page", gives(PAGE, status), rf"\({status[:3]}\)") for status in
          ("401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "418 I'm a teapot")),
        line("400 in plain words", gives("Bad Request", "400 Bad Request"), r"refuses the question \(400\)"),
        line("418", gives("{}", "418 I'm a teapot"), r"\(418\)"),
        line("505", gives("{}", "505 HTTP Version Not Supported"), r"\(505\)"),
        line("304 unasked", gives("", "304 Not Modified"), r"“not modified” \(304\), which it was not asked"),
        line("error in a 200", gives(REFUSAL), "The World Bank does not know this indicator"),
        line("another error in a 200", gives(REFUSAL.replace(b"120", b"199")),
             r"refuses the question \(message 199"),
        # no whole JSON
        line("cut JSON", gives(answer()[:812]), "Line 1, character 81[0-3]: the answer ends too early"),
        line("something after it", gives(answer() + b"[]"), r"Line 1, character \d+: extra data"),
        line("two answers", gives(answer() + answer()), "extra data"),
        line("Latin-1", gives(answer().replace(b"Mexico", b"M\xe9xico")),
             "not readable as utf-8-sig at byte"),
        line("UTF-16", gives(answer().decode().encode("utf-16")), "no whole JSON|not readable"),
        line("NUL", gives(answer().replace(b"Mexico", b"Me\x00ico")), "holds a NUL character"),
        line("NUL in a text", gives(with_entry("2010", unit="per\x00cent")), "a character that is none"),
        line("half a character", gives(with_entry("2010", unit="\ud83d")), "a character that is none"),
        line("half in a refusal", gives(REFUSAL.replace(b"Not", b"\\ud83d\\u0000")),
             "does not know this indicator"),
        line("deep nesting", gives(b"[" * 100_000 + b"]" * 100_000), "nested more than 50 levels deep"),
        line("a key twice", gives(answer().replace(b'"unit"', b'"date": "1999", "unit"', 1)),
             "“date” is given twice"),
        line("plain text", gives("out of order"), "no whole JSON"),
        line("not gzip", gives(answer(), Content_Encoding="gzip"), "cannot be unpacked"),
        line("another packing", gives(answer(), Content_Encoding="br"),
             "packed as “br”, which was not asked"),
        # another shape
        line("an object", gives("{}"), SHAPE),
        line("an empty list", gives("[]"), SHAPE),
        line("null", gives("null"), SHAPE),
        line("a number", gives("61.9"), SHAPE),
        line("rows that are none", gives(text(["a"])), "should hold objects"),
        line("a row without a period", gives(with_entry("2010", date=None)), "“date” should be a text"),
        line("a row without a country", gives(with_entry("2010", country=None)),
             "should be a text, found nothing"),
        line("no count", gives(answer(total=None)), "“total” should be a whole number"),
        # other data than asked for
        line("another series", gives(text([entry("2010", "55", code="NY.GDP")])),
             "Asked for NV.TESTED, got NY.GDP"),
        line("another country", gives(answer().replace(b"MEX", b"BRA").replace(b'"MX"', b'"BR"')),
             "asked for MEX, got BRA"),
        line("one row of another country",
             gives(with_entry("2010", country={"id": "BR"}, countryiso3code="BRA")), "asked for MEX, got BR"),
        line("another frequency", gives(with_entry("2010", date="2010Q1")),
             "asked for annual values, got 2010-Q1"),
        # another number of rows
        line("rows missing", gives(answer(FIRST, total=24)), "announced 24 of 24 rows, received 15"),
        line("rows too many", gives(answer(total=15)), "announced 15 of 15 rows, received 24"),
        line("a page missing", gives(answer(pages=2, per_page=24, total=48)),
             "Asked for page 2, got page 1 of 2"),
        line("over 50 pages", lambda agency: pages(agency, 60), "more than 50 pages"),
        line("no rows", gives(answer({})), "came empty; the known values stay"),
        line("rows are null", gives(text([]).replace("[]", "null")), "came empty"),
        line("all missing", gives(answer(dict.fromkeys(KNOWN, "null"))),
             "came empty; the 24 known values stay"),
        # no numbers
        line("NaN", gives(changed("2023", "NaN")), "“NaN” is no number"),
        line("Infinity", gives(changed("2023", "Infinity")), "“Infinity” is no number"),
        line("-Infinity", gives(changed("2023", "-Infinity")), "“-Infinity” is no number"),
        line("1e999", gives(changed("2023", "1e999")), "2023: “1E[+]999” is no number"),
        line("true", gives(changed("2023", "true")), "2023: “True” is no number"),
        line("a list", gives(changed("2023", "[61.9]")), "2023: .*is no number"),
        line("5000 digits", gives(changed("2023", "1" * 5000)), "number too long to read"),
        *(line(f"the text {value}", gives(with_entry("2023", value=value)), f"2023: “{value}” is no number")
          for value in ("1_000", "61,9", "61.9p", "1,234", "٦١", "61.9", "")),
        # periods
        line("two values", gives(text([*ROWS, entry("2023", "99.9")])), "2023 appears twice: 61.0 and 99.9"),
        line("a value and none", gives(text([*ROWS, entry("2023", "null")])),
             "2023 appears twice: 61.0 and missing"),
        *(line(f"the period {period}", gives(with_entry("2023", date=period)), f"“{period}” is no period")
          for period in ("2023M13", "2023-13", "0000", "٢٠٢٣", "23", "")),
        line("the far future", gives(changed("2099", "61")), "2099 lies beyond the coming year"),
        # too large
        line("20 MB announced", sends(HEAD + b"Content-Length: 20971521\r\n\r\n"), "larger than 20 MB"),
        line("20 MB in chunks", sends(chunked(MEGABYTE, 21)), "larger than 20 MB"),
        line("20 MB packed", gives(gzip.compress(MEGABYTE * 21, 1), Content_Encoding="gzip"),
             "larger than 20 MB"),
        # elsewhere
        line("redirect to a closed port", redirect(CLOSED), NOT_ALLOWED),
        line("redirect to another host", redirect("http://example.org/"), NOT_ALLOWED),
        line("redirect to metadata", redirect("//169.254.169.254/latest"), NOT_ALLOWED),
        line("redirect to a file", redirect("file:///etc/passwd"), NOT_ALLOWED),
        line("redirect to nowhere", redirect(""), NOT_ALLOWED),
        *(line(f"redirect to {name}", redirect(target), f"sends us to “{shown}”, which is no address")
          for name, target, shown in (
              ("an open bracket", "http://[", r"http://\["),
              ("no number of a port", "http://127.0.0.1:port/", "http://127.0.0.1:port/"),
              ("a port too high", "//127.0.0.1:99999/", "//127.0.0.1:99999/"),
              ("an impossible name", "http://a..b\xff.\xad/", "http://a.*"),
              ("an address with a key", "http://[?api_key=0123456789abcdef", r"http://\[\?api_…"),
          )),
        line("redirect in a circle", redirect("/base"), "redirects more than 3 times"),
    ],
)  # fmt: skip
def test_what_is_no_data_of_this_series_fails_at_once(agency, fault, reason):
    agency.limits = http.Limits()  # the size is what is tried here, not the speed of a busy machine
    run = refused(agency, fault, "failed", reason)

    assert "(try " not in run.reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://[", "The source's base address in the settings is no address"),
        ("http://127.0.0.1:port", "The source's base address in the settings is no address"),
        ("http://127.0.0.1\x7f", "The source's base address in the settings is no address"),
    ],
)
def test_a_base_address_that_is_none_fails_and_says_so(agency, address, reason):
    refused(agency, at(address), "failed", reason)


def test_a_name_too_long_to_be_one_is_not_found(agency):
    refused(agency, at(f"http://{'a' * 64}.invalid/"), "retrying", CUT)


def test_a_query_that_makes_no_address_fails_and_says_so(agency):
    query = agency.feed.query
    Feed.objects.filter(pk=agency.feed.pk).update(query={**query, "indicator": "NV\x7f.TESTED"})

    run = agency.run()

    assert run.verdict == "failed"
    assert run.reason == "The base address and the feed's query together make no address."


def test_an_answer_with_too_many_rows_fails(agency, settings):
    settings.REFRESH_MOST_ROWS = 25
    one_more = gives(answer({"2000": "49.5"} | KNOWN | {"2025": "62.0"}))

    refused(agency, one_more, "failed", "The answer holds more than 25 rows")


def test_the_rows_of_all_pages_count_together(agency, settings):
    """R1: a page holds one row; the run of 26 pages has one too many."""
    settings.REFRESH_MOST_ROWS = 25

    refused(agency, lambda agency: pages(agency, 26), "failed", "The answer holds more than 25 rows")


def test_a_run_that_asks_for_too_many_pages_fails(agency, settings):
    settings.REFRESH_MOST_PAGES = 3

    refused(agency, lambda agency: pages(agency, 4), "failed", "The answer has more than 3 pages")
    assert len(agency.server.requests) == 1 + 3 + 1


def test_the_size_of_an_answer_is_limited_by_the_settings(settings):
    assert asking.door("worldbank", worldbank).limits.size == 20 * 1024 * 1024
    settings.REFRESH_MOST_MEGABYTES = 3

    assert asking.door("worldbank", worldbank).limits.size == 3 * 1024 * 1024


def test_nobody_is_asked_where_a_redirect_leads(agency):
    trap = FaultyServer()
    agency.gives("", "302 Found", Location=trap.url)

    assert agency.run().verdict == "failed"
    assert trap.requests == []
    trap.close()


# --- Held for a person -------------------------------------------------------------------------------
SOME = dict(list(KNOWN.items())[4:])
EARLIER = {str(year): "49.0" for year in range(1960, 1963)}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        line("known periods vanished", gives(answer(SOME)), "4 known periods are not in the answer"),
        line("a value became missing", gives(changed("2020", "null")),
             "1 known period is without a value now"),
        line("an older vintage", gives(answer(KNOWN | {"2020": "59.0"}, lastupdated="2025-12-01")),
             "answer is of 2025-12-01, older than what is published, of 2026-02-10"),
        line("an older vintage with a new period",
             gives(answer(KNOWN | {"2025": "62"}, lastupdated="2026-02-09")), "of 2026-02-09, older"),
        line("long before the start", gives(answer(EARLIER | KNOWN)),
             "3 periods are before the known start 2001-01-01, from 1960-01-01 on"),
        line("a thousandfold", gives(each(lambda value: value * 1000)),
             "about 1000 times the former: has the unit"),
        line("a hundredth", gives(each(lambda value: value / 100)), "about 0.01 times the former"),
        line("a new base", gives(each(lambda value: round(value * Decimal("0.87"), 1))),
             "has the base changed"),
        line("the sign", gives(each(lambda value: -value)), "All values have changed their sign"),
        line("all equal", gives(each(lambda value: 55)), "All values are equal"),
        line("all zero", gives(each(lambda value: 0)), "All values are equal"),
        line("a spike in the past", gives(changed("2010", "154.5")),
             "revised from 54.5 to 154.5, more than the bel"),
        line("a spike at the end", gives(changed("2025", "123")), "2025-01-01: 123 is far from 61.5"),
        line("a change beyond the limit", gives(changed("2024", "99.9")), "more than the believable change"),
        line("impossible", gives(changed("2025", "1e30")), "above the highest possible value"),
        line("another unit", gives(answer().replace(b'"percent"', b'"thousands"')),
             "The unit is now “thousands”, expected was “percent”"),
        line("another unit in one row", gives(with_entry("2010", unit="index")), "The unit is now “index”"),
    ],
)  # fmt: skip
def test_what_is_data_but_not_believed_is_held(agency, fault, reason):
    run = refused(agency, fault, "held", reason)

    assert run.held_batch.decision == HeldBatch.Decision.WAITING
    assert len(run.held_batch.rows) >= 20


def test_the_same_doubtful_answer_waits_once(agency):
    """R5: an administrator decides on it once, however often the source was asked meanwhile."""
    agency.gives(changed("2024", "99.9"))
    first = agency.run()
    before = fingerprint()

    again = agency.run()

    since = f"{first.started_at:%Y-%m-%d %H:%M} UTC (run {first.pk})"
    assert (again.verdict, again.reason) == ("held", f"The same values wait for a decision since {since}.")
    assert list(HeldBatch.objects.filter(run__feed=agency.feed)) == [first.held_batch]
    assert (fingerprint(), agency.feed.failures) == (before, 0)


def test_other_doubtful_values_wait_for_a_decision_of_their_own(agency):
    agency.gives(changed("2024", "99.9"))
    agency.run()
    agency.gives(changed("2024", "98.9"))

    assert agency.run().held_batch.decision == HeldBatch.Decision.WAITING


def test_rejected_values_stay_rejected_while_the_source_still_gives_them(agency, admin_user):
    """R1, R5: nobody is asked twice, nothing is published, and no breaker opens."""
    agency.gives(changed("2024", "99.9"))
    held = agency.run().held_batch
    refresh.decide(held, approve=False, user=admin_user, reason="A slip.")
    before = fingerprint()

    runs = [agency.run() for _time in range(6)]

    sentence = (
        f"The source still gives the values rejected on {timezone.now():%Y-%m-%d}; the published ones stay."
    )
    assert {(run.verdict, run.reason) for run in runs} == {("unchanged", sentence)}
    assert HeldBatch.objects.filter(run__feed=agency.feed).count() == 1
    assert (fingerprint(), agency.feed.failures, agency.feed.breaker_until) == (before, 0, None)
    agency.gives(changed("2025", "62.0"))
    assert agency.run().verdict == "published"


def test_rejected_values_are_asked_about_anew_once_others_were_published(agency, admin_user):
    """R5: the decision was about what was published then."""
    agency.gives(changed("2024", "99.9"))
    refresh.decide(agency.run().held_batch, approve=False, user=admin_user, reason="A slip.")
    agency.gives(changed("2024", "62.5"))
    agency.run()
    agency.gives(changed("2024", "99.9"))

    assert agency.run().held_batch.decision == HeldBatch.Decision.WAITING


# --- No fault -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "Fri, 01 Jan 1999 00:00:00 GMT", "Age": "-5"},
        {"Date": "Fri, 01 Jan 2099 00:00:00 GMT", "Expires": "0", "Last_Modified": "nonsense"},
        {"ETag": '"always the same"', "Last_Modified": "Fri, 01 Jan 1999 00:00:00 GMT"},
        {"ETag": "broken", "Content_Type": "x" * 3000},
    ],
)
def test_a_sources_clock_and_marks_have_no_effect(agency, headers):
    agency.gives(answer(), **headers)
    assert agency.run().verdict == "unchanged"
    agency.gives(changed("2025", "62.0"), **headers)

    run = agency.run()

    assert (run.verdict, run.new_count) == ("published", 1)
    assert abs(agency.feed.last_change_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("stated", ["2099-01-01", "2026-02-10"])
def test_a_vintage_in_the_future_or_a_known_one_becomes_the_moment_of_reading(agency, stated):
    agency.gives(answer(KNOWN | {"2024": "61.7"}, lastupdated=stated))
    start = timezone.now()

    assert agency.run().verdict == "published"
    revised = Observation.objects.current().get(series__feed=agency.feed, period="2024-01-01")
    assert start <= revised.vintage <= timezone.now()


def test_an_older_answer_that_says_the_same_is_no_news(agency):
    agency.gives(answer(lastupdated="2025-12-01"))

    assert agency.run().verdict == "unchanged"


def test_ordinary_news_and_revisions_are_published(agency):
    agency.gives(answer({"1999": "49.0", "2000": "49.5"} | KNOWN | {"2024": "60.9", "2025": "62.4"}))

    run = agency.run()

    assert (run.verdict, run.new_count, run.revised_count, run.unchanged_count) == ("published", 3, 1, 23)


def test_equal_values_given_twice_fold_into_one(agency):
    agency.gives(text([*ROWS, entry("2023", "61.0")]))

    assert agency.run().verdict == "unchanged"


def test_a_clock_that_was_ahead_does_not_reorder_the_history(agency):
    """R9: the vintage of a revision is later than that of the value it replaces, whatever the clock says."""
    series = agency.feed.series.get()
    series.observations.filter(period="2024-01-01").update(is_current=False)
    tomorrow = timezone.now() + timedelta(days=1)
    Observation.objects.create(series=series, period="2024-01-01", value="61.6", vintage=tomorrow)
    agency.gives(changed("2024", "61.7"))

    assert agency.run().verdict == "published"
    newest = series.observations.filter(period="2024-01-01").latest("vintage")
    assert (newest.value, newest.is_current) == (Decimal("61.7"), True)


# --- Others (R7) --------------------------------------------------------------------------------------
def test_a_bad_source_harms_only_itself(agency, server):
    other = make_feed("other", "NV.OTHER")
    bad = {"answer": b"<html>"}

    def script(connection: socket.socket, number: int) -> None:
        good = answer().replace(CODE.encode(), b"NV.OTHER")
        body = good if b"NV.OTHER" in server.requests[-1] else bad["answer"]
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    server.script = script
    for _time in range(5):
        assert agency.run().verdict in ("retrying", "failed")
        Feed.objects.filter(pk=other.pk).update(next_due_at=timezone.now())
        due = Feed.objects.due(timezone.now()).filter(pk__in=[agency.feed.pk, other.pk])
        assert list(due) == [other]
        assert refresh.run(other.pk, "schedule").verdict in ("published", "unchanged")

    assert other.series.get().observations.current().count() == 24
    assert agency.feed.series.get().observations.current().count() == 24
