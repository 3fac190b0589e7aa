"""Asking for a connection check, and reading what the last one found."""

from dataclasses import dataclass
from datetime import datetime

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.models import PolicyTypeAccess
from tenantpilot.inventory.connecting.operations import CONNECTION_CHECK
from tenantpilot.inventory.connecting.words import expiry, reading, writing
from tenantpilot.inventory.policy_types import PolicyType
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, TenantCredential, User


def start_check(*, tenant: Tenant, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Raises DispatchFailed."""
    return OperationRunService().start(CONNECTION_CHECK, tenant=tenant, initiator=initiator, inputs={}, now=now)


@dataclass(frozen=True)
class TypeRights:
    """One line of the table. `access` is None for a type that was never checked."""

    kind: PolicyType
    access: PolicyTypeAccess | None

    @property
    def reading(self) -> str:
        """The value of the `permission` badge."""
        if self.access is None:
            return "unknown"
        return reading(is_readable=self.access.is_readable, reason_code=self.access.reason_code)

    @property
    def writing(self) -> str:
        return writing(None if self.access is None else self.access.is_writable)


@dataclass(frozen=True)
class ConnectionState:
    """What is known without asking anybody (OPS-32)."""

    credential: TenantCredential | None
    last_check: OperationRun | None
    rights: tuple[TypeRights, ...]
    missing: tuple[str, ...]
    """Permissions to grant, each once."""
    expiry: str
    """The value of the `credential` badge."""


def connection_state(tenant: Tenant, *, now: datetime) -> ConnectionState:
    """Three queries."""
    credential = TenantCredential.objects.filter(tenant=tenant).first()
    checks = OperationRun.objects.of_tenant(tenant).of_type(CONNECTION_CHECK.key)
    found = {row.type: row for row in PolicyTypeAccess.objects.filter(tenant=tenant)}
    rights = tuple(TypeRights(kind, found.get(kind.key)) for kind in policy_types.every())
    missing = sorted({name for row in found.values() for name in row.missing})
    return ConnectionState(
        credential, checks.newest_first().first(), rights, tuple(missing), expiry(credential, now=now)
    )
