"""The operation types of the directory."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.directory import reasons as _reasons  # noqa: F401 the declaration names them
from tenantpilot.directory.summary_keys import GROUP_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability


@dataclass(frozen=True)
class GroupSyncCheckpoint(StoredData):
    """The number of pages that are written, and True once the last one is."""

    pages: int = 0
    is_read: bool = False


ENTRA_GROUP_SYNC = operation_types.register(
    OperationType(
        key="entra_group_sync",
        label=_("Group sync"),
        capability=Capability.GROUP_SYNC,
        handler="tenantpilot.directory.handlers:sync_groups",
        nouns=Nouns(ngettext_lazy("group", "groups")),
        inputs=NoInputs,
        checkpoint=GroupSyncCheckpoint,
        scheduled=lambda inputs: inputs,
        counts=("created", "updated", "deleted", "unchanged", "failed", GROUP_COUNT),
        reason_codes=(
            "credential_missing", "credential_unreadable", "client_secret_invalid", "client_secret_expired", "certificate_invalid",
            "application_not_found", "tenant_not_found", "directory_changed", "sign_in_failed", "permission_missing", "request_rejected", "throttled",
            "graph_unavailable", "graph_error", "response_unreadable", "deadline_exceeded", "incomplete_read", "application_disabled",
            "subscription_lapsed", "conditional_access_blocked", "tenant_blocked", "token_rejected", "not_licensed",
            "intermediary_answered", "proxy_refused", "group_unusable", "delta_expired",
        ),
        # A group that cannot be kept says nothing of the next: the breaker stays closed. An attempt loses one page at most.
        limits=Limits(seconds=3_600, attempts=5, breaker_share=1.0),
    )
)  # fmt: skip
