"""Throttling: how many calls a tenant and an application may make.

Source: https://learn.microsoft.com/graph/throttling-limits
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intunesim.catalog import Limit
from intunesim.clock import http_date
from intunesim.errors import GraphError, Origin


@dataclass(frozen=True)
class Window:
    """A number of calls within a number of seconds."""

    calls: float
    seconds: float


@dataclass(frozen=True)
class ServiceLimits:
    """The windows of one service: for all calls and for writes, per application and per tenant."""

    any_per_app: Window | None = None
    any_per_tenant: Window | None = None
    writes_per_app: Window | None = None
    writes_per_tenant: Window | None = None
    tells_when: bool = True
    """Whether its 429 has a Retry-After."""


INTUNE = ServiceLimits(Window(1000, 20), Window(2000, 20), Window(100, 20), Window(200, 20))


@dataclass(frozen=True)
class LimitRules:
    """All limits. The figures are Microsoft's; a test may set smaller ones."""

    configuration: ServiceLimits = INTUNE
    apps: ServiceLimits = INTUNE
    enrollment: ServiceLimits = INTUNE
    rbac: ServiceLimits = INTUNE
    devices: ServiceLimits = ServiceLimits(Window(2000, 20), Window(4000, 20), Window(200, 20), Window(400, 20))
    conditional_access: ServiceLimits = ServiceLimits(any_per_tenant=Window(1, 1), tells_when=False)
    identity: ServiceLimits = ServiceLimits(any_per_app=Window(3500, 10), writes_per_app=Window(3000, 150))
    whole_graph: Window = Window(130_000, 10)
    retry_after: str = "integer"
    """How Retry-After is written: integer, decimal, date or none."""

    def of(self, limit: Limit) -> ServiceLimits:
        """Return the limits of one service."""
        services = {
            Limit.CONFIGURATION: self.configuration,
            Limit.APPS: self.apps,
            Limit.ENROLLMENT: self.enrollment,
            Limit.RBAC: self.rbac,
            Limit.DEVICES: self.devices,
            Limit.CONDITIONAL_ACCESS: self.conditional_access,
            Limit.IDENTITY: self.identity,
        }
        return services[limit]


@dataclass
class _Spent:
    """The cost spent in a sliding window."""

    entries: deque[tuple[datetime, float]] = field(default_factory=deque)
    total: float = 0.0

    def spend(self, cost: float, window: Window, now: datetime) -> float:
        """Charge a call, refused or not; answers for how many seconds the window stays full, 0 when it is not."""
        begin = now - timedelta(seconds=window.seconds)
        while self.entries and self.entries[0][0] <= begin:
            self.total -= self.entries.popleft()[1]
        self.entries.append((now, cost))
        self.total += cost
        return self._wait(window, now) if self.total > window.calls + 1e-9 else 0.0

    def _wait(self, window: Window, now: datetime) -> float:
        excess = self.total - window.calls
        for moment, cost in self.entries:
            excess -= cost
            if excess <= 1e-9:
                return max((moment - now).total_seconds() + window.seconds, 0.001)
        return window.seconds


@dataclass(frozen=True)
class Charge:
    """A call, as the limits see it."""

    limit: Limit
    origin: Origin
    tenant_id: str
    client_id: str
    writes: bool
    cost: float
    now: datetime


class Limiter:
    """Charges every call to the windows it counts in."""

    def __init__(self, rules: LimitRules) -> None:
        self._rules = rules
        self._spent: dict[tuple[str, ...], _Spent] = {}

    def charge(self, call: Charge) -> dict[str, str]:
        """Count a call. Raises 429 when a window is full; answers the headers that report the use."""
        service = self._rules.of(call.limit)
        waits = [
            (scope, self._spend(key, call.cost if counts_cost else 1.0, window, call.now))
            for scope, key, window, counts_cost in self._windows(call, service)
        ]
        scope, wait = max(waits, key=lambda scoped_wait: scoped_wait[1], default=("", 0.0))
        if wait > 0:
            raise self._refusal(call, service, scope, wait)
        return self._report(call)

    def _windows(self, call: Charge, service: ServiceLimits) -> Iterator[tuple[str, tuple[str, ...], Window, bool]]:
        tenant, application, name = call.tenant_id, call.client_id, call.limit.value
        yield "Application", ("graph", application), self._rules.whole_graph, False
        if service.any_per_app:
            yield "Tenant_Application", (name, tenant, application), service.any_per_app, True
        if service.any_per_tenant:
            yield "Tenant", (name, tenant), service.any_per_tenant, True
        if not call.writes:
            return
        if service.writes_per_app:
            yield "Tenant_Application", (name, "writes", tenant, application), service.writes_per_app, False
        if service.writes_per_tenant:
            yield "Tenant", (name, "writes", tenant), service.writes_per_tenant, False

    def _spend(self, key: tuple[str, ...], cost: float, window: Window, now: datetime) -> float:
        return self._spent.setdefault(key, _Spent()).spend(cost, window, now)

    def _refusal(self, call: Charge, service: ServiceLimits, scope: str, wait: float) -> GraphError:
        headers = {}
        if service.tells_when and self._rules.retry_after != "none":
            headers["Retry-After"] = _written(wait, self._rules.retry_after, call.now)
        if call.limit is Limit.IDENTITY:
            verb = "Write" if call.writes else "Read"
            headers["x-ms-throttle-scope"] = f"{scope}/{verb}/{call.client_id}/{call.tenant_id}"
            headers["x-ms-throttle-information"] = "ResourceUnitLimitExceeded"
        return too_many_requests(call.origin, headers)

    def _report(self, call: Charge) -> dict[str, str]:
        if call.limit is not Limit.IDENTITY:
            return {}
        headers = {"x-ms-resource-unit": f"{call.cost:g}"}
        window = self._rules.identity.any_per_app
        if window:
            key = (Limit.IDENTITY.value, call.tenant_id, call.client_id)
            used = self._spent[key].total / window.calls
            if used >= 0.8:
                headers["x-ms-throttle-limit-percentage"] = f"{used:.2f}"
        return headers


def too_many_requests(origin: Origin, headers: dict[str, str]) -> GraphError:
    """429 as the service behind it writes it."""
    inner = {} if origin is Origin.INTUNE else {"code": "429"}
    message = "Too Many Requests" if origin is Origin.INTUNE else "Too many requests."
    return GraphError(429, "TooManyRequests", message, origin, headers, inner)


def _written(wait: float, style: str, now: datetime) -> str:
    if style == "decimal":
        return f"{wait:.3f}"
    if style == "date":
        return http_date(now + timedelta(seconds=math.ceil(wait) + 1))
    return str(max(math.ceil(wait), 1))
