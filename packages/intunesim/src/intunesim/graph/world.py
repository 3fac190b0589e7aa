"""The surroundings of a call: time, limits, faults, the log and the tenants."""

import random
from typing import Protocol

from intunesim.clock import Clock
from intunesim.faults import FaultRules
from intunesim.journal import RequestLog
from intunesim.limits import Limiter
from intunesim.login.tokens import TokenIssuer
from intunesim.state.tenant import Tenant


class World(Protocol):
    """All that Graph's rooms need of a simulator."""

    clock: Clock
    limiter: Limiter | None
    faults: FaultRules
    log: RequestLog
    issuer: TokenIssuer
    tenants: dict[str, Tenant]
    latency_ms: float
    random: random.Random
