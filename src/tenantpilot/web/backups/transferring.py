"""Exporting a set as an encrypted archive, and importing one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.services import start_export, start_import
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.finding import set_or_404
from tenantpilot.web.backups.transfer_forms import ArchiveForm, ExportForm
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.headers import most_megabytes, takes_uploads
from tenantpilot.web.frame.starts import could_not_start, started_from_form


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_EXPORT)
def export_set(request: TenantRequest, set_id: int) -> HttpResponse:
    """GET asks who can open the archive; POST starts the export, or shows the form with what is wrong."""
    backup_set = set_or_404(request, set_id)
    if not backup_set.has_content or backup_set.trashed_at is not None:
        raise Http404
    may_take_secrets = request.access.may(Capability.BACKUP_EXPORT_SECRETS)
    form = ExportForm(request.POST if request.method == "POST" else None, may_take_secrets=may_take_secrets)
    if not form.is_valid():
        return _export_page(request, backup_set, form)
    try:
        started = start_export(
            backup_set=backup_set, initiator=request.user, protection=form.protection, now=timezone.now()
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return started_from_form(request, started, to=reverse("files"))


@takes_uploads
@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_EXPORT)
def import_set(request: TenantRequest) -> HttpResponse:
    """GET asks for the archive and its key; POST keeps it and starts the import."""
    form = ArchiveForm(request.POST, request.FILES) if request.method == "POST" else ArchiveForm()
    if not form.is_valid():
        context = {"heading": _("Import a backup set"), "form": form, "most_megabytes": most_megabytes()}
        return render(request, "web/backups/import.html", context, status=422 if form.is_bound else 200)
    file = form.cleaned_data["archive"]
    try:
        started = start_import(
            tenant=request.tenant,
            initiator=request.user,
            name=file.name,
            parts=file.chunks(),
            key=form.cleaned_data["key"],
            now=timezone.now(),
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return started_from_form(request, started, to=reverse("backups", args=[request.tenant.slug]))


def _export_page(request: TenantRequest, backup_set: BackupSet, form: ExportForm) -> HttpResponse:
    context = {
        "heading": _("Export %(set)s") % {"set": backup_set.chain.name},
        "set": backup_set,
        "form": form,
        "may_take_secrets": request.access.may(Capability.BACKUP_EXPORT_SECRETS),
        "why_no_secrets": request.access.why_not(Capability.BACKUP_EXPORT_SECRETS),
    }
    return render(request, "web/backups/export.html", context, status=422 if form.is_bound else 200)
