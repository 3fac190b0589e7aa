"""The handlers that workers run. Nobody else imports them: they reach Graph (GUARD-F)."""

from django.db import transaction

from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.read.probe import Probe
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.looking import look
from tenantpilot.inventory.connecting.models import PolicyTypeAccess
from tenantpilot.inventory.connecting.operations import ConnectionCheckpoint
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.tenants import record_sign_in

WRITTEN = ("is_readable", "is_writable", "missing", "missing_optional", "reason_code", "checked_at")


def check_connection(run: RunContext) -> None:
    """Sign in, read one object of every type, and keep what was found. Writes nothing to the tenant."""
    contracts = registry.of_configuration()
    if run.last_checkpoint(ConnectionCheckpoint) is None:
        _find_out(run, contracts)
    run.progress(len(contracts), len(contracts))


def _find_out(run: RunContext, contracts: tuple[Contract, ...]) -> None:
    run.progress(0, len(contracts))
    probes = look(run.tenant, contracts, stop=lambda: run.cancelled, waits=run.must_wait)
    run.safe_point()
    for probe in probes:
        _report(run, probe)
    with transaction.atomic():
        _keep(run, probes)
        record_sign_in(run.tenant, now=run.now)
        run.checkpoint(ConnectionCheckpoint())


def _report(run: RunContext, probe: Probe) -> None:
    """Only reading decides: TenantPilot may be wanted for reading alone."""
    if probe.is_readable:
        run.count("succeeded")
    elif probe.error is not None:
        run.item_raised(ObjectName(policy_types.label_of(probe.contract.key)), probe.error)


def _keep(run: RunContext, probes: list[Probe]) -> None:
    PolicyTypeAccess.everywhere.bulk_create(
        [_row(run, item) for item in probes],
        update_conflicts=True,
        update_fields=WRITTEN,
        unique_fields=("tenant", "type"),
    )


def _row(run: RunContext, probe: Probe) -> PolicyTypeAccess:
    return PolicyTypeAccess(
        workspace_id=run.tenant.workspace_id,
        tenant=run.tenant,
        type=probe.contract.key,
        is_readable=probe.is_readable,
        is_writable=probe.is_writable,
        missing=list(probe.missing),
        missing_optional=None if probe.missing_optional is None else list(probe.missing_optional),
        reason_code=probe.error.reason_code if probe.error else "",
        checked_at=run.now,
    )
