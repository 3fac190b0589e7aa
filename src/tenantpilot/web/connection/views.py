"""Settings → Connection: the steps that connect a tenant, and what the application may do there."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.graph.clouds import cloud_of
from tenantpilot.inventory.connecting.guide import AUDIT_LOG, LOCKOUT_CHECK, RESTORING
from tenantpilot.inventory.connecting.permissions import READING, WRITING
from tenantpilot.inventory.connecting.services import connection_state, start_check
from tenantpilot.inventory.connecting.steps import application_of, current_step, steps_of
from tenantpilot.inventory.sync_surface import sync_button
from tenantpilot.operations.presenter import reason_of
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.tenancy import tenants
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.credential_checks import CredentialRefused
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.services import AlreadyThere
from tenantpilot.web.connection.forms import ApplicationForm, CredentialForm
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started, start_surface
from tenantpilot.web.ui.directory_form import DirectoryForm
from tenantpilot.web.ui.remedies import place_of

# Two forms of the page ask for the client id, and an id stands on a page once.
CREDENTIAL_IDS = "credential_%s"


@dataclass(frozen=True)
class _Forms:
    """A form that was sent and refused; each of the others is filled with what is known."""

    directory: DirectoryForm | None = None
    application: ApplicationForm | None = None
    credential: CredentialForm | None = None
    refused: frozenset[str] = field(default_factory=frozenset)


@require_GET
@requires(Capability.TENANT_VIEW)
def connection(request: TenantRequest) -> HttpResponse:
    """Return the page of the connection, without asking Graph."""
    return _page(request, _Forms())


@require_POST
@requires(Capability.CONNECTION_CHECK)
@start_surface
def start_connection_check(request: TenantRequest) -> Started | AlreadyActive:
    """Have a worker find out."""
    return start_check(tenant=request.tenant, initiator=request.user, now=timezone.now())


@require_POST
@requires(Capability.TENANT_MANAGE)
def change_directory(request: TenantRequest) -> HttpResponse:
    """Mend the directory id, until the first successful sign-in."""
    form = DirectoryForm(request.POST)
    if form.is_valid():
        try:
            tenants.change_directory(
                request.tenant,
                entra_tenant_id=form.cleaned_data["entra_tenant_id"],
                login_url=form.chosen_cloud.login_url,
                graph_url=form.chosen_cloud.graph_url,
                actor=request.user,
                now=timezone.now(),
            )
        except (tenants.DirectoryFixed, AlreadyThere) as error:
            form.add_error("entra_tenant_id", str(error))
    if not form.is_valid():
        return _page(request, _Forms(directory=form, refused=frozenset({"directory"})), status=422)
    return redirect("connection", request.tenant.slug)


@require_POST
@requires(Capability.CREDENTIAL_MANAGE)
def change_application(request: TenantRequest) -> HttpResponse:
    """Keep the client id for the steps that follow."""
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return _page(request, _Forms(application=form, refused=frozenset({"application"})), status=422)
    tenants.set_application(request.tenant, form.cleaned_data["client_id"], actor=request.user, now=timezone.now())
    return redirect("connection", request.tenant.slug)


@require_POST
@requires(Capability.CREDENTIAL_MANAGE)
def change_credential(request: TenantRequest) -> HttpResponse:
    """Seal and keep a credential that may work, and have it checked."""
    form = CredentialForm(request.POST, auto_id=CREDENTIAL_IDS)
    if form.is_valid():
        try:
            return _keep_and_check(request, form)
        except CredentialRefused as refusal:
            form.refuse(refusal)
    return _page(request, _Forms(credential=form, refused=frozenset({"credential"})), status=422)


def _keep_and_check(request: TenantRequest, form: CredentialForm) -> HttpResponse:
    now = timezone.now()
    store_credential(
        tenant=request.tenant,
        kind=form.kind,
        client_id=form.cleaned_data["client_id"],
        secret=form.secret_text,
        expires_at=form.expires_at,
        actor=request.user,
        now=now,
    )
    try:
        started = start_check(tenant=request.tenant, initiator=request.user, now=now)
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    operation_started(request, started)
    # Not to the page before: after a refusal that is the address of the form, which only takes posts.
    return redirect("connection", request.tenant.slug)


def _page(request: TenantRequest, forms: _Forms, *, status: int = 200) -> HttpResponse:
    now, tenant, access = timezone.now(), request.tenant, request.access
    state = connection_state(tenant, now=now)
    steps = steps_of(tenant, state)
    application = application_of(tenant, state)
    has_failed = state.last_check is not None and state.last_check.outcome == "failed"
    reason = reason_of(state.last_check) if state.last_check else None
    context = {
        "heading": _("Connection"),
        "now": now,
        "state": state,
        "steps": steps,
        "current": current_step(steps),
        "refused": forms.refused,
        "reason": reason,
        "mends": place_of(reason).fragment.removeprefix("step-") if reason and has_failed else "",
        "directory_form": forms.directory or DirectoryForm.of(tenant),
        "application_form": forms.application or ApplicationForm(initial={"client_id": application}),
        "credential_form": forms.credential
        or CredentialForm(initial={"client_id": application}, auto_id=CREDENTIAL_IDS),
        "may_change": access.may(Capability.CREDENTIAL_MANAGE),
        "why_not_change": access.why_not(Capability.CREDENTIAL_MANAGE),
        "may_mend_directory": access.may(Capability.TENANT_MANAGE),
        "why_not_mend_directory": access.why_not(Capability.TENANT_MANAGE),
        "may_check": access.may(Capability.CONNECTION_CHECK),
        "why_not_check": access.why_not(Capability.CONNECTION_CHECK),
        **_at_microsoft(request, str(application or "")),
        **sync_button(request.access),
    }
    return render(request, "web/connection/page.html", context, status=status)


def _at_microsoft(request: TenantRequest, application: str) -> dict[str, Any]:
    """Return the addresses and permissions that a person takes to Entra."""
    tenant = request.tenant
    back = request.build_absolute_uri(reverse("connection", args=[tenant.slug]))
    query = urlencode({"client_id": application, "redirect_uri": back})
    cloud = cloud_of(tenant.graph_url)
    return {
        "cloud": cloud,
        "redirect_address": back,
        "consent_url": f"{tenant.login_url}/{tenant.entra_tenant_id}/adminconsent?{query}" if application else "",
        "to_read": list(READING),
        "why_audit_log": AUDIT_LOG,
        "to_restore": list(WRITING) if tenant.restores_wanted_at else [],
        "restoring": RESTORING,
        "why_directory": LOCKOUT_CHECK,
    }
