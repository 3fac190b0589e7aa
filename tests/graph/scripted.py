"""A small Graph over a real socket that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TENANT = "4d2f0f3e-6f0c-4a51-9a0d-0a5f5f1c2b11"
CLIENT = "0f6d6b1e-7a52-4a52-8a5c-3d2f7c1b9e10"
REQUEST_ID = "6fa1b6a2-1c93-4d1b-8a43-4c9e26f1a001"


@dataclass(frozen=True)
class Reply:
    """One answer; `content` overrules `body`."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json;odata.metadata=minimal"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any


Answering = Reply | Callable[[Seen], Reply] | Callable[["Handler"], None]


class Raw:
    """Answers on the bare connection, as broken servers do."""

    def __init__(self, act: Callable[["Handler"], None]) -> None:
        self.act = act


class ScriptedGraph:
    """Answers by path, in the order given; the last answer repeats."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[Seen] = []
        self._scripts: dict[str, list[Any]] = {}
        self._lock = threading.Lock()
        self._tokens = 0
        self.over = threading.Event()
        """The test has ended: nobody waits for an answer any more."""
        self.otherwise: Any = Reply(404, error("ResourceNotFound", "no such path"))
        """The answer to every path that no script has."""
        self.on(f"/{TENANT}/oauth2/v2.0/token", self._give_token)

    def on(self, path: str, *answers: Any) -> None:
        self._scripts[path] = list(answers)

    def paths(self) -> list[str]:
        """What Graph was asked for, without the sign-in."""
        return [request.path for request in self.seen if "/oauth2/" not in request.path]

    def sign_ins(self) -> int:
        return sum("/oauth2/" in request.path for request in self.seen)

    def answer_to(self, request: Seen) -> Any:
        with self._lock:
            self.seen.append(request)
            script = self._scripts.get(request.path, [self.otherwise])
            answer = script.pop(0) if len(script) > 1 else script[0]
        return answer(request) if callable(answer) else answer

    def _give_token(self, _request: Seen) -> Reply:
        self._tokens += 1
        return Reply(body={"token_type": "Bearer", "expires_in": 3599, "access_token": f"token-{self._tokens}"})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    graph: ScriptedGraph

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        content = self.rfile.read(length)
        parts = urlsplit(self.path)
        is_json = "json" in (self.headers.get("content-type") or "")
        body = json.loads(content) if is_json and content else content.decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        answer = self.graph.answer_to(request)
        answer.act(self) if isinstance(answer, Raw) else self.send_reply(answer)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

    def send_reply(self, reply: Reply) -> None:
        content = reply.content if reply.content is not None else self._as_json(reply.body)
        # Without a date of the machine: a test's clock is its own.
        self.send_response_only(reply.status)
        self.send_header("content-length", str(len(content)))
        for name, value in {"content-type": reply.content_type, "request-id": REQUEST_ID, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _as_json(self, body: Any) -> bytes:
        return b"" if body is None else json.dumps(body).encode()

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_args: Any) -> None:
        """A client that gave up is part of many tests."""


@contextmanager
def scripted_graph() -> Iterator[ScriptedGraph]:
    server = _Server(("127.0.0.1", 0), type("BoundHandler", (Handler,), {}))
    graph = ScriptedGraph(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass.graph = graph  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield graph
    finally:
        graph.over.set()
        server.shutdown()
        server.server_close()


def error(code: str, message: str, inner: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "innerError": {"request-id": REQUEST_ID, **(inner or {})}}}


def page(*items: Any, next_link: str | None = None, count: int | None = None) -> Reply:
    body: dict[str, Any] = {"value": list(items)}
    if count is not None:
        body["@odata.count"] = count
    if next_link is not None:
        body["@odata.nextLink"] = next_link
    return Reply(body=body)
