"""Change what is known of a tenant, each change with its audit entry: name, directory, application, restores.

To archive and to remove a tenant ends its operations as well: see `operations.offboarding`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import ReasonedError, TenantPilotError
from tenantpilot.tenancy.audit_actions import (
    TENANT_APPLICATION_CHANGED,
    TENANT_DIRECTORY_CHANGED,
    TENANT_RENAMED,
    TENANT_RESTORES_SWITCHED,
    TENANT_SIGNED_IN,
)
from tenantpilot.tenancy.fitting import fitted
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.services import AlreadyThere

DIRECTORY = ("entra_tenant_id", "login_url", "graph_url")
"""The columns that say where TenantPilot signs in."""


class DirectoryFixed(TenantPilotError):
    """TenantPilot has signed in to the directory: another one would be another tenant."""


class DirectoryChanged(ReasonedError):
    """The directory of the tenant was mended after TenantPilot had begun to sign in to the one before."""

    reason_code = "directory_changed"


def rename_tenant(tenant: Tenant, name: str, *, actor: User | None, now: datetime) -> bool:
    """Return False if it has this name already. Its name in addresses stays. Raises DoesNotFit."""
    (name,) = fitted(Tenant, name=name)
    return _change(tenant, TENANT_RENAMED, {"name": name}, actor=actor, now=now)


def change_directory(
    tenant: Tenant,
    *,
    entra_tenant_id: UUID,
    login_url: str,
    graph_url: str,
    actor: User | None,
    now: datetime,
) -> bool:
    """Mend the directory id and the cloud, until the first successful sign-in. Raises DirectoryFixed, AlreadyThere."""
    facts = {"entra_tenant_id": entra_tenant_id, "login_url": login_url, "graph_url": graph_url}
    with transaction.atomic():
        record = _locked(tenant)
        if not _differs(record, facts):
            return False
        if record.is_connected:
            raise DirectoryFixed("TenantPilot has signed in to this directory. Add the other one as a new tenant.")
        rivals = Tenant.everywhere.filter(workspace_id=record.workspace_id, entra_tenant_id=entra_tenant_id)
        if rivals.exclude(pk=record.pk).exists():
            raise AlreadyThere("This directory is another tenant of the workspace already.")
        return _change(tenant, TENANT_DIRECTORY_CHANGED, facts, actor=actor, now=now)


def set_application(tenant: Tenant, application_id: UUID, *, actor: User | None, now: datetime) -> bool:
    """Keep the client id of the application that was registered, for the steps that follow."""
    return _change(tenant, TENANT_APPLICATION_CHANGED, {"application_id": application_id}, actor=actor, now=now)


def switch_restores(tenant: Tenant, *, is_on: bool, actor: User | None, now: datetime) -> bool:
    """Ask for the permissions to write as well, or ask for them no more."""
    with transaction.atomic():
        same = Tenant.everywhere.filter(pk=tenant.pk, restores_wanted_at__isnull=is_on)
        if not same.update(restores_wanted_at=now if is_on else None):
            return False
        _record(TENANT_RESTORES_SWITCHED, tenant, actor, {"restores": not is_on}, {"restores": is_on}, now)
    return True


def record_sign_in(tenant: Tenant, *, now: datetime) -> bool:
    """Note the first successful sign-in: from now on the tenant is connected and its directory id stays.

    `tenant` is as it was when its client was made. Raises DirectoryChanged where it has another directory by now.
    """
    if tenant.is_connected:
        return False
    with transaction.atomic():
        same = {name: getattr(tenant, name) for name in DIRECTORY}
        if not Tenant.everywhere.filter(pk=tenant.pk, signed_in_at=None, **same).update(signed_in_at=now):
            if not Tenant.everywhere.filter(pk=tenant.pk, **same).exists():
                raise DirectoryChanged
            return False
        directory = {"entra_tenant_id": str(tenant.entra_tenant_id)}
        _record(TENANT_SIGNED_IN, tenant, None, None, directory, now)
    return True


def _change(
    tenant: Tenant, action: AuditAction, facts: Mapping[str, object], *, actor: User | None, now: datetime
) -> bool:
    """Write what differs, with an entry of before and after; and nothing if nothing does."""
    with transaction.atomic():
        record = _locked(tenant)
        different = _differs(record, facts)
        if not different:
            return False
        before = {name: _plain(getattr(record, name)) for name in different}
        Tenant.everywhere.filter(pk=tenant.pk).update(**different)
        _record(action, record, actor, before, {name: _plain(value) for name, value in different.items()}, now)
    for name, value in different.items():
        setattr(tenant, name, value)
    return True


def _locked(tenant: Tenant) -> Tenant:
    record: Tenant = Tenant.everywhere.select_for_update(no_key=True).get(pk=tenant.pk)
    return record


def _differs(record: Tenant, facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if getattr(record, name) != value}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _record(
    action: AuditAction,
    tenant: Tenant,
    actor: User | None,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    now: datetime,
) -> None:
    audit.record(
        action,
        workspace_id=tenant.workspace_id,
        tenant_id=tenant.pk,
        actor=actor,
        before=dict(before) if before else None,
        after=dict(after),
        at=now,
    )
