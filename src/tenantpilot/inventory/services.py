"""Asking for work on the inventory."""

from collections.abc import Iterable
from datetime import datetime

from tenantpilot.core.sanitizing import screened
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.operations import BULK_POLICY_IGNORE, BULK_POLICY_UNIGNORE, INVENTORY_SYNC, SyncInputs
from tenantpilot.inventory.selecting import IgnoreInputs, Selection, UnignoreInputs, chosen_policies
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User

MAX_REASON = 200


def start_sync(
    *,
    tenant: Tenant,
    initiator: User | None,
    now: datetime,
    policy_types: Iterable[str] | None = None,
    capture: bool = False,
) -> Started | AlreadyActive:
    """Read the chosen policy types of the tenant, all without a choice; with `capture`, take versions of what changed.

    Raises UnknownPolicyType, DispatchFailed.
    """
    inputs = SyncInputs(catalogue.chosen(policy_types), capture)
    return OperationRunService().start(INVENTORY_SYNC, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def requested_types(run: OperationRun) -> tuple[str, ...]:
    """Return the policy types that a sync was asked for; none for other runs and for what another version stored."""
    if run.type != INVENTORY_SYNC.key:
        return ()
    try:
        return SyncInputs.from_json(run.inputs).policy_types
    except StoredDataUnreadable:
        return ()


def start_ignore(
    *, tenant: Tenant, initiator: User | None, selection: Selection, reason: str, now: datetime
) -> Started | AlreadyActive:
    """Take policies out of care. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = IgnoreInputs(chosen_policies(selection), screened(reason)[:MAX_REASON])
    return OperationRunService().start(BULK_POLICY_IGNORE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def start_unignore(
    *, tenant: Tenant, initiator: User | None, selection: Selection, now: datetime
) -> Started | AlreadyActive:
    """Take policies back into care. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = UnignoreInputs(chosen_policies(selection))
    return OperationRunService().start(BULK_POLICY_UNIGNORE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)
