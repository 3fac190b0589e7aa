"""Running the work of a run again, as a new run that is linked to it. Nothing brings the old one back (OPS-04)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.operations.items.models import RunItem
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import InputsT, OperationType, UnknownOperationType, operation_types
from tenantpilot.tenancy.access import require_in_workspace, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User


class CannotRunAgain(TenantPilotError):
    """`str()` says to a person why not."""


def run_again(
    run: OperationRun, *, actor: User, now: datetime, service: OperationRunService | None = None
) -> Started | AlreadyActive:
    """Return a new run of the same work, or the one that does it already.

    Raises NotVisible, CapabilityMissing, CannotRunAgain, DispatchFailed.
    """
    operation_type = _permitted(run, actor)
    if reason := why_not_again(run):
        raise CannotRunAgain(reason)
    return _start(operation_type, run, operation_type.inputs.from_json(run.inputs), actor, now, service)


def retry_failed(
    run: OperationRun, *, actor: User, now: datetime, service: OperationRunService | None = None
) -> Started | AlreadyActive:
    """Return a new run that is limited to the items which failed.

    Raises NotVisible, CapabilityMissing, CannotRunAgain, DispatchFailed.
    """
    operation_type = _permitted(run, actor)
    if (reason := why_not_retry(run)) or operation_type.for_items is None:
        raise CannotRunAgain(reason)
    inputs = operation_type.for_items(operation_type.inputs.from_json(run.inputs), tuple(failed_keys(run)))
    return _start(operation_type, run, inputs, actor, now, service)


def why_not_again(run: OperationRun) -> str:
    """Empty if it can be run again."""
    if run.is_active:
        return _("It has not ended yet.")
    try:
        operation_type = operation_types.get(run.type)
    except UnknownOperationType:
        return _("This version of TenantPilot cannot do this operation.")
    if operation_type.writes_tenant:
        return _("It writes to the tenant: start it from its own preview.")
    if operation_type.uses_upload:
        return _("Its file was removed when it ended: upload the file again.")
    return (
        "" if _is_readable(run, operation_type) else _("This version of TenantPilot cannot read what it was asked for.")
    )


def why_not_retry(run: OperationRun) -> str:
    """Empty if its failed items can be tried again."""
    if reason := why_not_again(run):
        return reason
    if operation_types.get(run.type).for_items is None:
        return _("Items of this operation cannot be tried apart.")
    return "" if RunItem.objects.of_run(run.pk).failed().exists() else _("None of its items failed.")


def failed_keys(run: OperationRun) -> list[str]:
    """In the order of the run: by key, because two items may have one label."""
    return list(RunItem.objects.of_run(run.pk).failed().in_order().values_list("key", flat=True))


def needed_to_run_again(run: OperationRun) -> tuple[Capability, ...]:
    """Return the capabilities that the type and its inputs ask for; of a type of another version there are none."""
    try:
        operation_type = operation_types.get(run.type)
        return operation_type.needed_for(operation_type.inputs.from_json(run.inputs))
    except UnknownOperationType:
        return ()
    except StoredDataUnreadable:
        return (operation_type.capability,)


def _is_readable(run: OperationRun, operation_type: OperationType[Any]) -> bool:
    try:
        operation_type.inputs.from_json(run.inputs)
    except StoredDataUnreadable:
        return False
    return True


def _permitted(run: OperationRun, actor: User) -> OperationType[Any]:
    """Return the access that permits starting the run again. Raises CannotRunAgain, NotVisible, CapabilityMissing."""
    try:
        operation_type = operation_types.get(run.type)
    except UnknownOperationType:
        raise CannotRunAgain(why_not_again(run)) from None
    for capability in needed_to_run_again(run):
        if run.tenant is not None:
            resolve_tenant(actor, run.tenant.slug).require(capability)
        else:
            require_in_workspace(actor, run.workspace, capability)
    return operation_type


def _start(
    operation_type: OperationType[InputsT],
    run: OperationRun,
    inputs: InputsT,
    actor: User,
    now: datetime,
    service: OperationRunService | None,
) -> Started | AlreadyActive:
    runs = service or OperationRunService()
    return runs.start(
        operation_type,
        tenant=run.tenant,
        workspace=run.workspace,
        initiator=actor,
        inputs=inputs,
        now=now,
        retry_of=run,
    )
