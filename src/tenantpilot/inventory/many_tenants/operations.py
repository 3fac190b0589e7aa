"""The operation type that starts a sync in each chosen tenant of a workspace."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory import reasons as _reasons  # noqa: F401 the declaration names them
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability


@dataclass(frozen=True)
class TenantsInputs(StoredData):
    """The ids of the chosen tenants, in order."""

    tenants: tuple[int, ...] = ()


def _limited_to(_inputs: TenantsInputs, keys: tuple[str, ...]) -> TenantsInputs:
    return TenantsInputs(tuple(int(key) for key in keys))


TENANTS_SYNC = operation_types.register(
    OperationType(
        key="tenants_sync",
        label=_("Inventory sync of tenants"),
        capability=Capability.INVENTORY_SYNC,
        handler="tenantpilot.inventory.many_tenants.handlers:start_syncs",
        nouns=Nouns(ngettext_lazy("tenant", "tenants")),
        inputs=TenantsInputs,
        queue="interactive",
        identity_fields=("tenants",),
        for_items=_limited_to,
        counts=("total", "processed", "succeeded", "unchanged", "failed", "skipped"),
        reason_codes=("credential_missing", "tenant_not_in_use", "dispatch_failed"),
        limits=Limits(seconds=1_800, attempts=5),
    )
)
