"""The operation type that starts a sync in each chosen tenant of a workspace."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.inventory import reasons as _reasons  # noqa: F401 the declaration names them
from tenantpilot.inventory.many_tenants.selecting import TenantsInputs
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability


def _limited_to(inputs: TenantsInputs, keys: tuple[str, ...]) -> TenantsInputs:
    return replace(inputs, tenants=tuple(int(key) for key in keys))


def _as_scheduled(inputs: TenantsInputs) -> TenantsInputs:
    """Return them as they are: the run itself looks which tenants match at its time."""
    return inputs


TENANTS_SYNC = operation_types.register(
    OperationType(
        key="tenants_sync",
        label=_("Inventory sync of tenants"),
        capability=Capability.INVENTORY_SYNC,
        handler="tenantpilot.inventory.many_tenants.handlers:start_syncs",
        nouns=Nouns(ngettext_lazy("tenant", "tenants")),
        inputs=TenantsInputs,
        queue="interactive",
        identity_fields=("tenants", "capture"),
        for_items=_limited_to,
        scheduled=_as_scheduled,
        of_workspace=True,
        counts=("total", "processed", "succeeded", "unchanged", "failed", "skipped"),
        reason_codes=("credential_missing", "tenant_not_in_use", "dispatch_failed"),
        limits=Limits(seconds=1_800, attempts=5),
    )
)
