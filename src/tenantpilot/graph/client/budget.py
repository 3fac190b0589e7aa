"""The rate budget of a tenant: how much it may ask of each service of Graph, and when it must be quiet.

The arithmetic is pure (`book`, `hold`): state in, state out. Where the state lives is a `BudgetStore` with one
atomic verb, so that the workers of a deployment can share it in a database.

Limits: https://learn.microsoft.com/graph/throttling-limits
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Protocol, TypeVar

from tenantpilot.graph.clock import Clock, SystemClock

T = TypeVar("T")


class Service(StrEnum):
    """A part of Graph that counts requests for itself."""

    INTUNE = "intune"
    """Device configuration, compliance, and what has no pool of its own."""
    INTUNE_APPS = "intune_apps"
    """Applications, their protection and their configuration."""
    INTUNE_ENROLLMENT = "intune_enrollment"
    INTUNE_RBAC = "intune_rbac"
    """Roles, their assignments and scope tags."""
    INTUNE_DEVICES = "intune_devices"
    """Devices and the scripts that run on them."""
    CONDITIONAL_ACCESS = "conditional_access"
    DIRECTORY = "directory"


@dataclass(frozen=True)
class Allowance:
    """At most so many requests, of them so many writes, in any `seconds`."""

    requests: int
    writes: int
    seconds: float

    def reduced_to(self, share: float) -> Allowance:
        return replace(self, requests=max(1, int(self.requests * share)), writes=max(1, int(self.writes * share)))

    def slowed_to(self, share: float) -> Allowance:
        """Return the reduced allowance; where less than one request is left, one in a longer time."""
        return replace(self.reduced_to(share), seconds=self.seconds / min(1.0, self.requests * share))

    @property
    def is_paced(self) -> bool:
        """Return True if requests go one at a time, with the time counted from the answer on."""
        return self.requests == 1

    @property
    def slot_seconds(self) -> float:
        """Return the number of steps in which bookings are counted."""
        return self.seconds / 40


ALLOWANCES: Mapping[Service, Allowance] = {
    Service.INTUNE: Allowance(requests=1000, writes=100, seconds=20.0),
    Service.INTUNE_APPS: Allowance(requests=1000, writes=100, seconds=20.0),
    Service.INTUNE_ENROLLMENT: Allowance(requests=1000, writes=100, seconds=20.0),
    Service.INTUNE_RBAC: Allowance(requests=1000, writes=100, seconds=20.0),
    Service.INTUNE_DEVICES: Allowance(requests=2000, writes=200, seconds=20.0),
    Service.CONDITIONAL_ACCESS: Allowance(requests=1, writes=1, seconds=1.0),
    Service.DIRECTORY: Allowance(requests=1500, writes=200, seconds=10.0),
}
SAFETY_SHARE = 0.95

PENDING_SECONDS = 10.0
"""A paced request that is not answered by then is thought lost with its worker."""

CLOCK_WENT_BACK_SECONDS = 20.0
"""Nothing is booked in the future: what lies further ahead than this was written before the clock was set back."""

ASK_AGAIN_SECONDS = 5.0
"""The longest wait before the budget is asked again: its answer may no longer hold."""

CAUTION_AFTER_THROTTLE = 0.7
LEAST_CAUTION = 0.1
CAUTION_REGAINED = 0.1
CAUTION_SECONDS = 20.0
"""In each such time without a 429, caution goes back by one step."""


@dataclass(frozen=True)
class Demand:
    """A booking to make: one request, or the parts of a batch."""

    requests: int = 1
    writes: int = 0


@dataclass(frozen=True)
class Slot:
    """The bookings within a short span of time."""

    starts_at: float
    requests: int
    writes: int


@dataclass(frozen=True)
class BudgetState:
    """All that is remembered of one tenant at one service. Plain data: a store may keep it as JSON."""

    slots: tuple[Slot, ...] = ()
    quiet_until: float = 0.0
    caution: float = 1.0
    """Share of the allowance in use: lowered when Graph throttles although we kept to it, since others ask too."""
    caution_since: float = 0.0
    pending_until: float = 0.0
    """A paced request is under way."""


def as_data(state: BudgetState) -> dict[str, Any]:
    """Return the state as JSON, for a store."""
    return asdict(state)


def from_data(data: Mapping[str, Any]) -> BudgetState:
    """Return the state that `as_data` wrote; a fresh one for an empty mapping."""
    slots = tuple(Slot(**slot) for slot in data.get("slots", ()))
    return BudgetState(**{**data, "slots": slots})


def book(state: BudgetState, demand: Demand, allowance: Allowance, *, now: float) -> tuple[BudgetState, float]:
    """Book the demand, or say how many seconds to wait before asking again (0.0: booked)."""
    state = _by_this_clock(state, now)
    if state.quiet_until > now:
        return state, state.quiet_until - now
    state = _regained(state, now)
    if allowance.is_paced and state.pending_until > now:
        return state, min(state.pending_until - now, allowance.seconds)
    usable = allowance.slowed_to(state.caution)
    current = _forgotten(state, usable, now)
    if wait := _seconds_until_free(current, demand, usable, now) or _seconds_until_even(current, demand, usable, now):
        return state, wait  # as it was, so that a store has nothing to write
    return _with_booking(current, demand, allowance, now), 0.0


def answered(state: BudgetState, *, now: float) -> BudgetState:
    """Return the state once a paced request has its answer: Graph counted it before."""
    return replace(state, slots=(Slot(now, requests=1, writes=1),), pending_until=0.0)


def hold(state: BudgetState, seconds: float, *, now: float) -> BudgetState:
    """Graph throttled: be quiet for so long, and ask for less afterwards."""
    state = _marked(_by_this_clock(state, now), now)
    quiet_until = max(state.quiet_until, now + seconds)
    if state.quiet_until > now:  # an answer to what was under way already
        return replace(state, quiet_until=quiet_until)
    caution = max(LEAST_CAUTION, state.caution * CAUTION_AFTER_THROTTLE)
    return replace(state, quiet_until=quiet_until, caution=caution, caution_since=quiet_until)


def quiet(state: BudgetState, seconds: float, *, now: float) -> BudgetState:
    """Graph throttled this tenant at another service: be quiet as well, and as busy afterwards as before."""
    state = _marked(_by_this_clock(state, now), now)
    return replace(state, quiet_until=max(state.quiet_until, now + seconds))


def silenced_with(service: Service, allowances: Mapping[Service, Allowance]) -> tuple[Service, ...]:
    """Return the services that pause when one is throttled: all of the tenant's, since Graph counts every request.

    A paced one is quiet alone: it refuses by the second, and that says nothing of the tenant.
    """
    return (service,) if allowances[service].is_paced else tuple(allowances)


def _by_this_clock(state: BudgetState, now: float) -> BudgetState:
    """Return the state after the clock went back, with coming slots as far away as they were at the last booking."""
    ahead = max((slot.starts_at for slot in state.slots), default=now) - now
    if ahead <= CLOCK_WENT_BACK_SECONDS:
        return state
    return replace(
        state,
        slots=tuple(replace(slot, starts_at=slot.starts_at - ahead) for slot in state.slots),
        quiet_until=state.quiet_until - ahead,
        caution_since=state.caution_since - ahead,
        pending_until=state.pending_until - ahead,
    )


def _marked(state: BudgetState, now: float) -> BudgetState:
    """With a booking of nothing, by which `_by_this_clock` knows when the quiet began."""
    return (
        state
        if state.slots and state.slots[-1].starts_at >= now
        else replace(state, slots=(*state.slots, Slot(now, requests=0, writes=0)))
    )


def _forgotten(state: BudgetState, allowance: Allowance, now: float) -> BudgetState:
    """Return the state without gone slots, rounded so that whoever waited as long as asked finds room."""
    gone_by = now + 1e-6
    return replace(state, slots=tuple(slot for slot in state.slots if _leaves_at(slot, allowance) > gone_by))


def _leaves_at(slot: Slot, allowance: Allowance) -> float:
    """Return the time a slot leaves Graph's window: a late request may come two slots later, a second with Intune."""
    return slot.starts_at + allowance.seconds + 3 * allowance.slot_seconds


