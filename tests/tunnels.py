"""A proxy as companies have one on the way to Microsoft: it sees hosts, and neither tokens nor answers."""

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Opens tunnels, and remembers what it was asked and what it could read.

    With `leads_to` every tunnel ends at this port of ours, where a simulator stands for Microsoft.
    """

    def __init__(self, password: str = "", leads_to: int = 0) -> None:
        self.password, self.leads_to = password, leads_to
        self.heads: list[str] = []
        self.passed = bytearray()
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @contextmanager
    def at_work(self) -> Iterator["Proxy"]:
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            yield self
        finally:
            self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.heads.append(head.decode())
        if self.password and b64encode(self.password.encode()) not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            client.close()
            return
        host, _, port = head.split()[1].decode().partition(":")
        far = socket.create_connection(("127.0.0.1", self.leads_to) if self.leads_to else (host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=self._pass, args=(far, client), daemon=True).start()
        self._pass(client, far)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while some := source.recv(65536):
                self.passed += some
                target.sendall(some)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return
