"""The operation type of the connection check."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.policy_types import POLICY_TYPES
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability


@dataclass(frozen=True)
class ConnectionCheckpoint(StoredData):
    """Everything was looked at, and is recorded. Version 1 called it `kept`."""

    VERSION: ClassVar[int] = 2
    is_recorded: bool = True

    @classmethod
    def upgraded(cls, form: Any, version: int) -> Any:  # noqa: ARG003 there is only one that is older
        return {"is_recorded": form["kept"]}


CONNECTION_CHECK = operation_types.register(
    OperationType(
        key="connection_check",
        label=_("Connection check"),
        capability=Capability.CONNECTION_CHECK,
        handler="tenantpilot.inventory.connecting.handlers:check_connection",
        nouns=Nouns(POLICY_TYPES),
        inputs=NoInputs,
        checkpoint=ConnectionCheckpoint,
        scheduled=lambda inputs: inputs,
        counts=("total", "processed", "succeeded", "failed"),
        reason_codes=(
            "credential_missing", "credential_unreadable", "client_secret_invalid", "client_secret_expired", "certificate_invalid",
            "application_not_found", "tenant_not_found", "directory_changed", "sign_in_failed", "permission_missing", "graph_unavailable",
            "application_disabled", "subscription_lapsed", "conditional_access_blocked", "tenant_blocked", "token_rejected",
            "not_licensed", "intermediary_answered", "proxy_refused", "graph_error",
        ),
        # A type that may not be read says nothing of the next: the breaker stays closed.
        limits=Limits(seconds=600, breaker_share=1.0),
    )
)  # fmt: skip
