"""Check one tenant: its credential, and the rights of its application."""

from dataclasses import dataclass, field
from datetime import datetime

from tenantpilot.cli.checks.finding import Finding, Verdict
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphForbidden
from tenantpilot.graph.read.probe import Probe
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.looking import look
from tenantpilot.inventory.connecting.words import expiry, reading, writing
from tenantpilot.tenancy.models import Tenant, TenantCredential

A_PERSON_WAITS = RetryPolicy(
    connect_seconds=5.0, read_seconds=20.0, attempt_seconds=30.0, call_seconds=60.0, unavailable_backoff=(1.0,)
)

ORDER = {policy_type.key: number for number, policy_type in enumerate(policy_types.every())}


@dataclass(frozen=True)
class TypeFinding:
    """The application's right to one policy type: "granted", "missing" or "unknown"."""

    type: str
    label: str
    reading: str
    writing: str
    missing: tuple[str, ...]
    says: str = ""
    """Why it could not be read."""
    remedy: str = ""


@dataclass(frozen=True)
class ConnectionFindings:
    """All that was found out about one tenant. `missing` are the permissions to grant, each once.

    Those that only writing needs stand apart: nobody should give write access to a tenant in order to read it. So do
    those without which nothing fails.
    """

    tenant: str
    findings: list[Finding]
    policy_types: list[TypeFinding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    missing_to_write: list[str] = field(default_factory=list)
    missing_optional: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """A missing permission to write is told, and is no failure: a tenant may be wanted for reading alone."""
        return any(finding.failed for finding in self.findings)


def examine_connection(tenant: Tenant, *, now: datetime) -> ConnectionFindings:
    """Writes nothing to the tenant, and keeps nothing."""
    credential = TenantCredential.everywhere.filter(tenant=tenant).first()
    about_credential = _of_credential(tenant, credential, now=now)
    if credential is None:
        not_tried = "not checked: there is nothing to sign in with"
        return ConnectionFindings(tenant.slug, [about_credential, _not_checked("sign-in", not_tried), _unread()])
    try:
        probes = look(tenant, registry.of_configuration(), retry_policy=A_PERSON_WAITS)
    except ReasonedError as error:
        return ConnectionFindings(tenant.slug, [about_credential, _of_error("sign-in", error), _unread()])
    signed_in = Finding("sign-in", Verdict.OK, f"signed in as application {credential.client_id}")
    return ConnectionFindings(
        tenant.slug,
        [about_credential, signed_in, _of_reading(probes)],
        [_of_type(probe) for probe in sorted(probes, key=lambda probe: ORDER[probe.contract.key])],
        sorted({name for probe in probes for name in probe.missing_to_read}),
        sorted({name for probe in probes for name in probe.missing_to_write}),
        sorted({name for probe in probes for name in probe.missing_optional or ()}),
    )


def _of_credential(tenant: Tenant, credential: TenantCredential | None, *, now: datetime) -> Finding:
    enter = f"Run: tenantpilot credential set {tenant.slug} --client-id …"
    if credential is None:
        return Finding("credential", Verdict.FAILED, f"{tenant.name} has no credential", enter)
    credential_kind = TenantCredential.Kind(credential.kind).label
    day = f"{credential.expires_at:%Y-%m-%d}" if credential.expires_at else ""
    match expiry(credential, now=now):
        case "expired":
            return Finding(
                "credential",
                Verdict.FAILED,
                f"{credential_kind}, expired on {day}",
                f"Make a new one in Entra. {enter}",
            )
        case "soon":
            return Finding(
                "credential", Verdict.OK, f"{credential_kind}, expires soon: on {day}", "Make a new one in Entra."
            )
        case "valid":
            return Finding("credential", Verdict.OK, f"{credential_kind}, expires on {day}")
        case _:
            return Finding("credential", Verdict.OK, f"{credential_kind}; when it expires was not entered")


def _of_reading(probes: list[Probe]) -> Finding:
    unread = [probe for probe in probes if not probe.is_readable]
    if not unread:
        return Finding("policy types", Verdict.OK, f"all {len(probes)} can be read")
    words = f"{len(unread)} of {len(probes)} cannot be read"
    if any(probe.missing_to_read for probe in unread):
        return Finding("policy types", Verdict.FAILED, words, "Grant what is missing, with admin consent.")
    return Finding("policy types", Verdict.FAILED, words, "No permission is missing: see the reason beside each.")


def _of_type(probe: Probe) -> TypeFinding:
    code = probe.error.reason_code if probe.error else ""
    reason = _of_error("", probe.error) if probe.error else None
    return TypeFinding(
        probe.contract.key,
        policy_types.label_of(probe.contract.key),
        reading(is_readable=probe.is_readable, reason_code=code),
        writing(probe.is_writable),
        probe.missing,
        reason.says if reason else "",
        _remedy_of(probe, reason.remedy) if reason else "",
    )


def _remedy_of(probe: Probe, usual: str) -> str:
    """Graph refuses also what the tenant has no license for."""
    if isinstance(probe.error, GraphForbidden) and not probe.missing:
        return "The permission is granted: look whether the tenant has a license for it."
    return usual


def _of_error(check: str, error: ReasonedError) -> Finding:
    reason = ReasonCatalog.get(error.reason_code)
    says = ReasonCatalog.describe(reason.code, error.params)
    request_id = getattr(error, "request_id", "")
    return Finding(check, Verdict.FAILED, f"{says} Request id {request_id}." if request_id else says, reason.next_step)


def _unread() -> Finding:
    return _not_checked("policy types", "not checked: there is no sign-in")


def _not_checked(check: str, reason: str) -> Finding:
    return Finding(check, Verdict.NOT_CHECKED, reason)
