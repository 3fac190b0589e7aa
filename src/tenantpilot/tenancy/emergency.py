"""Choosing the emergency accounts of a tenant. The whole list is set at once, with its audit entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy.audit_actions import TENANT_EMERGENCY_ACCOUNTS_SET
from tenantpilot.tenancy.emergency_accounts import EmergencyAccount, EmergencyKind
from tenantpilot.tenancy.fitting import fitted
from tenantpilot.tenancy.models import Tenant, User

LEAST = 2


class CannotChoose(TenantPilotError):
    """`str()` says to a person what to mend."""


@dataclass(frozen=True)
class Chosen:
    """An account or a group as a person wrote it."""

    kind: str
    graph_id: str
    name: str


def emergency_accounts(tenant: Tenant) -> list[EmergencyAccount]:
    """Return the emergency accounts of a tenant, in the order in which they were written."""
    return list(EmergencyAccount.everywhere.filter(tenant=tenant).order_by("pk"))


def set_emergency_accounts(tenant: Tenant, chosen: Sequence[Chosen], *, actor: User, now: datetime) -> bool:
    """Return False if they are so already. None at all turns the check off. Raises CannotChoose, DoesNotFit."""
    accounts = [_read(account) for account in chosen]
    if accounts and len({account.graph_id for account in accounts}) < LEAST:
        raise CannotChoose(f"Choose at least {LEAST} different accounts or groups, or none.")
    if len({account.graph_id for account in accounts}) < len(accounts):
        raise CannotChoose("One of the ids is written twice.")
    with transaction.atomic():
        Tenant.everywhere.select_for_update().get(pk=tenant.pk)
        rows = emergency_accounts(tenant)
        present = [Chosen(row.kind, row.graph_id, row.name) for row in rows]
        if present == accounts:
            return False
        EmergencyAccount.everywhere.filter(tenant=tenant).delete()
        for account in accounts:
            _add(tenant, account, now=now)
        audit.record(
            TENANT_EMERGENCY_ACCOUNTS_SET,
            workspace_id=tenant.workspace_id,
            tenant_id=tenant.pk,
            actor=actor,
            before={"accounts": [_audit_facts(account) for account in present]},
            after={"accounts": [_audit_facts(account) for account in accounts]},
            at=now,
        )
    return True


def _add(tenant: Tenant, account: Chosen, *, now: datetime) -> None:
    EmergencyAccount.everywhere.create(
        workspace_id=tenant.workspace_id,
        tenant=tenant,
        kind=account.kind,
        graph_id=account.graph_id,
        name=account.name,
        added_at=now,
    )


def _audit_facts(account: Chosen) -> dict[str, str]:
    return {"kind": account.kind, "id": account.graph_id, "name": account.name}


def _read(account: Chosen) -> Chosen:
    if account.kind not in EmergencyKind.values:
        raise CannotChoose("Say for each if it is an account or a group.")
    (name,) = fitted(EmergencyAccount, name=account.name)
    try:
        return Chosen(account.kind, str(UUID(account.graph_id.strip())), name)
    except ValueError as error:
        raise CannotChoose(f"The object id of {name} is not possible. Copy it from the Entra portal.") from error
