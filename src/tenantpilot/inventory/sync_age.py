"""Tell the freshness of the inventory (UX-02): when it was last read, and if that is long ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tenantpilot.inventory.models import PolicyTypeSync
from tenantpilot.inventory.operations import INVENTORY_SYNC
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.models import Tenant

STALE_AFTER = timedelta(hours=24)
READ_SOMETHING = (RunOutcome.SUCCEEDED, RunOutcome.PARTIALLY_SUCCEEDED)


@dataclass(frozen=True)
class Freshness:
    """`synced_at` is when the last sync that read anything ended; None before the first."""

    synced_at: datetime | None
    last_run: OperationRun | None
    failing_types: tuple[str, ...]
    now: datetime

    @property
    def is_stale(self) -> bool:
        return self.synced_at is not None and self.now - self.synced_at > STALE_AFTER


def freshness_of(tenant: Tenant, *, now: datetime) -> Freshness:
    """Three short queries."""
    ended = syncs_of(tenant).completed().newest_first()
    times = ended.filter(outcome__in=READ_SOMETHING).values_list("completed_at", flat=True).first()
    failing = PolicyTypeSync.objects.filter(tenant=tenant).exclude(reason_code="").order_by("type")
    return Freshness(times, ended.for_list().first(), tuple(failing.values_list("type", flat=True)), now)


def synced_at(tenant: Tenant, *, now: datetime) -> Freshness:
    """Return the time alone, in one query."""
    reads = syncs_of(tenant).completed().filter(outcome__in=READ_SOMETHING).newest_first()
    return Freshness(reads.values_list("completed_at", flat=True).first(), None, (), now)


def syncs_of(tenant: Tenant) -> Any:
    return OperationRun.objects.of_tenant(tenant).of_type(INVENTORY_SYNC.key)
