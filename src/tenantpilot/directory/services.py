"""Asking for work on groups."""

from datetime import datetime

from tenantpilot.directory.operations import ENTRA_GROUP_SYNC
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.tenancy.models import Tenant, User


def start_group_sync(*, tenant: Tenant, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Read what changed in the tenant's groups. Raises DispatchFailed."""
    return OperationRunService().start(ENTRA_GROUP_SYNC, tenant=tenant, initiator=initiator, inputs=NoInputs(), now=now)
