"""An HTTP transport whose deadline holds against answers that come in drips.

A read timeout counts from byte to byte, so an answer of one byte every half second never trips it.
Here the whole exchange has one end: each operation of the socket, TLS and headers included, is given
no more than what is left.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import httpcore
import httpx

from tenantpilot.graph.client.connection import GraphConnection

_ends_at: ContextVar[float | None] = ContextVar("graph_exchange_ends_at", default=None)

RENEW_CONNECTION_AFTER = frozenset({502, 503, 504})
"""A gateway that is unwell answers a new connection from another of its machines.
Source: https://learn.microsoft.com/graph/best-practices-concept"""


@contextmanager
def exchange_within(seconds: float) -> Iterator[None]:
    """Everything that this thread sends and receives inside ends within `seconds`."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def _shortened(timeout: float | None, expired: type[Exception]) -> float | None:
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    left = ends_at - time.monotonic()
    if left <= 0:
        raise expired("the exchange took too long as a whole")
    return left if timeout is None else min(timeout, left)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _shortened(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _shortened(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _shortened(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _DeadlineBackend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _shortened(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(super().connect_tcp(host, port, left, local_address, socket_options))


class _Body(httpx.SyncByteStream):
    """The body of an answer; closing it drops the connection first where it should not be used again."""

    def __init__(self, response: httpcore.Response) -> None:
        self._stream = cast(Iterable[bytes], response.stream)
        self._socket = response.extensions["network_stream"] if response.status in RENEW_CONNECTION_AFTER else None

    def __iter__(self) -> Iterator[bytes]:
        with _in_words_of_httpx():
            yield from self._stream

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        cast(Any, self._stream).close()


@lru_cache(maxsize=8)
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Reading the authorities takes longer than a request, so once is enough."""
    return ssl.create_default_context(cafile=str(ca_file)) if ca_file else httpx.create_ssl_context(trust_env=False)


class GraphTransport(httpx.BaseTransport):
    """Connections to Graph: nothing from the environment, one deadline for an exchange, by a proxy if one is given."""

    def __init__(self, *, ca_file: Path | None = None, proxy_url: str = "", connections: int = 16) -> None:
        options: dict[str, Any] = {
            "ssl_context": _trusting(ca_file),
            "max_connections": connections,
            "max_keepalive_connections": connections,
            "keepalive_expiry": 30.0,
            "network_backend": _DeadlineBackend(),
        }
        self._pool = _proxied(proxy_url, options) if proxy_url else httpcore.ConnectionPool(**options)

    @classmethod
    def of(cls, connection: GraphConnection, *, connections: int) -> GraphTransport:
        return cls(ca_file=connection.ca_file, proxy_url=connection.proxy_url, connections=connections)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with _in_words_of_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=target,
                    headers=request.headers.raw,
                    content=cast(Iterable[bytes], request.stream),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._pool.close()


def _proxied(proxy_url: str, options: dict[str, Any]) -> httpcore.ConnectionPool:
    """Through a tunnel, so that the proxy sees hosts and nothing else."""
    proxy = httpx.Proxy(proxy_url)
    return httpcore.HTTPProxy(proxy_url=str(proxy.url), proxy_auth=proxy.raw_auth, **options)


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """Both libraries name their errors alike."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as exc:
        raise cast("type[httpx.TransportError]", getattr(httpx, type(exc).__name__))(str(exc)) from exc
