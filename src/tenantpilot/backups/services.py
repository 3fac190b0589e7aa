"""Asking for backups."""

from collections.abc import Sequence
from datetime import datetime

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.operations import (
    BACKUP_CREATE,
    BACKUP_SET_ADD_POLICIES,
    BACKUP_SET_REMOVE_POLICIES,
    BACKUP_VERIFY,
)
from tenantpilot.backups.requests import BackupInputs, RevisionInputs, SetsInputs, VerifyInputs
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.sanitizing import screened
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.selecting import Selection, chosen_policies
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.models import Tenant, User

LONGEST_NAME = 120
LONGEST_REASON = 200


def start_backup(
    *,
    tenant: Tenant,
    initiator: User | None,
    name: str,
    policy_types: Sequence[str] = (),
    left_out_reason: str = "",
    now: datetime,
) -> Started | AlreadyActive:
    """Back up policy types by hand; none means all. Raises UnknownPolicyType, DispatchFailed."""
    types = catalogue.chosen(policy_types) if policy_types else ()
    reason = screened(left_out_reason)[:LONGEST_REASON]
    inputs = BackupInputs(screened(name)[:LONGEST_NAME], types, left_out_reason=reason)
    return OperationRunService().start(BACKUP_CREATE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def start_backup_of_policies(
    *, tenant: Tenant, initiator: User | None, name: str, selection: Selection, now: datetime
) -> Started | AlreadyActive:
    """Back up chosen policies by hand. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = BackupInputs(screened(name)[:LONGEST_NAME], policies=chosen_policies(selection))
    return OperationRunService().start(BACKUP_CREATE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


class SetBusy(TenantPilotError):
    """Another run changes the set; `run` is that run."""

    def __init__(self, run: OperationRun) -> None:
        super().__init__(f"set is changed by run {run.pk}")
        self.run = run


def start_revision(
    operation_type: OperationType[RevisionInputs],
    *,
    backup_set: BackupSet,
    initiator: User | None,
    selection: Selection,
    now: datetime,
) -> Started | AlreadyActive:
    """Add policies to a set made by hand, or remove some. Raises SetBusy, NothingChosen, TooManyChosen."""
    inputs = RevisionInputs(chosen_policies(selection), backup_set.pk)
    other = _other_revision(backup_set, operation_type, inputs)
    if other is not None:
        raise SetBusy(other)
    tenant = backup_set.tenant
    return OperationRunService().start(operation_type, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def _other_revision(
    backup_set: BackupSet, operation_type: OperationType[RevisionInputs], inputs: RevisionInputs
) -> OperationRun | None:
    """Return an active run that changes the set in another way; the same change is joined instead.

    Of two that are asked for at the same moment, the worker refuses one.
    """
    for run in active_revisions(backup_set.tenant, backup_set.pk):
        if (run.type, run.inputs) != (operation_type.key, inputs.to_json()):
            return run
    return None


def active_revisions(tenant: Tenant, set_id: int) -> OperationRunQuerySet:
    """Return the runs that add policies to the set or remove some, or wait to do so."""
    kinds = (BACKUP_SET_ADD_POLICIES.key, BACKUP_SET_REMOVE_POLICIES.key)
    runs = OperationRun.everywhere.filter(tenant=tenant, type__in=kinds, inputs__backup_set=set_id)
    return runs.active()


def start_verification(backup_set: BackupSet, *, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Verify a set. Raises DispatchFailed."""
    inputs, tenant = VerifyInputs(backup_set.pk), backup_set.tenant
    return OperationRunService().start(BACKUP_VERIFY, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def start_of_sets(
    operation_type: OperationType[SetsInputs],
    *,
    tenant: Tenant,
    initiator: User | None,
    sets: Sequence[int],
    now: datetime,
) -> Started | AlreadyActive:
    """Trash sets, take them back or delete them for good. Raises DispatchFailed."""
    inputs = SetsInputs(tuple(sorted(set(sets))))
    return OperationRunService().start(operation_type, tenant=tenant, initiator=initiator, inputs=inputs, now=now)
