"""The operation types of the inventory."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.inventory import policy_types
from tenantpilot.inventory import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.inventory.connecting.operations import CONNECTION_CHECK as CONNECTION_CHECK
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

POLICIES = ngettext_lazy("policy", "policies")

INVENTORY_SYNC = operation_types.register(
    OperationType(
        key="inventory_sync",
        label=_("Inventory sync"),
        capability=Capability.INVENTORY_SYNC,
        handler="tenantpilot.inventory.handlers:sync_inventory",
        nouns=Nouns(policy_types.POLICY_TYPES, objects=POLICIES),
        queue="interactive",
        identity_fields=("policy_types",),
        items_input="policy_types",
        scheduled=lambda inputs: {"policy_types": list(policy_types.chosen(inputs.get("policy_types")))},
        counts=(
            "total", "processed", "succeeded", "failed", "created", "updated", "unchanged", "missing", "policies",
        ),
        reason_codes=(
            "credential_missing", "credential_unreadable", "client_secret_invalid", "client_secret_expired", "certificate_invalid",
            "application_not_found", "tenant_not_found", "sign_in_failed", "permission_missing", "resource_not_found",
            "request_rejected", "throttled", "graph_unavailable", "graph_error", "response_unreadable", "deadline_exceeded",
            "incomplete_read", "application_disabled", "subscription_lapsed", "conditional_access_blocked", "tenant_blocked",
            "token_rejected", "not_licensed", "intermediary_answered", "proxy_refused", "object_unusable",
        ),
        # One type that fails says nothing of the next: the breaker stays closed.
        limits=Limits(seconds=1_800, attempts=3, breaker_share=1.0),
    )
)  # fmt: skip


def _bulk(key: str, label: Promise, handler: str) -> OperationType:
    return operation_types.register(
        OperationType(
            key=key,
            label=label,
            capability=Capability.POLICY_IGNORE,
            handler=f"tenantpilot.inventory.ignoring:{handler}",
            nouns=Nouns(POLICIES),
            queue="bulk",
            identity_fields=("policies",),
            items_input="policies",
            counts=("total", "processed", "succeeded", "unchanged", "failed", "skipped"),
            reason_codes=("policy_not_found",),
        )
    )


BULK_POLICY_IGNORE = _bulk("bulk_policy_ignore", _("Ignoring of policies"), "ignore_policies")
BULK_POLICY_UNIGNORE = _bulk("bulk_policy_unignore", _("Release of ignored policies"), "unignore_policies")
