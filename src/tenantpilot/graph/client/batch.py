"""Many reads in one request.

Only reads: their order does not matter and repeating them harms nothing. Each part counts against
the limits for itself and can be throttled alone.
Source: https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tenantpilot.graph.client.answers import Answer, JsonObject
from tenantpilot.graph.client.budget import Service
from tenantpilot.graph.client.retries import Call
from tenantpilot.graph.client.services import most_in_batch, service_of
from tenantpilot.graph.errors import GraphError, GraphResponseUnreadable, GraphThrottled

Outcome = JsonObject | GraphError
NOTHING_THERE = 204
"""An object that another one may have, and has not."""


@dataclass(frozen=True)
class Read:
    """A GET; `path` begins with its version: "/beta/deviceManagement/intents"."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return self.path.split("/")[1]

    @property
    def service(self) -> Service:
        return service_of(self.path)

    @property
    def url_in_batch(self) -> str:
        """Relative and without the version, which the batch itself names."""
        below = self.path.removeprefix(f"/{self.version}")
        return below + (f"?{urlencode(self.params, safe='$(),=/')}" if self.params else "")


Part = Mapping[int, Read]
"""Reads that go together in one request, by their number in the whole."""


def parts_of(reads: Iterable[Read]) -> Iterator[Part]:
    """Cut into parts: one version and one service each."""
    groups: dict[tuple[str, Service], dict[int, Read]] = {}
    for number, request in enumerate(reads):
        groups.setdefault((request.version, request.service), {})[number] = request
    for (_version, service), group in groups.items():
        numbers, most = list(group), most_in_batch(service)
        for start in range(0, len(numbers), most):
            yield {number: group[number] for number in numbers[start : start + most]}


class PartReader:
    """Reads one part to its end: what was throttled or failed is sent again, and nothing else."""

    def __init__(
        self,
        part: Part,
        *,
        exchange: Callable[[Part, Call], Answer],
        new_call: Callable[[], Call],
        throttled: Callable[[Service, GraphError], None],
        wait: Callable[[Call, float], None],
        now: Callable[[], datetime],
    ) -> None:
        self._pending = dict(part)
        self._exchange = exchange
        self._throttled, self._wait = throttled, wait
        self._now = now
        self._whole = new_call()
        self._calls = {number: new_call() for number in part}
        self._found: dict[int, Outcome] = {}
        self._service = next(iter(part.values())).service

    def read(self) -> dict[int, Outcome]:
        """Return every number of the part with its object or its error."""
        while self._pending:
            try:
                self._wait(self._whole, self._round())
            except GraphError as error:
                self._found |= dict.fromkeys(self._pending, error)
                break
        return self._found

    def _round(self) -> float:
        """Book a request; return the seconds to wait before the next one."""
        try:
            body = self._exchange(self._pending, self._whole).json()
            answers = answers_of(body, self._pending)
        except GraphError as error:
            return self._whole.delay_after(error)
        refusals: list[GraphThrottled] = []
        delays = [self._settle(number, answers.get(number), refusals) for number in list(self._pending)]
        if refusals:  # one lesson, however many parts were refused
            self._throttled(self._service, max(refusals, key=_asks_for))
        return max(delays, default=0.0)

    def _settle(self, number: int, answer: Answer | None, refusals: list[GraphThrottled]) -> float:
        """Keep the outcome, or leave it pending and answer the seconds to wait."""
        try:
            self._found[number] = self._object_of(answer)
        except GraphError as error:
            if isinstance(error, GraphThrottled):
                refusals.append(error)
            try:
                return self._calls[number].delay_after(error)
            except GraphError as final:
                self._found[number] = final
        del self._pending[number]
        return 0.0

    def _object_of(self, answer: Answer | None) -> JsonObject:
        if answer is None:
            raise GraphResponseUnreadable("a batch left a part unanswered")
        answer.raise_for_error(now=self._now())
        return {} if answer.status == NOTHING_THERE else answer.json()


def _asks_for(refusal: GraphThrottled) -> float:
    """Seconds; one that does not say how long is waited for as long as one knows no better."""
    return float("inf") if refusal.facts.retry_after is None else refusal.facts.retry_after


def body_of(part: Part) -> JsonObject:
    """Return the JSON of a $batch request."""
    return {
        "requests": [
            {"id": str(number), "method": "GET", "url": request.url_in_batch} for number, request in part.items()
        ]
    }


def answers_of(body: JsonObject, numbers: Iterable[int]) -> dict[int, Answer]:
    """Return the answers by number, in whatever order they came; what was not answered is not there.

    Raises GraphResponseUnreadable when it is no batch at all.
    """
    responses = body.get("responses")
    if not isinstance(responses, list):
        raise GraphResponseUnreadable("a batch without responses")
    by_id = {str(number): number for number in numbers}
    answers: dict[int, Answer] = {}
    for response in responses:
        number = by_id.get(str(response.get("id"))) if isinstance(response, dict) else None
        if number is not None and isinstance(response.get("status"), int):
            answers.setdefault(number, _answer(response))
    return answers


def _answer(response: Mapping[str, Any]) -> Answer:
    headers = response.get("headers")
    body = response.get("body")
    return Answer(
        status=response["status"],
        headers={str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
        body=body if isinstance(body, dict) else None,
    )
