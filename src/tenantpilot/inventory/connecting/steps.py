"""The steps of connecting a tenant, as far as they are done: read from what is known, so that they can be resumed."""

from dataclasses import dataclass
from uuid import UUID

from tenantpilot.inventory.connecting.guide import GUIDE, Guidance, Step
from tenantpilot.inventory.connecting.services import ConnectionState
from tenantpilot.inventory.models import PolicyTypeSync
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.models import Tenant

# A failed sign-in leads back to the step that mends it.
STEPS_OF_REASONS = {
    "tenant_not_found": Step.DIRECTORY,
    "host_refused": Step.DIRECTORY,
    "application_not_found": Step.APPLICATION,
    "credential_missing": Step.CREDENTIAL,
    "credential_unreadable": Step.CREDENTIAL,
    "client_secret_invalid": Step.CREDENTIAL,
    "client_secret_expired": Step.CREDENTIAL,
    "certificate_invalid": Step.CREDENTIAL,
}


@dataclass(frozen=True)
class StepState:
    """A step on the page: done, the current one, or later."""

    step: Step
    number: int
    guidance: Guidance
    is_done: bool
    is_current: bool

    @property
    def template(self) -> str:
        return f"web/connection/steps/{self.step}.html"


def application_of(tenant: Tenant, state: ConnectionState) -> UUID | None:
    """Return the client id that the credential has, else the one that was entered before it."""
    return state.credential.client_id if state.credential else tenant.application_id


def steps_of(tenant: Tenant, state: ConnectionState) -> list[StepState]:
    """Return all steps. The first that is not done, or that a failed check leads back to, is the current one."""
    done = _done(tenant, state)
    current = next((step for step in Step if not done[step]), None)
    return [
        StepState(step, number, GUIDE[step], done[step] and step is not current, step is current)
        for number, step in enumerate(Step, start=1)
    ]


def current_step(steps: list[StepState]) -> StepState | None:
    """Return the step that goes on; None once all are done."""
    return next((step for step in steps if step.is_current), None)


def _done(tenant: Tenant, state: ConnectionState) -> dict[Step, bool]:
    mended_at = _step_to_mend(state)
    done = {
        Step.DIRECTORY: True,
        Step.APPLICATION: application_of(tenant, state) is not None,
        Step.CREDENTIAL: state.credential is not None and state.expiry != "expired",
        Step.PERMISSIONS: tenant.is_connected and not state.missing and mended_at is None,
        Step.SYNC: PolicyTypeSync.objects.filter(tenant=tenant, succeeded_at__isnull=False).exists(),
    }
    return done | ({mended_at: False} if mended_at else {})


def _step_to_mend(state: ConnectionState) -> Step | None:
    """Return the step that the last check blames, unless what it blames was changed since."""
    check = state.last_check
    if check is None or check.outcome != RunOutcome.FAILED:
        return None
    if state.credential is not None and state.credential.changed_at > check.created_at:
        return None
    return STEPS_OF_REASONS.get(check.reason_code)
