"""Asking for versions."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef

from tenantpilot.inventory.selecting import NothingChosen, Selection, TooManyChosen, chosen_policies
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.stops import installation_stop
from tenantpilot.versions.index_models import INDEX_FORMAT, PolicyIndex
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.operations import (
    POLICY_CAPTURE,
    POLICY_VERSION_PRUNE,
    SETTING_INDEX_FILL,
    CaptureInputs,
)
from tenantpilot.versions.pruning import MOST_CHOSEN, PruneInputs

log = structlog.get_logger(__name__)

AT_MOST = 50


def start_capture(
    *, tenant: Tenant, initiator: User | None, selection: Selection, now: datetime
) -> Started | AlreadyActive:
    """Take a version of each policy that changed. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    inputs = CaptureInputs(chosen_policies(selection))
    return OperationRunService().start(POLICY_CAPTURE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def start_prune(
    *, tenant: Tenant, initiator: User | None, versions: Sequence[int], now: datetime
) -> Started | AlreadyActive:
    """Remove these versions, as far as nothing holds them. Raises NothingChosen, TooManyChosen, DispatchFailed."""
    if not versions:
        raise NothingChosen("Choose at least one version.")
    if len(versions) > MOST_CHOSEN:
        raise TooManyChosen(f"At most {MOST_CHOSEN:,} versions can be chosen at once.")
    inputs = PruneInputs(tuple(str(pk) for pk in sorted(set(versions))))
    return OperationRunService().start(POLICY_VERSION_PRUNE, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def start_index_fill(*, tenant: Tenant, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Read into columns what the newest versions say, where that was not done yet. Raises DispatchFailed."""
    return OperationRunService().start(
        SETTING_INDEX_FILL, tenant=tenant, initiator=initiator, inputs=NoInputs(), now=now
    )


def start_due_index_fills(*, now: datetime) -> int:
    """Start what is due in some tenants, as system runs; return how many."""
    if installation_stop() is not None:
        return 0
    indexed = PolicyIndex.everywhere.filter(policy=OuterRef("policy"), format=INDEX_FORMAT)
    due = PolicyVersion.everywhere.filter(~Exists(indexed), tenant__archived_at=None).order_by()
    ids = list(due.values_list("tenant", flat=True).distinct()[:AT_MOST])
    return sum(_start_apart(tenant, now=now) for tenant in Tenant.everywhere.filter(pk__in=ids).order_by("pk"))


def _start_apart(tenant: Tenant, *, now: datetime) -> bool:
    """A tenant whose run cannot start stops no other: it is due again."""
    try:
        return isinstance(start_index_fill(tenant=tenant, initiator=None, now=now), Started)
    except DispatchFailed as error:
        log.warning("index_fill_not_started", run_id=error.run.pk)
        return False
