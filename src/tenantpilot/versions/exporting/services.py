"""Asking for exports."""

from datetime import datetime

from tenantpilot.inventory.selecting import Selection, chosen_policies
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.exporting.operations import BULK_POLICY_EXPORT, ExportInputs
from tenantpilot.versions.exporting.states import LayoutKey


def start_export(
    *, tenant: Tenant, initiator: User, selection: Selection, layout: LayoutKey, now: datetime
) -> Started | AlreadyActive:
    """Make a file of the newest versions, for the person alone. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = ExportInputs(chosen_policies(selection), layout=layout.value, person=initiator.pk)
    return OperationRunService().start(BULK_POLICY_EXPORT, tenant=tenant, initiator=initiator, inputs=inputs, now=now)
