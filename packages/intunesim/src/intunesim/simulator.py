"""The simulator: tenants, the calls they answer, and everything that can be set about them."""

import random
from pathlib import Path
from typing import Any

from intunesim.catalog.roles import EVERY_ROLE
from intunesim.clock import Clock, RealClock
from intunesim.faults import FaultRules
from intunesim.generator.shipped import place_shipped
from intunesim.journal import RequestLog
from intunesim.limits import Limiter, LimitRules
from intunesim.login.tokens import TokenIssuer, process_key
from intunesim.state.disk import StateDirectory
from intunesim.state.store import Store
from intunesim.state.tenant import DEFAULT_SECRET, Application, Habits, Secret, Tenant, named_id


class Simulator:
    """Microsoft Graph for a set of tenants. `build_application` makes the ASGI application that serves it."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: LimitRules | None = None,
        latency_ms: float = 0,
        seed: int = 0,
        state_dir: Path | str | None = None,
    ) -> None:
        """Start with no tenant, or with those that a state directory holds. limits=None means: no throttling."""
        self.clock: Clock = clock or RealClock()
        self.limiter = Limiter(limits) if limits else None
        self.latency_ms = latency_ms
        self.random = random.Random(seed)  # noqa: S311 - order of answers, nothing secret
        self.faults = FaultRules()
        self.log = RequestLog()
        self._state = StateDirectory(Path(state_dir)) if state_dir else None
        self.issuer = TokenIssuer(self._state.signing_key(process_key) if self._state else None)
        self.tenants: dict[str, Tenant] = {}
        for tenant in self._state.tenants() if self._state else ():
            self.tenants[tenant.id] = tenant

    def add_tenant(
        self,
        name: str = "Contoso",
        *,
        tenant_id: str | None = None,
        domain: str | None = None,
        client_id: str | None = None,
        client_secret: str = DEFAULT_SECRET,
        roles: tuple[str, ...] = EVERY_ROLE,
        **habits: Any,
    ) -> Tenant:
        """Add a tenant with one application and what Microsoft ships, or take up the one that the state directory kept.

        Ids that are not given follow from the name, so that they are the same every time.
        """
        tenant_id = tenant_id or named_id("tenant", name)
        if tenant_id in self.tenants:
            return self.tenants[tenant_id]
        slug = "".join(sign for sign in name.lower() if sign.isalnum())
        store = self._state.store(tenant_id) if self._state else None
        tenant = Tenant(tenant_id, name, domain or f"{slug}.onmicrosoft.com", store or Store(), habits=Habits(**habits))
        tenant.register(
            Application(client_id or named_id(tenant_id, "application"), [Secret(client_secret)], roles=roles)
        )
        with tenant.store.at_once():
            place_shipped(tenant, now=self.clock.now())
        self.tenants[tenant_id] = tenant
        self.keep(tenant)
        return tenant

    def tenant(self, name: str) -> Tenant | None:
        """Return the tenant of this id, domain or name."""
        lower_name = name.lower()
        return next(
            (
                candidate
                for candidate in self.tenants.values()
                if lower_name in (candidate.id.lower(), candidate.domain.lower(), candidate.name.lower())
            ),
            None,
        )

    def keep(self, tenant: Tenant) -> None:
        """Write down who a tenant is and how it behaves, where state is kept."""
        if self._state:
            self._state.keep_tenant(tenant)

    def close(self) -> None:
        """Let go of the files of the state directory."""
        if self._state:
            self._state.close()
