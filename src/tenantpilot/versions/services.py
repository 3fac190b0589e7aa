"""Asking for versions."""

from datetime import datetime

from tenantpilot.inventory.selecting import Selection, chosen_policies
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.operations import POLICY_CAPTURE, CaptureInputs


def start_capture(
    *, tenant: Tenant, initiator: User | None, selection: Selection, now: datetime
) -> Started | AlreadyActive:
    """Take a version of each policy that changed. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = CaptureInputs(chosen_policies(selection))
    return OperationRunService().start(POLICY_CAPTURE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)
