"""Every address of the URL configuration, asked with values that no browser of ours sends."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zlib import crc32

from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import QueryDict
from django.template import engines
from django.template.loader_tags import ExtendsNode
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver

from tests.databases import IS_POSTGRESQL

T = TypeVar("T")

NUL = "\x00"
# The first four are what a database may stumble over, each in its own way; the others never come that far.
OF_DATABASES = [
    f"ab{NUL}cd",
    "9" * 40,
    "a" * 3000,
    "\u202e\ud7ff\U0010ffff%s{{x}}<'\"\r\nSet-Cookie: a=b",
]
HOSTILE = OF_DATABASES if IS_POSTGRESQL else [*OF_DATABASES, "²", "9999-12-31", "0001-01-01", "http://[", "audit-name"]
EVERY_HEADER: list[dict[str, str]] = [
    {"HX-Request": "true", "HX-Current-URL": "http://[", "Referer": "http://["},
    {"HX-Request": "true", "HX-Current-URL": f"http://testserver/%00{'a' * 3000}/", "HX-Target": "#list"},
    {"HX-Request": "true", "HX-Current-URL-URI-AutoEncoded": "true", "HX-Current-URL": "%ff", "Referer": "%ff"},
    {"Referer": "audit-name", "Accept-Language": "x" * 3000, "Accept": "\x7f", "User-Agent": ""},
    {"X-Request-ID": "²" * 100, "X-Forwarded-For": "::1%", "X-Forwarded-Proto": "ftp", "Forwarded": "for=["},
    {"If-None-Match": '"', "If-Modified-Since": "never", "Range": "bytes=-1", "Authorization": "Bearer ²"},
]
HOSTILE_HEADERS = [] if IS_POSTGRESQL else EVERY_HEADER
LIST_ALONE = {"HX-Request": "true", "HX-Target": "div#list"}
HOSTILE_PARTS = {
    "int": ["0", "9" * 19, "9" * 40],
    "slug": ["a" * 3000, "-", "nobody"],
    "str": ["²", "%00", "a" * 3000, "%FF", "{}"],
    "path": ["²", "%00", "..%2f..%2fsettings.py"],
}


def sampled(values: Sequence[T], most: int, place: str) -> Sequence[T]:
    """Return so many of the values: the same for a place at each call, and over all places each of them as often."""
    first = crc32(place.encode()) % max(len(values), 1)
    return [*values[first:], *values[:first]][:most]


@dataclass
class Tally:
    """Requests that were sent, and those that were answered as no request should be."""

    requests: int = 0
    failures: list[str] = field(default_factory=list)


def addresses(parts: Mapping[str, Iterable[object]]) -> dict[str, list[str]]:
    """Return every address, once for each of the real values of its parts: with the first of them, all that is sent."""
    filled = [list(_filled(route, parts)) for route in routes()]
    return {f"/{url}": HOSTILE if number == 0 else HOSTILE[:1] for urls in filled for number, url in enumerate(urls)}


def unreal_addresses(parts: Mapping[str, Iterable[object]], most: int) -> list[str]:
    """Return every address that has parts, with so many hostile values in the place of each."""
    return [f"/{url}" for route in routes() for url in _filled_wrongly(route, parts, most)]


def routes() -> Iterator[str]:
    """Yield the route of every pattern of the URL configuration."""
    return (route for _name, route in named_routes())


def named_routes() -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every pattern of the URL configuration."""
    yield from _routes(get_resolver().url_patterns, "")


