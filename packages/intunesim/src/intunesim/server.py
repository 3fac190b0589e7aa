"""Serving a simulator over HTTP: in a thread for tests, or as the process itself."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from intunesim.certificates import ServerFiles, server_files
from intunesim.simulator import Simulator
from intunesim.web.application import build_application
from intunesim.web.wire import TRANSPORT

START_SECONDS = 60.0


class BreakableProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with the connection within reach of the application so that it can be broken."""

    def connection_made(self, transport: Any) -> None:
        """Hand the transport on with the state of every request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class StoppableServer(uvicorn.Server):
    """A server that stops the moment it is told to, where uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait to be told to stop, unless that came before anybody could wait."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close idle connections and cut the others at once, where uvicorn gives all of them a tenth of a second."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def stop(self) -> None:
        """Tell it to stop, from any thread; open connections are cut."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._told.set)


class Running:
    """A simulator that is being served."""

    def __init__(self, simulator: Simulator, host: str, port: int, files: ServerFiles | None) -> None:
        self.simulator = simulator
        self.host = host
        self.port = port
        self.authority = files.authority if files else None
        """The certificate that clients must trust, when it is served over TLS."""

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.authority else 'http'}://{self.host}:{self.port}"


@contextlib.contextmanager
def serving(
    simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0, tls: Path | None = None
) -> Iterator[Running]:
    """Serve a simulator from a thread of this process for as long as the block lasts.

    `tls` is a folder for the certificates; with it the simulator is served over https.
    """
    files = server_files(tls) if tls else None
    listener = _listen(host, port)
    server = StoppableServer(_config(simulator, files))
    thread = threading.Thread(target=_run, args=(server, listener), name="intunesim", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield Running(simulator, host, listener.getsockname()[1], files)
    finally:
        server.stop()
        thread.join(START_SECONDS)
        listener.close()


def serve_forever(simulator: Simulator, *, host: str, port: int, tls: Path | None = None) -> None:
    """Serve a simulator until the process is told to stop. Raises OSError when the port is taken."""
    files = server_files(tls) if tls else None
    listener = _listen(host, port)
    scheme = "https" if files else "http"
    print(f"intunesim serves Microsoft Graph on {scheme}://{host}:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    if files:
        print(f"Clients must trust {files.authority}", flush=True)  # noqa: T201
    uvicorn.Server(_config(simulator, files)).run(sockets=[listener])


def _config(simulator: Simulator, files: ServerFiles | None) -> uvicorn.Config:
    return uvicorn.Config(
        build_application(simulator),
        http=BreakableProtocol,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=str(files.certificate) if files else None,
        ssl_keyfile=str(files.key) if files else None,
    )


def _listen(host: str, port: int) -> socket.socket:
    # The protocol is named because asyncio switches Nagle's algorithm off only for sockets that say TCP.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(512)
    return listener


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    asyncio.run(server.serve(sockets=[listener]))


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    waiting = threading.Event()
    for _ in range(int(START_SECONDS / 0.005)):
        if server.started or not thread.is_alive():
            break
        waiting.wait(0.005)
    if not server.started:
        raise RuntimeError("the simulator did not start")
