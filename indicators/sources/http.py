"""The one outgoing door: bounded in time, size and redirects, to listed hosts only; keys never show."""

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore
import httpx

from indicators.sources import Answer, Request, SourceChanged, SourceUnavailable
from indicators.sources.connections import DeadlinePassed, Forbidden, GuardedBackend, GuardedTransport
from indicators.sources.refusals import SECRET_LIKE

USER_AGENT = "NorthAmericanProgressMonitor/1.0 (statistics refresh; contact through the site)"
REDIRECTS = (301, 302, 303, 307, 308)
LONGEST_RETRY_AFTER = timedelta(days=1)
BROKEN_CONNECTION = (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError, OSError)
TIMED_OUT = (httpcore.TimeoutException, httpx.TimeoutException, DeadlinePassed)


@dataclass(frozen=True)
class Limits:
    """What one exchange may take; `size` counts unpacked bytes."""

    connect_seconds: float = 5
    silence_seconds: float = 30
    total_seconds: float = 60
    size: int = 20 * 1024 * 1024
    redirects: int = 3


@dataclass(frozen=True)
class Door:
    """Where a source answers: its base address, from the settings, and whether redirects are followed."""

    base_url: str
    limits: Limits = Limits()
    follows_redirects: bool = True

    @property
    def allowed(self) -> tuple[str, int]:
        """The host and port it leads to. Raises SourceChanged when the base address is none."""
        try:
            return host_and_port(self.base_url)
        except ValueError:
            raise SourceChanged("The source's base address in the settings is no address.") from None

    def address(self, request: Request) -> str:
        """The full address of a request; without the key as long as the request has none."""
        address = self.base_url.rstrip("/") + "/" + request.path.lstrip("/")
        return f"{address}?{urlencode(request.params)}" if request.params else address


def fetch(door: Door, request: Request, secret: Request | None = None) -> Answer:
    """Ask once; `secret` is the same request with its key, and only `request` is ever shown.

    Raises SourceUnavailable for whatever a later try may mend, SourceChanged for what a person must see.
    """
    shown = door.address(request)
    try:
        answer = exchange(door, secret or request)
    except Forbidden:
        raise SourceChanged(f"{door.allowed[0]} has an address inside a private network.") from None
    except httpx.InvalidURL:
        raise SourceChanged("The base address and the feed's query together make no address.") from None
    except TIMED_OUT:
        seconds = door.limits.total_seconds
        raise SourceUnavailable(f"The source did not answer fully within {seconds:.0f} s.") from None
    except BROKEN_CONNECTION:
        raise SourceUnavailable("The connection to the source failed or was cut.") from None
    return replace(answer, address=shown, request=request)


def exchange(door: Door, request: Request) -> Answer:
    deadline = time.monotonic() + door.limits.total_seconds
    # What the operator's own setting names may lie inside, e.g. a mirror; nothing else may.
    backend = GuardedBackend(deadline, trusted=[door.allowed])
    with httpx.Client(
        transport=GuardedTransport(backend), timeout=timeouts(door.limits), headers=headers(request),
        event_hooks={"response": [refuse_no_address]},
    ) as client:  # fmt: skip
        return follow(client, door, request)


def follow(client: httpx.Client, door: Door, request: Request) -> Answer:
    """Ask, and ask again where the source sends us, as long as that is the host we know."""
    address = door.address(request)
    for _hop in range(door.limits.redirects + 1):
        client.cookies.clear()
        with client.stream(request.method, address, json=request.json) as response:
            if response.status_code not in REDIRECTS or not door.follows_redirects:
                return Answer(
                    body=b"".join(bounded(response, door.limits.size)),
                    content_type=response.headers.get("content-type", ""),
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                )
            address = allowed_target(door, address, response.headers.get("location", ""))
    raise SourceChanged(f"The source redirects more than {door.limits.redirects} times.")


def allowed_target(door: Door, address: str, location: str) -> str:
    """Where a redirect leads. Raises SourceChanged when that is not the source's own host and scheme."""
    target = urljoin(address, location)
    parts = urlsplit(target)
    same_scheme = parts.scheme == urlsplit(door.base_url).scheme or parts.scheme == "https"
    if not location or not same_scheme or host_and_port(target) != door.allowed:
        raise SourceChanged(
            f"The source sends us to {parts.scheme}://{parts.hostname}, which is not allowed."
        )
    return target


def refuse_no_address(response: httpx.Response) -> None:
    """Raises SourceChanged for a redirect to what is no address, before httpx itself stumbles over it."""
    location = response.headers.get("location", "") if response.has_redirect_location else ""
    try:
        host_and_port(urljoin(str(response.request.url), location))
    except ValueError:
        # It may repeat the address we asked at, and with it our key.
        shown = SECRET_LIKE.sub("…", location)[:100]
        raise SourceChanged(f"The source sends us to “{shown}”, which is no address.") from None


def host_and_port(address: str) -> tuple[str, int]:
    """Raises ValueError when the address cannot be read."""
    parts = urlsplit(address)
    try:
        httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from None
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def bounded(response: httpx.Response, size: int) -> Iterator[bytes]:
    """The unpacked body in pieces. Raises SourceChanged as soon as it grows beyond `size` bytes."""
    too_large = SourceChanged(f"The answer is larger than {size // 1024 // 1024} MB.")
    if int(response.headers.get("content-length") or 0) > size:
        raise too_large
    taken = 0
    for piece in unpacked(response, size):
        taken += len(piece)
        if taken > size:
            raise too_large
        yield piece


def unpacked(response: httpx.Response, size: int) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding != "gzip":
        raise SourceChanged(f"The answer is packed as “{encoding}”, which was not asked for.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for packed in response.iter_raw():
            # Never more than the limit at once: a small packed piece can unpack to gigabytes.
            yield unpacker.decompress(packed, size + 1)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, size + 1)
    except zlib.error as error:
        raise SourceChanged("The packed answer cannot be unpacked.") from error
    if not unpacker.eof:
        raise SourceUnavailable("The packed answer was cut.")


def timeouts(limits: Limits) -> httpx.Timeout:
    return httpx.Timeout(limits.silence_seconds, connect=limits.connect_seconds)


def headers(request: Request) -> dict[str, str]:
    return {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **request.headers}


def retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """How long the source asks us to wait; None when it does not say, or says nonsense or over a day."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        wait = timedelta(seconds=int(text))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return wait if timedelta(0) < wait <= LONGEST_RETRY_AFTER else None
