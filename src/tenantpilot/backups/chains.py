"""Finding or making the chain of a run."""

from datetime import datetime

from django.db import transaction

from tenantpilot.backups.models import BackupChain, BackupSet
from tenantpilot.backups.states import ChainKind
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.run_context import OperationFailed
from tenantpilot.tenancy.models import Tenant


def chain_of_hand(tenant: Tenant, run_id: int, *, name: str, now: datetime) -> BackupChain:
    """Return the chain of the run's set, or a new one."""
    existing = BackupSet.everywhere.of_tenant(tenant).filter(run_id=run_id).select_related("chain").first()
    if existing is not None:
        return existing.chain
    chain: BackupChain = BackupChain.everywhere.create(
        workspace_id=tenant.workspace_id, tenant=tenant, kind=ChainKind.MANUAL, name=name, created_at=now
    )
    return chain


def chain_of_schedule(tenant: Tenant, schedule_id: int, *, now: datetime) -> BackupChain:
    """Return the chain of the schedule, which has one. Raises OperationFailed for a schedule that is gone."""
    schedule = Schedule.everywhere.of_tenant(tenant).filter(pk=schedule_id).first()
    if schedule is None:
        raise OperationFailed("schedule_gone")
    with transaction.atomic():
        chain: BackupChain
        chain, _is_new = BackupChain.everywhere.get_or_create(
            tenant=tenant,
            schedule=schedule,
            defaults={
                "workspace_id": tenant.workspace_id,
                "kind": ChainKind.SCHEDULED,
                "name": schedule.name,
                "created_at": now,
            },
        )
    return chain