def _regained(state: BudgetState, now: float) -> BudgetState:
    quiet_spans = int((now - state.caution_since) / CAUTION_SECONDS)
    if state.caution >= 1.0 or quiet_spans < 1:
        return state
    caution = min(1.0, state.caution + CAUTION_REGAINED * quiet_spans)
    return replace(state, caution=caution, caution_since=now)


def _seconds_until_free(state: BudgetState, demand: Demand, usable: Allowance, now: float) -> float:
    requests = sum(slot.requests for slot in state.slots)
    writes = sum(slot.writes for slot in state.slots)
    wait = 0.0
    for slot in state.slots:
        if requests + demand.requests <= usable.requests and writes + demand.writes <= usable.writes:
            return wait
        requests, writes = requests - slot.requests, writes - slot.writes
        wait = _leaves_at(slot, usable) - now
    return wait  # alone it may go even if it is larger than the allowance


def _seconds_until_even(state: BudgetState, demand: Demand, usable: Allowance, now: float) -> float:
    """Return the seconds to wait while others use the same allowance: Graph would refuse much of a burst."""
    slot_seconds = usable.slot_seconds
    in_this_one = sum(slot.requests for slot in state.slots if slot.starts_at >= now - now % slot_seconds)
    even_share = usable.requests * slot_seconds / usable.seconds
    if state.caution >= 1.0 or not in_this_one or in_this_one + demand.requests <= even_share:
        return 0.0
    return slot_seconds - now % slot_seconds


