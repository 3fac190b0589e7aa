"""The tenants that an operation of a workspace is about: chosen ones, or all that a filter matches when it runs."""

from dataclasses import asdict, dataclass
from typing import Any

from tenantpilot.core.stored import StoredData
from tenantpilot.tenancy.models import TenantQuerySet


@dataclass(frozen=True)
class TenantFilter(StoredData):
    """The filters of the list of tenants. An empty one is every tenant: who joins the workspace is in it as well."""

    q: str = ""

    def narrow(self, tenants: TenantQuerySet) -> TenantQuerySet:
        return tenants.filter(name__icontains=self.q) if self.q else tenants

    @property
    def narrowing(self) -> dict[str, str]:
        """Return only what narrows: two requests are the same work if these are equal."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class TenantsInputs(StoredData):
    """The ids of the chosen tenants in order, or the filter that they match when the run starts.

    With `capture`, each sync takes a version of each policy that it finds new or changed.
    """

    tenants: tuple[int, ...] | TenantFilter = ()
    capture: bool = False

    def to_json(self) -> dict[str, Any]:
        """Store of a filter only what narrows, and the wish for versions only where there is one."""
        stored = super().to_json()
        if isinstance(self.tenants, TenantFilter):
            stored["tenants"] = self.tenants.narrowing
        return stored if self.capture else {"tenants": stored["tenants"]}

    def chosen_among(self, tenants: TenantQuerySet) -> TenantQuerySet:
        """Return the tenants of the run, looked up among those of its workspace and nowhere else (SEC-03)."""
        return (
            self.tenants.narrow(tenants)
            if isinstance(self.tenants, TenantFilter)
            else tenants.filter(pk__in=self.tenants)
        )
