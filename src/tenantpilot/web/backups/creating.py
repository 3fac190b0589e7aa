"""Pages that start backups by hand: of policy types, or of chosen policies."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.backups.services import start_backup, start_backup_of_policies
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.forms import BackupForm, NameForm
from tenantpilot.web.backups.selecting import SHOWN
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.ui.policy_selection import hidden_fields, narrowed, policy_selection


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_RUN)
def create_backup(request: TenantRequest) -> HttpResponse:
    """GET shows the form; POST starts the backup, or shows the form with what is wrong."""
    every = [policy_type.key for policy_type in policy_types.every()]
    usual = {"name": _("Backup of %(day)s") % {"day": f"{timezone.now():%Y-%m-%d}"}, "policy_types": every}
    form = BackupForm(request.POST if request.method == "POST" else None, initial=usual)
    if not form.is_valid():
        context = {"heading": _("New backup"), "form": form}
        return render(request, "web/backups/new.html", context, status=422 if form.is_bound else 200)
    values = form.cleaned_data
    try:
        started = start_backup(
            tenant=request.tenant,
            initiator=request.user,
            name=values["name"],
            policy_types=values["policy_types"],
            left_out_reason=values["left_out_reason"],
            now=timezone.now(),
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return started_from_form(request, started, to=reverse("backups", args=[request.tenant.slug]))


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_RUN)
def back_up_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be backed up (UX-32), and asks for a name; POST starts it."""
    selection = policy_selection(request, "policy", beside=NameForm.base_fields)
    if not selection:
        return redirect("backups", request.tenant.slug)
    form = NameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            started = start_backup_of_policies(
                tenant=request.tenant,
                initiator=request.user,
                name=form.cleaned_data["name"],
                selection=selection,
                now=timezone.now(),
            )
        except DispatchFailed as error:
            return could_not_start(request, error.run)
        return started_from_form(request, started, to=reverse("backups", args=[request.tenant.slug]))
    policies = narrowed(Policy.objects.of_tenant(request.tenant), selection)
    count = policies.count()
    words = ngettext("Back up %(count)d policy of %(tenant)s?", "Back up %(count)d policies of %(tenant)s?", count)
    context = {
        "heading": words % {"count": count, "tenant": request.tenant.name},
        "count": count,
        "shown": list(policies.by_name().only("name")[:SHOWN]),
        "fields": hidden_fields(selection, "policy"),
        "form": form,
        "back": page_before(request, otherwise=reverse("inventory", args=[request.tenant.slug])),
    }
    return render(request, "web/backups/back_up_policies.html", context, status=422 if form.is_bound else 200)