def _with_booking(state: BudgetState, demand: Demand, allowance: Allowance, now: float) -> BudgetState:
    starts_at = now - now % allowance.slot_seconds
    *earlier, last = state.slots or (Slot(starts_at, 0, 0),)
    if last.starts_at < starts_at:
        earlier, last = [*earlier, last], Slot(starts_at, 0, 0)
    booked = Slot(last.starts_at, last.requests + demand.requests, last.writes + demand.writes)
    pending_until = now + PENDING_SECONDS if allowance.is_paced else 0.0
    return replace(state, slots=(*earlier, booked), pending_until=pending_until)


def _held(step: Callable[..., BudgetState], seconds: float, state: BudgetState, now: float) -> tuple[BudgetState, None]:
    return step(state, seconds, now=now), None


class BudgetStore(Protocol):
    """A store of states: this process, or a database that all workers share."""

    def change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        """Read, change and keep the state of one key as one indivisible step.

        `step` receives the state (a fresh one for an unknown key) and the store's own time in seconds, so that
        workers need not agree on a clock. It is pure and may be called again when the step collided with another.
        """


class MemoryStore:
    """States for the threads of one process."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._states: dict[str, BudgetState] = {}
        self._lock = threading.Lock()

    def change(self, key: str, step: Callable[[BudgetState, float], tuple[BudgetState, T]]) -> T:
        with self._lock:
            self._states[key], result = step(self._states.get(key, BudgetState()), self._clock.monotonic())
            return result


_OF_THIS_PROCESS = MemoryStore()


def budget_of_process(
    tenant_key: str, *, allowances: Mapping[Service, Allowance] = ALLOWANCES, share: float = SAFETY_SHARE
) -> Budget:
    """Return the budget that all clients of one tenant share in this process, when they are given no other."""
    return TenantBudget(_OF_THIS_PROCESS, tenant_key, allowances=allowances, share=share)


class Budget(Protocol):
    """The budget of one tenant, as the client sees it."""

    def take(self, service: Service, demand: Demand) -> float:
        """Seconds to wait before asking again; 0.0 when it was booked and may be sent now."""

    def answered(self, service: Service) -> None:
        """Record that a booked request has come back from Graph, or never will."""

    def hold(self, service: Service, seconds: float) -> None:
        """Graph throttled this tenant: nobody asks it for so long, whichever service refused (see `silenced_with`)."""


class TenantBudget:
    """The budget of one tenant in a store. `tenant_key` is the Entra tenant id: Graph counts by it."""

    def __init__(
        self,
        store: BudgetStore,
        tenant_key: str,
        *,
        allowances: Mapping[Service, Allowance] = ALLOWANCES,
        share: float = SAFETY_SHARE,
    ) -> None:
        self._store = store
        self._tenant_key = tenant_key.lower()
        self._allowances = {service: allowance.reduced_to(share) for service, allowance in allowances.items()}

    def take(self, service: Service, demand: Demand) -> float:
        allowance = self._allowances[service]
        return self._store.change(self._key(service), lambda state, now: book(state, demand, allowance, now=now))

    def answered(self, service: Service) -> None:
        if self._allowances[service].is_paced:
            self._store.change(self._key(service), lambda state, now: (answered(state, now=now), None))

    def hold(self, service: Service, seconds: float) -> None:
        for affected_service in silenced_with(service, self._allowances):
            step = hold if affected_service is service else quiet
            self._store.change(self._key(affected_service), partial(_held, step, seconds))

    def _key(self, service: Service) -> str:
        return f"{self._tenant_key}/{service}"
