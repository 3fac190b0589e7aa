"""A second look at the lists after a backup: it finds what was changed, made or deleted while the backup was read.

Workers alone import it: it reaches Graph (GUARD-F).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import structlog

from tenantpilot.backups import gaps
from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.core.connections import released
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.read.listing import TypeRead, read_types_in_groups
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import observe_all
from tenantpilot.inventory.recording import Observation
from tenantpilot.operations.run_context import RunContext

log = structlog.get_logger(__name__)


def look_again(run: RunContext, client: GraphClient, backup_set: BackupSet, request: BackupRequest) -> None:
    """Mark what changed while the set was read. A list that cannot be read again marks nothing."""
    contracts = [contract for contract in registry.chosen(request.policy_types) if contract.modified_field]
    for group in released(read_types_in_groups(client, contracts)):
        run.safe_point()
        for type_read in group:
            changes = list(_changed(backup_set, type_read, is_whole=request.policies is None))
            gaps.add_gaps(backup_set, changes)
            if changes:
                run.count("warnings", len(changes))


def _changed(backup_set: BackupSet, type_read: TypeRead, *, is_whole: bool) -> Iterator[gaps.Gap]:
    if type_read.error is not None:
        log.warning("second_look_failed", type=type_read.contract.key, reason=type_read.error.reason_code)
        return
    key = type_read.contract.key
    observed = observe_all(type_read.contract, type_read.items)
    now = {item.graph_id: item for item in observed.observations}
    present = {*now, *(broken.graph_id for broken in observed.broken)}
    held = _held(backup_set, key)
    for policy in held:
        if _is_changed(policy, now.get(policy.graph_id), policy.graph_id in present, backup_set.read_from):
            yield gaps.of_changed(key, policy.graph_id, policy.name, policy)
    if is_whole:
        yield from _new(backup_set, key, now.values())


def _held(backup_set: BackupSet, key: str) -> list[Policy]:
    members = BackupMember.everywhere.at(backup_set.chain, backup_set.seq).filter(policy__type=key)
    return [row.policy for row in members.select_related("policy")]


def _is_changed(policy: Policy, now: Observation | None, is_present: bool, read_from: datetime | None) -> bool:
    if now is None:
        return not is_present
    at_read, since = policy.last_modified_at, read_from
    if now.last_modified_at != at_read:
        return True
    return at_read is not None and since is not None and at_read > since


def _new(backup_set: BackupSet, key: str, observations: Iterable[Observation]) -> Iterator[gaps.Gap]:
    policies = Policy.everywhere.filter(tenant=backup_set.tenant_id, type=key)
    unread = BackupGap.everywhere.filter(set=backup_set, type=key)
    known_ids = {*policies.values_list("graph_id", flat=True), *unread.values_list("graph_id", flat=True)}
    for item in observations:
        if item.graph_id not in known_ids:
            yield gaps.of_changed(key, item.graph_id, item.name, None)
