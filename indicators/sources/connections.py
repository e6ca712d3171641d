"""Connections that reach only whom they may, and never outlive their deadline.

The address is checked at the moment of connecting, so that no name can lead to a machine inside.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from functools import cache
from types import TracebackType
from typing import Any

import httpcore
import httpx

NAT64 = ipaddress.ip_network("64:ff9b::/96")
SHARED = ipaddress.ip_network("100.64.0.0/10")


class Forbidden(Exception):
    """The address is one this server must not talk to."""


class DeadlinePassed(Exception):
    """The whole exchange took longer than allowed."""


def is_public(address: str) -> bool:
    """Whether an IP address lies on the public internet, also when it is wrapped in an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner:
            return is_public(str(inner))
    elif ip in SHARED:
        return False
    return ip.is_global and not ip.is_multicast


class GuardedStream(httpcore.NetworkStream):
    """A stream whose every read and write ends with the deadline of the whole exchange."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def _left(self, timeout: float | None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise DeadlinePassed
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "GuardedStream":
        secured = self.stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return GuardedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves, refuses addresses inside, and connects to the very address it has checked.

    `trusted` are (host, port) pairs that the operator's own settings name; they may lie inside.
    """

    def __init__(self, deadline: float, trusted: Iterable[tuple[str, int]] = ()) -> None:
        self.deadline, self.trusted = deadline, frozenset(trusted)
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self.addresses(host, port):
            left = max(0.001, self.deadline - time.monotonic())
            try:
                stream = self.backend.connect_tcp(
                    address, port, min(timeout or left, left), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return GuardedStream(stream, self.deadline)
        raise problem

    def addresses(self, host: str, port: int) -> list[str]:
        """Every address of the host. Raises Forbidden when one of them lies inside."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # the latter for a name too long to be one
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if (host, port) not in self.trusted and not all(map(is_public, addresses)):
            raise Forbidden(host)
        return addresses


@cache
def known_authorities() -> ssl.SSLContext:
    """Whose certificates are believed; read once, which takes longer than a small exchange."""
    return ssl.create_default_context()


class GuardedTransport(httpx.BaseTransport):
    """httpx over guarded connections: no proxy, no keep-alive beyond this exchange."""

    def __init__(self, backend: GuardedBackend) -> None:
        self.pool = httpcore.ConnectionPool(
            ssl_context=known_authorities(), network_backend=backend, max_connections=1
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self.pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self.pool.close()


class Body(httpx.SyncByteStream):
    """The raw body of a response, as it arrives."""

    def __init__(self, response: httpcore.Response) -> None:
        self.response = response

    def __iter__(self):
        yield from self.response.iter_stream()

    def close(self) -> None:
        self.response.close()

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.close()
