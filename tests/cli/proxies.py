"""A proxy as people put one in front: it speaks for its clients from an address of its own, to several web servers."""

import http.client
import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

HOST = "pilot.example"
OWN_HEADERS = {"connection", "transfer-encoding", "x-forwarded-proto"}


@dataclass
class Proxy:
    """It says https to the servers, as if it had ended TLS. One that passes on adds nothing to X-Forwarded-For."""

    address: str
    servers: list[int]
    says_client: bool = True
    passes_on: bool = False
    port: int = 0
    turn: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = itertools.cycle(self.servers)

    def forward(self, request: BaseHTTPRequestHandler) -> None:
        """To one server after the other."""
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OWN_HEADERS}
        before = "" if self.passes_on else headers.pop("X-Forwarded-For", "")
        if self.says_client and not self.passes_on:
            headers["X-Forwarded-For"] = ", ".join(filter(None, (before, request.client_address[0])))
        headers["X-Forwarded-Proto"] = "https"
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        answer = ask(next(self.turn), request.command, request.path, headers, body, source=self.address)
        request.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in OWN_HEADERS | {"content-length"}:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer.body)))
        request.end_headers()
        request.wfile.write(answer.body)


@contextmanager
def proxy(address: str, *servers: int, says_client: bool = True, passes_on: bool = False) -> Iterator[Proxy]:
    """Entered, it listens on a port of its own."""
    made = Proxy(address, list(servers), says_client, passes_on)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            made.forward(self)

        do_POST = do_GET  # noqa: N815 a name of the standard library

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        server.shutdown()


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return "\n".join(value for key, value in self.headers if key.lower() == name.lower())


def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", *, source: str
) -> HttpAnswer:
    """One request from this loopback address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        connection.request(method, path, body or None, {"Host": HOST, **(headers or {})})
        answer = connection.getresponse()
        return HttpAnswer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


@dataclass
class Visitor:
    """Somebody's browser, at this loopback address."""

    port: int
    source: str
    cookie: str = ""
    token: str = ""

    def open_sign_in(self) -> HttpAnswer:
        page = ask(self.port, "GET", "/auth/login/", source=self.source)
        self.cookie = page.header("Set-Cookie").partition(";")[0]
        found = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', page.body)
        self.token = found.group(1).decode() if found else ""
        return page

    def sign_in(self, address: str, password: str, **headers: str) -> HttpAnswer:
        fields = {"csrfmiddlewaretoken": self.token, "login": address, "password": password}
        usual = {
            "Cookie": self.cookie,
            "Origin": f"https://{HOST}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(fields).encode()
        return ask(self.port, "POST", "/auth/login/", {**usual, **headers}, body, source=self.source)
