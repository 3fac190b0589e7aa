"""Sending an answer, and the ways in which a connection can fail while it is sent."""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send

from intunesim.faults import Fault, FaultKind

HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>"
TRANSPORT = "intunesim.transport"


class ConnectionBroken(ConnectionResetError):
    """The connection breaks here on purpose. Servers that cannot break it show it as their own failure."""


class WireResponse:
    """An answer on its way out, spoiled by a fault of the connection if one befell it."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes, fault: Fault | None = None) -> None:
        self._status = status
        self._headers = headers
        self._content = content
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        kind = self._fault.kind if self._fault else None
        if kind in (FaultKind.RESET, FaultKind.RESET_AFTER):
            break_connection(scope)
            await gone(receive)
        elif kind in (FaultKind.CUT, FaultKind.UNFINISHED):
            await self._send_part(scope, receive, send, stated=kind is FaultKind.CUT)
        elif kind is FaultKind.DRIP and self._fault:
            await self._drip(send, self._fault.seconds)
        else:
            self._spoil(kind)
            await self._start(send, len(self._content))
            await send({"type": "http.response.body", "body": self._content})

    def _spoil(self, kind: FaultKind | None) -> None:
        if kind is FaultKind.TRUNCATED:
            self._content = self._content[: len(self._content) // 2]
        elif kind is FaultKind.HTML:
            self._status, self._content = 200, HTML
            self._headers = {"Content-Type": "text/html; charset=utf-8"}
        elif kind is FaultKind.EMPTY:
            self._status, self._content = 200, b""

    async def _start(self, send: Send, length: int | None) -> None:
        headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in self._headers.items()]
        if length is not None and self._status != 204:
            headers.append((b"content-length", str(length).encode()))
        await send({"type": "http.response.start", "status": self._status, "headers": headers})

    async def _send_part(self, scope: Scope, receive: Receive, send: Send, *, stated: bool) -> None:
        await self._start(send, len(self._content) if stated else None)
        await send({"type": "http.response.body", "body": self._content[: len(self._content) // 2], "more_body": True})
        transport = scope.get("state", {}).get(TRANSPORT)
        if transport is None:
            raise ConnectionBroken("the body ends here on purpose")
        await asyncio.sleep(0.01)
        transport.close()
        await gone(receive)

    async def _drip(self, send: Send, pause: float) -> None:
        await self._start(send, len(self._content))
        for position in range(len(self._content)):
            await send(
                {"type": "http.response.body", "body": self._content[position : position + 1], "more_body": True}
            )
            await asyncio.sleep(pause)
        await send({"type": "http.response.body", "body": b""})


def break_connection(scope: Scope) -> None:
    """Reset the connection, without a word, where the server lets us."""
    transport: Any = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionBroken("the connection is reset on purpose")
    raw = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def gone(receive: Receive) -> None:
    """Wait until the server has noticed that the client is gone, so that it does not miss an answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while (await receive())["type"] != "http.disconnect":
                pass
