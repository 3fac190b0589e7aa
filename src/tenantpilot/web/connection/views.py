"""Settings → Connection: how TenantPilot signs in to a tenant, and what the application may do there."""

from datetime import UTC, datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.inventory.connecting.services import connection_state, start_check
from tenantpilot.operations.presenter import reason_of
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import TenantCredential
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface
from tenantpilot.web.ui.tables.fields import DayField

LONGEST_CERTIFICATE = 16_384


class CredentialForm(forms.Form):
    """A client secret, or a certificate with its private key in PEM; one of the two."""

    client_id = forms.UUIDField(
        label=gettext_lazy("Application (client) id"),
        error_messages={"invalid": gettext_lazy("Copy the id from the application's overview page in Entra.")},
    )
    secret = forms.CharField(label=gettext_lazy("Client secret"), max_length=256, required=False, strip=True)
    certificate = forms.CharField(
        label=gettext_lazy("Certificate and private key"), max_length=LONGEST_CERTIFICATE, required=False
    )
    expires_on = DayField(label=gettext_lazy("Expires on"), required=False)

    def clean_certificate(self) -> str:
        text = str(self.cleaned_data["certificate"])
        if text and not ("BEGIN CERTIFICATE" in text and "PRIVATE KEY" in text):
            raise ValidationError(_("Paste both the certificate and its private key, in PEM."))
        return text

    def clean(self) -> None:
        if bool(self.cleaned_data.get("secret")) == bool(self.cleaned_data.get("certificate", "")) and not self.errors:
            raise ValidationError(_("Enter a client secret, or a certificate with its private key: one of the two."))

    @property
    def expires_at(self) -> datetime | None:
        """The end of the day is not promised: it counts from its beginning, in UTC."""
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day, time(), UTC) if day else None


@require_GET
@requires(Capability.TENANT_VIEW)
def connection(request: TenantRequest) -> HttpResponse:
    """Return what is known of the connection, without asking Graph."""
    return _page(request, CredentialForm())


@require_POST
@requires(Capability.CONNECTION_CHECK)
@start_surface
def start_connection_check(request: TenantRequest) -> Started | AlreadyActive:
    """Have a worker find out."""
    return start_check(tenant=request.tenant, initiator=request.user, now=timezone.now())


@require_POST
@requires(Capability.CREDENTIAL_MANAGE)
def change_credential(request: TenantRequest) -> HttpResponse:
    """Seal and keep a new credential in the place of the one before."""
    form = CredentialForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    values = form.cleaned_data
    kind = TenantCredential.Kind.CERTIFICATE if values["certificate"] else TenantCredential.Kind.SECRET
    store_credential(
        tenant=request.tenant,
        kind=kind,
        client_id=values["client_id"],
        secret=values["certificate"] or values["secret"],
        expires_at=form.expires_at,
        actor=request.user,
        now=timezone.now(),
    )
    return redirect("connection", request.tenant.slug)


def _page(request: TenantRequest, form: CredentialForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    state = connection_state(request.tenant, now=now)
    context = {
        "heading": _("Connection"),
        "now": now,
        "state": state,
        "reason": reason_of(state.last_check) if state.last_check else None,
        "form": form,
        "may_change": request.access.may(Capability.CREDENTIAL_MANAGE),
        "why_not_change": request.access.why_not(Capability.CREDENTIAL_MANAGE),
        "may_check": request.access.may(Capability.CONNECTION_CHECK),
        "why_not_check": request.access.why_not(Capability.CONNECTION_CHECK),
    }
    return render(request, "web/connection/page.html", context, status=status)
