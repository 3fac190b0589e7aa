"""The operation types of the inventory."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory import policy_types
from tenantpilot.inventory import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.inventory.connecting.operations import CONNECTION_CHECK as CONNECTION_CHECK
from tenantpilot.inventory.many_tenants.operations import TENANTS_SYNC as TENANTS_SYNC
from tenantpilot.inventory.selecting import IgnoreInputs, PolicySelection, UnignoreInputs, limited_to
from tenantpilot.inventory.summary_keys import POLICY_COUNT, VERSION_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

POLICIES = ngettext_lazy("policy", "policies")


@dataclass(frozen=True)
class SyncInputs(StoredData):
    """`policy_types` in the order of the catalogue. A schedule that names none reads all that there are at its time.

    With `capture`, a version is taken of each policy that the sync found new or changed.
    """

    policy_types: tuple[str, ...] = ()
    capture: bool = False

    def to_json(self) -> dict[str, Any]:
        """Store the wish for versions only where there is one: two requests are the same work if these are equal."""
        stored = super().to_json()
        return stored if self.capture else {name: value for name, value in stored.items() if name != "capture"}

    def __post_init__(self) -> None:
        """Raises UnknownPolicyType."""
        policy_types.chosen(self.policy_types)


def _limited_sync(inputs: SyncInputs, keys: tuple[str, ...]) -> SyncInputs:
    return replace(inputs, policy_types=keys)


def _scheduled_sync(inputs: SyncInputs) -> SyncInputs:
    return replace(inputs, policy_types=policy_types.chosen(inputs.policy_types))


INVENTORY_SYNC = operation_types.register(
    OperationType(
        key="inventory_sync",
        label=_("Inventory sync"),
        capability=Capability.INVENTORY_SYNC,
        handler="tenantpilot.inventory.handlers:sync_inventory",
        nouns=Nouns(policy_types.POLICY_TYPES, objects=POLICIES),
        inputs=SyncInputs,
        queue="interactive",
        identity_fields=("policy_types", "capture"),
        for_items=_limited_sync,
        scheduled=_scheduled_sync,
        counts=(
            "total", "processed", "succeeded", "failed", "created", "updated", "unchanged", "missing", POLICY_COUNT, VERSION_COUNT,
        ),
        reason_codes=(
            "credential_missing", "credential_unreadable", "client_secret_invalid", "client_secret_expired", "certificate_invalid",
            "application_not_found", "tenant_not_found", "directory_changed", "sign_in_failed", "permission_missing", "resource_not_found",
            "request_rejected", "throttled", "graph_unavailable", "graph_error", "response_unreadable", "deadline_exceeded",
            "incomplete_read", "object_not_shown", "application_disabled", "subscription_lapsed", "conditional_access_blocked", "tenant_blocked",
            "token_rejected", "not_licensed", "intermediary_answered", "proxy_refused", "object_unusable", "type_vanished",
        ),
        # One type that fails says nothing of the next: the breaker stays closed.
        limits=Limits(seconds=1_800, attempts=3, breaker_share=1.0),
    )
)  # fmt: skip


SelectionT = TypeVar("SelectionT", bound=PolicySelection)


def _bulk(key: str, label: Promise, handler: str, inputs: type[SelectionT]) -> OperationType[SelectionT]:
    return operation_types.register(
        OperationType(
            key=key,
            label=label,
            capability=Capability.POLICY_IGNORE,
            handler=f"tenantpilot.inventory.ignoring:{handler}",
            nouns=Nouns(POLICIES),
            inputs=inputs,
            queue="bulk",
            identity_fields=("policies",),
            for_items=limited_to,
            counts=("total", "processed", "succeeded", "unchanged", "failed", "skipped"),
            reason_codes=("policy_not_found",),
        )
    )


BULK_POLICY_IGNORE = _bulk("bulk_policy_ignore", _("Ignoring of policies"), "ignore_policies", IgnoreInputs)
BULK_POLICY_UNIGNORE = _bulk(
    "bulk_policy_unignore", _("Release of ignored policies"), "unignore_policies", UnignoreInputs
)
