"""Recording what a set does not hold, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from tenantpilot.backups.models import BackupGap, BackupSet
from tenantpilot.backups.states import GapKind
from tenantpilot.core.sanitizing import Failure, describe, failure
from tenantpilot.inventory.models import Policy


@dataclass(frozen=True)
class Gap:
    """A whole type where there is no `graph_id`."""

    kind: GapKind
    type: str
    reason: Failure
    graph_id: str = ""
    name: str = ""
    policy: Policy | None = None


def of_type(key: str, error: BaseException) -> Gap:
    """Return the gap of a type that could not be read."""
    return Gap(GapKind.FAILED, key, failure(error))


def of_policy(policy: Policy, error: BaseException) -> Gap:
    return Gap(GapKind.FAILED, policy.type, failure(error), policy.graph_id, policy.name, policy)


def of_missing(policy: Policy) -> Gap:
    return Gap(GapKind.MISSING, policy.type, describe("policy_missing"), policy.graph_id, policy.name, policy)


def of_changed(key: str, graph_id: str, name: str, policy: Policy | None) -> Gap:
    return Gap(GapKind.CHANGED, key, describe("changed_during_backup"), graph_id, name, policy)


def replace_gaps(backup_set: BackupSet, key: str, gaps: Iterable[Gap]) -> None:
    """Record the gaps of a type in place of those of an earlier attempt. Call it in a transaction."""
    BackupGap.everywhere.filter(set=backup_set, type=key).delete()
    add_gaps(backup_set, gaps)


def add_gaps(backup_set: BackupSet, gaps: Iterable[Gap]) -> None:
    rows = [
        BackupGap(
            workspace_id=backup_set.workspace_id,
            tenant_id=backup_set.tenant_id,
            set=backup_set,
            kind=gap.kind,
            type=gap.type,
            graph_id=gap.graph_id,
            policy=gap.policy,
            name=gap.name[:512],
            reason_code=gap.reason.code,
            message=gap.reason.message,
        )
        for gap in gaps
    ]
    BackupGap.everywhere.bulk_create(rows, batch_size=500, ignore_conflicts=True)
