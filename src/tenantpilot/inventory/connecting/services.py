"""Asking for a connection check, and reading what the last one found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.models import PolicyTypeAccess
from tenantpilot.inventory.connecting.operations import CONNECTION_CHECK
from tenantpilot.inventory.connecting.permissions import OPTIONAL, PERMISSION_OF
from tenantpilot.inventory.connecting.words import expiry, optional, reading
from tenantpilot.inventory.policy_types import PolicyType
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.tenancy.models import Tenant, TenantCredential, User


def start_check(*, tenant: Tenant, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Raises DispatchFailed."""
    return OperationRunService().start(CONNECTION_CHECK, tenant=tenant, initiator=initiator, inputs=NoInputs(), now=now)


@dataclass(frozen=True)
class TypeRights:
    """A line of the table. `access` is None for a type that was never checked."""

    policy_type: PolicyType
    access: PolicyTypeAccess | None

    @property
    def reading(self) -> str:
        """Return the value of the `permission` badge."""
        if self.access is None:
            return "unknown"
        return reading(is_readable=self.access.is_readable, reason_code=self.access.reason_code)


@dataclass(frozen=True)
class PermissionRights:
    """A permission to read, the policy types that need it, and what the last check said of them."""

    name: str
    rights: tuple[TypeRights, ...]

    @property
    def reading(self) -> str:
        """Return the value of the `permission` badge: what is missing goes before what is not known."""
        values = {right.reading for right in self.rights}
        return next((value for value in ("missing", "unknown") if value in values), "granted")

    @property
    def unread(self) -> tuple[TypeRights, ...]:
        """Return the types that could not be read although others of the same permission could."""
        return tuple(right for right in self.rights if right.reading != "granted")


@dataclass(frozen=True)
class ConnectionState:
    """The state of a connection that is known without a remote call (OPS-32)."""

    credential: TenantCredential | None
    last_check: OperationRun | None
    permissions: tuple[PermissionRights, ...]
    """Everything that reading needs, by permission."""
    missing: tuple[str, ...]
    """Permissions to grant in order to read, each once. No permission to write is ever asked for here."""
    writable: int
    """Policy types that the application could write as well."""
    expiry: str
    """The value of the `credential` badge."""
    optional: tuple[tuple[str, str], ...] = ()
    """The permissions without which nothing fails, each with the value of its `optional_permission` badge."""

    @property
    def is_checked(self) -> bool:
        """Say if any check has found out what the application may read."""
        return any(right.access for permission in self.permissions for right in permission.rights)


def connection_state(tenant: Tenant, *, now: datetime) -> ConnectionState:
    """Three queries."""
    credential = TenantCredential.objects.filter(tenant=tenant).first()
    checks = OperationRun.objects.of_tenant(tenant).of_type(CONNECTION_CHECK.key)
    rows = {row.type: row for row in PolicyTypeAccess.objects.filter(tenant=tenant)}
    permissions = _by_permission(rows)
    return ConnectionState(
        credential,
        checks.newest_first().first(),
        permissions,
        tuple(permission.name for permission in permissions if permission.reading == "missing"),
        sum(1 for row in rows.values() if row.is_writable),
        expiry(credential, now=now),
        tuple((name, optional(_missing_optional(rows, keys), name)) for name, keys in OPTIONAL.items()),
    )


def _missing_optional(rows: Mapping[str, PolicyTypeAccess], keys: tuple[str, ...]) -> list[list[str] | None]:
    """Return the optional permissions that each of these policy types lacks."""
    return [rows[key].missing_optional for key in keys if key in rows]


def _by_permission(results: Mapping[str, PolicyTypeAccess]) -> tuple[PermissionRights, ...]:
    grouped: dict[str, list[TypeRights]] = {}
    for policy_type in policy_types.every():
        name = PERMISSION_OF[policy_type.key]
        grouped.setdefault(name, []).append(TypeRights(policy_type, results.get(policy_type.key)))
    return tuple(PermissionRights(name, tuple(grouped[name])) for name in sorted(grouped))
