"""People who look at pages while the workers work: each opens one page after another, as browsers do."""

import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PAUSE_SECONDS = 1.0
BACKEND = "tenantpilot.web.sign_in.backend.AddressBackend"


@dataclass
class Seen:
    """The milliseconds of every answer, by page, and the number of answers that were errors of the server."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, seconds: float, status: int) -> None:
        with self.lock:
            self.milliseconds.setdefault(page, []).append(seconds * 1_000)
            self.errors += status >= 500

    @property
    def all_of_them(self) -> list[float]:
        return [value for values in self.milliseconds.values() for value in values]


class People:
    """So many signed-in people, who poll the widget and open lists and pages of tenants."""

    def __init__(self, port: int, cookies: Sequence[str], pages: Sequence[tuple[str, str]]) -> None:
        self._port, self._cookies, self._pages = port, cookies, pages

    @contextmanager
    def looking(self) -> Iterator[Seen]:
        seen, over = Seen(), threading.Event()
        threads = [
            threading.Thread(target=self._look, args=(cookie, place, seen, over), daemon=True)
            for place, cookie in enumerate(self._cookies)
        ]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _look(self, cookie: str, place: int, seen: Seen, over: threading.Event) -> None:
        """Begin each at another page and moment."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        number = place
        over.wait(PAUSE_SECONDS * place / max(len(self._cookies), 1))
        while not over.is_set():
            page, path = self._pages[number % len(self._pages)]
            begun = time.monotonic()
            try:
                connection.request("GET", path, headers={"Cookie": cookie})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except OSError:
                connection.close()
                status = 599
            seen.note(page, time.monotonic() - begun, status)
            number += 1
            over.wait(PAUSE_SECONDS)


def cookies_of(people: Sequence[Any]) -> list[str]:
    """Sign the people in, and return what their browsers send."""
    from django.conf import settings
    from django.test import Client

    cookies = []
    for person in people:
        browser = Client()
        browser.force_login(person, backend=BACKEND)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}")
    return cookies
