"""Storing a checked archive as a set: its policies, their versions, and the set that holds them.

A worker that takes over begins with the first policy again: what is stored already is found, and costs no row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from tenantpilot.backups import building, gaps
from tenantpilot.backups.gaps import Gap
from tenantpilot.backups.membership import Membership
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.manifest import SetManifest, SetPolicy
from tenantpilot.backups.portable.opening import OpenArchive, object_of
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.backups.states import GapKind
from tenantpilot.core.sanitizing import describe
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import observe, storable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.importing import Imported, take_imported
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.overlay import PlainSecret

CHUNK = 50


def portions(policies: Sequence[SetPolicy]) -> Iterable[Sequence[SetPolicy]]:
    return (policies[start : start + CHUNK] for start in range(0, len(policies), CHUNK))


def store_portion(
    archive: OpenArchive, backup_set: BackupSet, portion: Sequence[SetPolicy], *, run_id: int, now: datetime
) -> None:
    """Let the set hold these policies. Call it in a transaction."""
    versions = [_taken(archive, backup_set.tenant, policy, run_id, now) for policy in portion]
    members = Membership(backup_set.chain, backup_set.seq)
    policy_ids = [version.policy_id for version in versions]
    members_by_policy = {row.policy_id: row for row in members.open_members().filter(policy__in=policy_ids)}
    members.hold(versions, members_by_policy)


def end_set(backup_set: BackupSet, manifest: SetManifest, *, run_id: int, now: datetime) -> BackupSet:
    """End the set as the exported one ended. Raises ArchiveRefused if it does not hold the same."""
    with transaction.atomic():
        gaps.add_gaps(backup_set, _gaps(manifest))
        sealed = building.seal(backup_set, run_id=run_id, now=manifest.read_until or now)
        if sealed.digest != manifest.digest:
            raise ArchiveRefused("archive_changed")
    return sealed


def _gaps(manifest: SetManifest) -> Iterable[Gap]:
    """The words of a reason are those of this installation."""
    for gap in manifest.gaps:
        if gap.kind in GapKind.values:
            name, graph_id = str(storable(gap.name)), str(storable(gap.graph_id))[:128]
            yield Gap(GapKind(gap.kind), gap.type[:64], describe(gap.reason_code), graph_id, name)


def _taken(archive: OpenArchive, tenant: Tenant, stored: SetPolicy, run_id: int, now: datetime) -> PolicyVersion:
    raw = archive.payload(stored)
    payload = object_of(raw)
    policy = _policy(tenant, stored, payload)
    texts = {pointer: json.dumps(value, sort_keys=True) for pointer, value in archive.secrets(stored).items()}
    secrets = tuple(PlainSecret(pointer, text) for pointer, text in texts.items())
    imported = Imported(raw, payload, stored.read_at, stored.restorable, storable(stored.names), secrets)
    return take_imported(policy, imported, run_id=run_id, now=now)


def _policy(tenant: Tenant, stored: SetPolicy, payload: Mapping[str, object]) -> Policy:
    """Return the row of the policy. One that was never seen here is as it was when it was backed up."""
    contract = registry.get(stored.type)
    observation = observe(contract, {**payload, "id": stored.graph_id})
    policy: Policy
    policy, _is_new = Policy.everywhere.get_or_create(
        workspace_id=tenant.workspace_id,
        tenant=tenant,
        type=stored.type,
        graph_id=observation.graph_id,
        defaults={
            "name": str(storable(stored.name))[:512],
            "description": observation.description,
            "platform": observation.platform,
            "last_modified_at": observation.last_modified_at,
            "properties": observation.properties,
            "content_hash": observation.content_hash,
            "first_seen_at": stored.read_at,
            "last_seen_at": stored.read_at,
            "changed_at": stored.read_at,
        },
    )
    return policy