def _routes(patterns: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield str(pattern.name), route


def _plain(route: str) -> str:
    """A route that is a regular expression reads like the others."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<path:\1>", route)
    return named.removeprefix("^").removesuffix("$").removesuffix(r"\Z")


QUERY_AS_DICT = QueryDict.dict
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def _filled(route: str, parts: Mapping[str, Iterable[object]]) -> Iterator[str]:
    values = [[str(value) for value in parts[hole["name"]]] for hole in PART.finditer(route)]
    for number in range(max(map(len, values), default=1)):
        yield _placed(route, [some[number % len(some)] for some in values])


def _filled_wrongly(route: str, parts: Mapping[str, Iterable[object]], most: int) -> Iterator[str]:
    holes = list(PART.finditer(route))
    usual = [str(next(iter(parts[hole["name"]]))) for hole in holes]
    for place, hole in enumerate(holes):
        for hostile in sampled(HOSTILE_PARTS[hole["kind"] or "str"], most, f"{route}{place}"):
            yield _placed(route, [*usual[:place], hostile, *usual[place + 1 :]])


def _placed(route: str, values: list[str]) -> str:
    waiting = iter(values)
    return PART.sub(lambda _hole: next(waiting), route)


@contextmanager
def names_asked(monkeypatch: Any) -> Iterator[set[str]]:
    """Collect the names that views look for in what was sent. Who walks through all that was sent asks for none."""
    asked: set[str] = set()
    walking: list[str] = []

    def looking(verb: Any, *, counts_while_filling: bool) -> Any:
        def look(query: QueryDict, key: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(key, str) and not walking and (counts_while_filling or not query._mutable):
                asked.add(key)
            return verb(query, key, *rest, **more)

        return look

    def walk(verb: Any) -> Any:
        def walked(query: QueryDict) -> Any:
            walking.append("")
            try:
                return list(verb(query)) if verb is not QUERY_AS_DICT else verb(query)
            finally:
                walking.pop()

        return walked

    with monkeypatch.context() as patch:
        for name in ("__getitem__", "getlist", "get", "__contains__"):
            look = looking(getattr(QueryDict, name), counts_while_filling=name != "__contains__")
            patch.setattr(QueryDict, name, look)
        for name in ("items", "values", "lists", "dict"):
            patch.setattr(QueryDict, name, walk(getattr(QueryDict, name)))
        yield asked


FRAME = "web/base.html"
BLOCK = re.compile(r"{% block (\w+) %}")


@contextmanager
def without_frame(monkeypatch: Any) -> Iterator[None]:
    """Draw of each page what is its own. The frame around it was drawn when the page was asked for the first time."""
    parent = ExtendsNode.get_parent
    engine = engines["django"].engine  # type: ignore[attr-defined]
    source = engine.get_template(FRAME).source
    names = [name for name in dict.fromkeys(BLOCK.findall(source)) if name != "body"]
    parts = engine.from_string(
        "{% load i18n pilot %}" + "".join(f"{{% block {name} %}}{{% endblock %}}" for name in names)
    )

    def own_parts(node: ExtendsNode, context: Any) -> Any:
        return parts if node.parent_name.token.strip("'\"") == FRAME else parent(node, context)

    with monkeypatch.context() as patch:
        patch.setattr(ExtendsNode, "get_parent", own_parts)
        yield


class Sender:
    """Sends requests with the cookies of a browser, and takes back what they changed.

    It goes straight to the middleware: the test client keeps a copy of every template's context, which takes longer
    than most answers.
    """

    def __init__(self, browser: Client) -> None:
        self.tally = Tally()
        self._requests = RequestFactory()
        self._requests.cookies = browser.cookies
        self._console = BaseHandler()
        self._console.load_middleware()
        self._error: BaseException | None = None
        got_request_exception.connect(self._keep_error)

    def send(self, method: str, url: str, data: Mapping[str, Any] | None = None, headers: Any = None) -> int:
        """Return the status of the answer; a 500 is a failure, and so is a redirect that leaves the console."""
        self.tally.requests += 1
        self._error = None
        make = self._requests.get if method == "GET" else self._requests.post
        request = make(url, data or {}, headers=headers or {})
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as the test client says it
        with transaction.atomic():
            answer = self._console.get_response(request)
            transaction.set_rollback(True)
        place = answer.headers.get("Location", "/")
        if answer.status_code == 500 or place.startswith(("//", "/\\", "http:", "https:", "\\")) or self._error:
            told = f"{method} {url[:120]} {str(data)[:160]} {headers}: {self._error or place!r}"
            self.tally.failures.append(told[:500])
        return answer.status_code

    def _keep_error(self, **_: object) -> None:
        self._error = sys.exc_info()[1]


def fuzz(sender: Sender, url: str, values: list[str], whole: Mapping[str, Any], monkeypatch: Any, *, most: int) -> None:
    """Send every name that the address looks for with `most` of the values, alone and in a form that is right."""
    for method in ("GET", "POST"):
        with names_asked(monkeypatch) as asked:
            if sender.send(method, url) == 405:
                continue
            sender.send(method, url, whole if method == "POST" else {"matching": "1"})
            for headers in sampled(HOSTILE_HEADERS, most // 2, method + url):
                sender.send(method, url, headers=headers)
            sent: set[str] = set()
            with without_frame(monkeypatch):
                while unsent := asked - sent:
                    sent |= unsent
                    for name in sorted(unsent):
                        chosen = sampled(values, most, method + url + name)
                        _send_values(sender, method, url, name, chosen, whole)


def _send_values(
    sender: Sender, method: str, url: str, name: str, values: Sequence[str], whole: Mapping[str, Any]
) -> None:
    """All values but the first are sent as a script sends them that wants the list without its page."""
    for number, value in enumerate(values):
        if method == "POST":
            sender.send(method, url, {**whole, name: value})
        else:
            sender.send(method, url, {name: value}, headers=LIST_ALONE if number else {})
