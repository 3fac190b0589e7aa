"""The actions that a run's page offers: to cancel it, to run it again, to retry what failed; or why not (UX-36)."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.inventory.operations import TENANTS_SYNC
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.rerun import needed_to_run_again, why_not_again, why_not_retry
from tenantpilot.tenancy.access import TenantAccess, WorkspaceAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.roles import roles_with


@dataclass(frozen=True)
class RunActions:
    """`place` is the name of the tenant or workspace. An address is empty where the run is not in a state for it.

    `why_not_…` is empty for a person who may. `goes_on` says what a cancelled run leaves behind that goes on.
    """

    place: str
    cancel_url: str
    why_not_cancel: str
    again_url: str
    retry_url: str
    why_not_again: str
    goes_on: str


def actions_of(run: OperationRun, access: TenantAccess | WorkspaceAccess) -> RunActions:
    can_cancel = run.is_active and run.cancel_requested_at is None
    can_again = not run.is_active and not why_not_again(run)
    refusals = (why_not(access, capability) for capability in needed_to_run_again(run))
    return RunActions(
        place=run.tenant.name if run.tenant else run.workspace.name,
        cancel_url=_url(run, "cancel-operation-run") if can_cancel else "",
        why_not_cancel=why_not(access, Capability.OPERATIONS_CANCEL),
        again_url=_url(run, "run-again") if can_again else "",
        retry_url=_url(run, "retry-failed-items") if can_again and not why_not_retry(run) else "",
        why_not_again=next(filter(None, refusals), ""),
        goes_on=_goes_on(run),
    )


def why_not(access: TenantAccess | WorkspaceAccess, capability: Capability) -> str:
    """Return the words for a person beside a disabled button; empty if they may."""
    if isinstance(access, TenantAccess):
        return access.why_not(capability)
    if access.may(capability):
        return ""
    able = " / ".join(str(role.label) for role in roles_with(capability))
    words = _("To %(what)s of the workspace you need to be %(able)s of it.")
    return words % {"what": capability.label, "able": able}


def _url(run: OperationRun, name: str) -> str:
    return reverse(name, args=[run.tenant.slug, run.pk]) if run.tenant else reverse(f"workspace-{name}", args=[run.pk])


def _goes_on(run: OperationRun) -> str:
    if run.type != TENANTS_SYNC.key:
        return ""
    return _("The syncs that it has started already go on, queued or running: cancel them in the list of operations.")
