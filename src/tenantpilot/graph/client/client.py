"""Talk to the Graph of one tenant: pages, batches, many at once, within its budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from tenantpilot.graph.client.answers import Answer, JsonObject
from tenantpilot.graph.client.batch import Part, PartReader, Read, body_of, parts_of
from tenantpilot.graph.client.budget import (
    ASK_AGAIN_SECONDS,
    Budget,
    Demand,
    MemoryStore,
    Service,
    TenantBudget,
    budget_of_process,
)
from tenantpilot.graph.client.connection import GraphConnection, origin_of
from tenantpilot.graph.client.paging import items_of_pages, pages_from
from tenantpilot.graph.client.retries import Call, RetryPolicy, Stop, Waits, never, nobody
from tenantpilot.graph.client.send import Request, Sender
from tenantpilot.graph.client.services import service_of
from tenantpilot.graph.client.tokens import TokenCache, TokenSource, tokens_of_process
from tenantpilot.graph.clock import Clock, SystemClock
from tenantpilot.graph.errors import (
    GraphError,
    GraphForbidden,
    GraphHostRefused,
    GraphThrottled,
    GraphTokenRejected,
)

K = TypeVar("K")
T = TypeVar("T")

CONCURRENCY = 12
PACED_WAIT_SECONDS = 3.0

Headers = Mapping[str, str]
NO_HEADERS: Headers = MappingProxyType({})


class GraphClient:
    """Reads and changes one tenant. A context manager; safe to use from many threads.

    Paths begin with their version, "/beta/deviceManagement/intents", and come from the contracts.
    Every method raises GraphError: signing in, refusals and trouble on the way each have their type.
    `stop` ends waits and further requests with GraphStopped; it is asked from several threads.
    `waits` is told before Graph or the budget make the client wait, from several threads too: its owner may stop.
    Clients of one process share the budget of a tenant and the tokens, unless they are given their own, or a clock
    of their own. `transport`, `clock`, `budget` and `tokens` come in, so that tests and deployments choose them.
    """

    def __init__(
        self,
        connection: GraphConnection,
        *,
        stop: Stop = never,
        waits: Waits = nobody,
        budget: Budget | None = None,
        tokens: TokenCache | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
        retry_policy: RetryPolicy | None = None,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._connection = connection
        self._clock = clock or SystemClock()
        self.retry_policy = retry_policy or RetryPolicy()
        self._closed = threading.Event()
        self._waits = waits
        self._stop: Stop = lambda: self._closed.is_set() or stop()
        self._budget = budget or _default_budget(connection, clock)
        self._concurrency = concurrency
        self._room = threading.BoundedSemaphore(concurrency)
        self._sender = Sender(connection, retry_policy=self.retry_policy, transport=transport, connections=concurrency)
        self._tokens = TokenSource(
            connection,
            self._sender,
            clock=self._clock,
            retry_policy=self.retry_policy,
            stop=self._stop,
            cache=tokens or _default_tokens(clock),
        )

    def __enter__(self) -> GraphClient:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what still waits, and the connections."""
        self._closed.set()
        self._sender.close()

    @property
    def graph_url(self) -> str:
        """Scheme and host, as addresses in a body need them."""
        return self._connection.graph_url

    def sign_in(self) -> str:
        """Get a token without asking Graph for anything; answers the token. Raises GraphSignInFailed."""
        return self._tokens.token()

    def sign_in_anew(self) -> str:
        """Get a new token, which has the permissions that were granted meanwhile."""
        self._tokens.reject(self._tokens.token())
        return self._tokens.token()

    def get(self, path: str, params: Mapping[str, str] | None = None, *, headers: Headers = NO_HEADERS) -> JsonObject:
        """Return one object, or one page of a collection."""
        return self._perform(Request("GET", self._url(path), params=dict(params or {}), headers=headers)).json()

    def iterate(
        self, path: str, params: Mapping[str, str] | None = None, *, headers: Headers = NO_HEADERS
    ) -> Iterator[JsonObject]:
        """Yield every item of a collection, page after page.

        Items are Graph's own JSON objects, untouched. Raises GraphIncompleteRead at the end when it was not all.
        Source: https://learn.microsoft.com/graph/paging
        """
        return items_of_pages(self.get(path, params, headers=headers), partial(self._follow, headers=headers))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[JsonObject]:
        """Yield the pages themselves: the last one of a delta query holds its link."""
        return pages_from(self.get(path, params), self._follow)

    def pages_of_link(self, link: str) -> Iterator[JsonObject]:
        """Yield the pages from a link that Graph gave earlier. Raises GraphHostRefused."""
        return pages_from(self._follow(link), self._follow)

    def rest_of(self, page: JsonObject) -> Iterator[JsonObject]:
        """Yield every item of a collection whose first page is here already, from a batch or an expanded property."""
        return items_of_pages(page, self._follow)

    def send(self, method: str, path: str, body: Any = None, *, headers: Headers = NO_HEADERS) -> Answer:
        """Send a write that may be repeated: it states the wanted result, so that twice is as good as once."""
        return self._perform(Request(method, self._url(path), json=body, headers=headers))

    def send_once(self, method: str, path: str, body: Any = None, *, headers: Headers = NO_HEADERS) -> Answer:
        """Send a write once, without a retry: the caller looks before it tries again."""
        request = Request(method, self._url(path), json=body, headers=headers)
        return self._attempt(request, self.new_call(), _service(request), Demand(writes=1))

    def new_call(self) -> Call:
        """Return a new call: its deadline, and the waits between attempts."""
        return Call(self.retry_policy, self._clock, self._stop)

    def pause(self, seconds: float) -> None:
        """Wait, and end at once when the work is cancelled. Raises GraphStopped."""
        self.new_call().sleep(seconds)

    def batch(self, reads: Sequence[Read]) -> list[JsonObject | GraphError]:
        """Many reads, each with its answer or its own error, in the order asked.

        Sent in batches of 20, several at once; only the parts that were throttled or failed are sent again.
        """
        outcomes: dict[int, JsonObject | GraphError] = {}
        readers = {number: partial(self._read_part, part) for number, part in enumerate(parts_of(reads))}
        for _number, outcome in self.together(readers):
            if isinstance(outcome, GraphError):
                raise outcome
            outcomes |= outcome
        return [outcomes[number] for number in range(len(reads))]

    def together(self, calls: Mapping[K, Callable[[], T]]) -> Iterator[tuple[K, T | GraphError]]:
        """Make many calls at once; each outcome as it comes, a GraphError as a value.

        The number of requests under way is bounded for the whole client, however deeply calls are nested.
        """
        for outcomes in self.in_groups(calls):
            yield from outcomes

    def in_groups(
        self, calls: Mapping[K, Callable[[], T]], *, gather_seconds: float = 0
    ) -> Iterator[list[tuple[K, T | GraphError]]]:
        """Yield what `together` yields, in groups: after an outcome it waits `gather_seconds` for others."""
        if len(calls) <= 1:
            yield from ([(key, _outcome(call))] for key, call in calls.items())
            return
        pool = ThreadPoolExecutor(min(len(calls), self._concurrency), thread_name_prefix="graph")
        try:
            futures: dict[Future[T | GraphError], K] = {pool.submit(_outcome, call): key for key, call in calls.items()}
            pending = set(futures)
            while pending:
                first, pending = wait(pending, return_when=FIRST_COMPLETED)
                rest, pending = wait(pending, timeout=gather_seconds) if gather_seconds else (set(), pending)
                yield [(futures[future], future.result()) for future in (*first, *rest)]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _url(self, path: str) -> str:
        return f"{self._connection.graph_url}{path}"

    def _follow(self, link: str, headers: Headers = NO_HEADERS) -> JsonObject:
        # Every request carries our token, so a link may not choose the host.
        if origin_of(link) != self._connection.graph_url:
            raise GraphHostRefused("a page link leads to another host")
        return self._perform(Request("GET", link, headers=headers)).json()

    def _read_part(self, part: Part) -> dict[int, JsonObject | GraphError]:
        reader = PartReader(
            part,
            exchange=self._exchange_batch,
            new_call=self.new_call,
            throttled=self._hold_if_throttled,
            wait=self._wait,
            now=self._clock.now,
        )
        return reader.read()

    def _exchange_batch(self, part: Part, call: Call) -> Answer:
        version, service = next((item.version, item.service) for item in part.values())
        request = Request("POST", self._url(f"/{version}/$batch"), json=body_of(part))
        return self._attempt(request, call, service, Demand(requests=len(part)))

    def _perform(self, request: Request) -> Answer:
        """Repeat until it is answered, refused, or its time is over."""
        call, service = self.new_call(), _service(request)
        while True:
            try:
                return self._attempt(request, call, service, Demand(writes=int(request.is_write)))
            except GraphError as error:
                delay = call.delay_after(error)
                self._hold_if_throttled(service, error, delay)
                self._wait(call, delay)

    def _attempt(self, request: Request, call: Call, service: Service, demand: Demand) -> Answer:
        """Send a request, and send it again with a new token when the first was no longer good or knew too little."""
        token = self._tokens.token()
        try:
            return self._exchange(request, token, call, service, demand)
        except GraphTokenRejected:
            self._tokens.reject(token)
        except GraphForbidden:
            if not self._tokens.reject_if_old(token):
                raise
        return self._exchange(request, self._tokens.token(), call, service, demand)

    def _exchange(self, request: Request, token: str, call: Call, service: Service, demand: Demand) -> Answer:
        signed = replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})
        answer = self._sent_within_budget(signed, call, service, demand)
        try:
            answer.raise_for_error(now=self._clock.now())
        except GraphThrottled as error:
            if service is Service.CONDITIONAL_ACCESS and error.facts.retry_after is None:
                # It counts by the second and never says how long to wait; the pace slows down besides.
                error.facts = replace(error.facts, retry_after=PACED_WAIT_SECONDS)
            self._hold_if_throttled(service, error)
            raise
        if request.method == "GET":
            answer.json()  # an answer without one is worth another attempt
        return answer

    def _sent_within_budget(self, request: Request, call: Call, service: Service, demand: Demand) -> Answer:
        """Booked the moment before it is sent: what waits for room after it was booked would reach Graph too late."""
        while True:
            call.check()
            with self._room:
                wait = self._budget.take(service, demand)
                if not wait:
                    return self._sent(request, call, service)
            if wait >= call.seconds_left:
                raise GraphThrottled
            self._waits(wait)
            call.sleep(min(call.with_jitter(wait, most=0.1), ASK_AGAIN_SECONDS))

    def _wait(self, call: Call, seconds: float) -> None:
        """Only where all that was sent has its answer, since whoever owns the client may stop here."""
        if seconds:
            self._waits(seconds)
        call.sleep(seconds)

    def _sent(self, request: Request, call: Call, service: Service) -> Answer:
        try:
            return self._sender.send(request, seconds=call.attempt_seconds())
        finally:
            self._budget.answered(service)

    def _hold_if_throttled(self, service: Service, error: GraphError, seconds: float = 0.0) -> None:
        """Further requests would count too, so the whole tenant is quiet."""
        if isinstance(error, GraphThrottled) and error.facts.status is not None:
            retry_after = error.facts.retry_after
            least = self.retry_policy.throttled_backoff[0] if retry_after is None else retry_after
            self._budget.hold(service, max(seconds, least))


def _default_budget(connection: GraphConnection, clock: Clock | None) -> Budget:
    tenant_key = connection.entra_tenant_id
    return TenantBudget(MemoryStore(clock), tenant_key) if clock else budget_of_process(tenant_key)


def _default_tokens(clock: Clock | None) -> TokenCache:
    return TokenCache(most=1) if clock else tokens_of_process()


def _service(request: Request) -> Service:
    return service_of(urlsplit(request.url).path)


def _outcome(call: Callable[[], T]) -> T | GraphError:
    try:
        return call()
    except GraphError as error:
        return error
