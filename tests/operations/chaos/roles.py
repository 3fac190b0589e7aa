"""What the processes of the chaos are: the product's own worker, scheduler and pages; and people, who never give up."""

import http.client
import random
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.operations.chaos import troubles

TOKEN = "chaos" * 6 + "ab"
RUN = re.compile(r"/operations/(\d+)/")


def work() -> None:
    from tenantpilot.cli.work.worker import work

    work(("interactive", "bulk"))


def schedule() -> None:
    from tenantpilot.cli.work.scheduler import schedule

    schedule()


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request, as in production."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A person who went away."""


class Silent(WSGIRequestHandler):
    """Says nothing to the console."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nor of requests."""


def serve(port: int) -> None:
    from tenantpilot.config.wsgi import application

    with make_server("127.0.0.1", port, application, Server, Silent) as server:
        server.serve_forever(poll_interval=0.05)


@dataclass(frozen=True)
class Door:
    """How a person reaches the pages. Who is content cancels nothing."""

    port: int
    session: str
    kinds: tuple[str, ...]
    is_content: bool = False


def ask(door: Door) -> None:
    """Starts, starts what runs already, cancels, runs again; whatever is answered is written down."""
    known = [1]
    while True:
        place, form = _wish(random.choice(known), door)
        with suppress(OSError, http.client.HTTPException):
            status, page = _post(door, place, form)
            troubles.journal.note("answered", status=status, place=place)
            if status == 202:
                known = [*known[-20:], *_accepted(page)]
        time.sleep(random.uniform(0.02, 0.2))


def _wish(run_id: int, door: Door) -> tuple[str, str]:
    chance = random.random()
    if door.is_content:
        chance = max(chance, 0.12)
    if chance < 0.12:
        return f"operations/{run_id}/cancellation/", ""
    if chance < 0.24:
        return f"operations/{run_id}/retries/", ""
    chosen = random.sample(door.kinds, random.randrange(1, 5))
    return "inventory/syncs/", "&".join(f"policy_types={kind}" for kind in chosen)


def _accepted(page: str) -> list[int]:
    """What a person was told is under way has to be on the record."""
    runs = [int(number) for number in RUN.findall(page)[:1]]
    for run in runs:
        troubles.journal.note("accepted", run=run)
    return runs


def _post(door: Door, place: str, form: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true", "X-CSRFToken": TOKEN,
        "Cookie": f"tenantpilot_session={door.session}; tenantpilot_csrf={TOKEN}",
    }  # fmt: skip
    try:
        connection.request("POST", f"/admin/t/contoso/{place}", form, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()
