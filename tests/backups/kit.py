"""Chains, sets and members without a simulator."""

from datetime import datetime
from typing import Any

from tenantpilot.backups.models import BackupChain, BackupMember, BackupSet
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.states import SetState
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion

DIGEST = "d" * 64


def new_chain(tenant: Tenant, now: datetime, kind: str = "scheduled") -> BackupChain:
    chain: BackupChain = BackupChain.everywhere.create(
        workspace_id=tenant.workspace_id, tenant=tenant, kind=kind, name="Nightly", created_at=now
    )
    return chain


def building_set(chain: BackupChain, seq: int, now: datetime, **fields: Any) -> BackupSet:
    asked = fields.get("asked") or {}
    width = BackupRequest.from_json(asked).width if "policy_types" in asked else None
    facts = {"workspace_id": chain.workspace_id, "tenant_id": chain.tenant_id, "width": width, **fields}
    backup_set: BackupSet = BackupSet.everywhere.create(chain=chain, seq=seq, created_at=now, **facts)
    return backup_set


def finished_set(
    chain: BackupChain, seq: int, now: datetime, state: str = SetState.COMPLETE, **fields: Any
) -> BackupSet:
    return finish(building_set(chain, seq, now, **fields), state)


def finish(backup_set: BackupSet, state: str = SetState.COMPLETE) -> BackupSet:
    digest = None if state == SetState.FAILED else DIGEST
    BackupSet.everywhere.filter(pk=backup_set.pk).update(state=state, digest=digest)
    backup_set.refresh_from_db()
    return backup_set


def member(chain: BackupChain, version: PolicyVersion, from_seq: int, to_seq: int | None = None) -> BackupMember:
    row: BackupMember = BackupMember.everywhere.create(
        workspace_id=chain.workspace_id,
        tenant_id=chain.tenant_id,
        chain=chain,
        policy_id=version.policy_id,
        version=version,
        from_seq=from_seq,
        to_seq=to_seq,
    )
    return row


def damaged(backup_set: BackupSet) -> None:
    BackupSet.everywhere.filter(pk=backup_set.pk).update(verdict="damaged")


def damaged_and_trashed(backup_set: BackupSet, now: datetime) -> None:
    """A damaged set is not the last good one, so the database lets it go."""
    damaged(backup_set)
    BackupSet.everywhere.filter(pk=backup_set.pk).update(trashed_at=now)
