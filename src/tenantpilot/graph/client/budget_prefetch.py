"""Let the threads of one process book ahead in a shared budget, since each booking costs a transaction."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tenantpilot.graph.client.budget import (
    ALLOWANCES,
    ASK_AGAIN_SECONDS,
    Allowance,
    Budget,
    Demand,
    Service,
    silenced_with,
)
from tenantpilot.graph.clock import Clock, SystemClock

STOCK_SHARE = 0.01
"""How much of an allowance one worker books ahead at most."""


@dataclass(frozen=True)
class _Stock:
    """Requests that were booked ahead: how many are left, and until when."""

    booked: int = 0
    left: int = 0
    good_until: float = 0.0

    def next_one(self, most: int, *, now: float) -> int:
        """More where it did not last its time, else what was used of it: what is booked in vain is lost to all."""
        if now < self.good_until:
            return min(most, max(1, 2 * self.booked))
        return self.booked - self.left


@dataclass(frozen=True)
class _Refusal:
    """A demand that was refused, and the time before which it is refused again."""

    demand: Demand = field(default_factory=Demand)
    until: float = 0.0
    ask_again_at: float = 0.0
    """Earlier than `until`, for the shared budget's clock may be set back meanwhile."""

    def wait(self, demand: Demand, *, now: float) -> float:
        if now >= self.ask_again_at:
            return 0.0
        is_as_much = demand.requests >= self.demand.requests and demand.writes >= self.demand.writes
        return max(0.0, self.until - now) if is_as_much else 0.0


@dataclass
class _Prefetch:
    """The queue of this process's threads for one service."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stock: _Stock = field(default_factory=_Stock)
    refusal: _Refusal = field(default_factory=_Refusal)


class PrefetchingBudget:
    """Asks a shared budget for all threads of this process, so that a database is asked a tenth as often.

    Single reads are booked several at a time. What is not used within a short span is forgotten; the shared window
    has counted it, so the limit holds. A batch is many already, and a write too dear to be booked in vain.
    What the shared budget refused to one thread, it is not asked for by the next one before that time: a dozen
    threads that wait for the same room would else hold its row in turn just to be told the same.
    """

    def __init__(
        self,
        shared: Budget,
        *,
        allowances: Mapping[Service, Allowance] = ALLOWANCES,
        clock: Clock | None = None,
    ) -> None:
        self._shared = shared
        self._allowances = allowances
        self._clock = clock or SystemClock()
        self._prefetches = {service: _Prefetch() for service in Service}

    def take(self, service: Service, demand: Demand) -> float:
        most = int(self._allowances[service].requests * STOCK_SHARE)
        prefetch = self._prefetches[service]
        with prefetch.lock:
            if demand.writes or demand.requests > 1 or not most:
                return self._asked(prefetch, service, demand)
            return 0.0 if self._from_stock(prefetch) else self._restocked(prefetch, service, most)

    def answered(self, service: Service) -> None:
        self._shared.answered(service)
        if self._allowances[service].is_paced:  # there is room earlier than was told
            self._forget_refusal(self._prefetches[service])

    def hold(self, service: Service, seconds: float) -> None:
        for affected_service in silenced_with(service, self._allowances):
            prefetch = self._prefetches[affected_service]
            with prefetch.lock:
                prefetch.stock, prefetch.refusal = _Stock(), _Refusal()
        self._shared.hold(service, seconds)

    def _forget_refusal(self, prefetch: _Prefetch) -> None:
        with prefetch.lock:
            prefetch.refusal = _Refusal()

    def _from_stock(self, prefetch: _Prefetch) -> bool:
        stock = prefetch.stock
        if not stock.left or self._clock.monotonic() >= stock.good_until:
            return False
        prefetch.stock = replace(stock, left=stock.left - 1)
        return True

    def _restocked(self, prefetch: _Prefetch, service: Service, most: int) -> float:
        now = self._clock.monotonic()
        ahead = prefetch.stock.next_one(most, now=now)
        if self._asked(prefetch, service, Demand(1 + ahead)):
            return self._asked(prefetch, service, Demand())
        prefetch.stock = _Stock(ahead, ahead, now + self._allowances[service].slot_seconds)
        return 0.0

    def _asked(self, prefetch: _Prefetch, service: Service, demand: Demand) -> float:
        if wait := prefetch.refusal.wait(demand, now=self._clock.monotonic()):
            return wait
        if wait := self._shared.take(service, demand):
            now = self._clock.monotonic()
            prefetch.refusal = _Refusal(demand, now + wait, now + min(wait, ASK_AGAIN_SECONDS))
        return wait
