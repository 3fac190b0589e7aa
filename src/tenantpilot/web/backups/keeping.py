"""Verifying a set, holding it and releasing its hold."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenantpilot.backups import keeping
from tenantpilot.backups.services import start_verification
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.finding import set_or_404
from tenantpilot.web.backups.forms import HoldForm
from tenantpilot.web.backups.views import set_page
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface


@require_POST
@requires(Capability.BACKUP_VERIFY)
@start_surface
def verify(request: TenantRequest, set_id: int) -> Started | AlreadyActive:
    """Check every payload, every secret and the digest of the set."""
    backup_set = set_or_404(request, set_id)
    return start_verification(backup_set, initiator=request.user, now=timezone.now())


@require_POST
@requires(Capability.BACKUP_MANAGE)
def hold(request: TenantRequest, set_id: int) -> HttpResponse:
    """Keep the set from the trash, for a reason and maybe until a day."""
    backup_set, form = set_or_404(request, set_id), HoldForm(request.POST)
    if form.is_valid():
        try:
            keeping.hold(
                backup_set,
                reason=form.cleaned_data["reason"],
                until=form.until_moment,
                actor=request.user,
                now=timezone.now(),
            )
            return redirect("backup-set", request.tenant.slug, backup_set.pk)
        except keeping.SetRefused as refused:
            form.add_error(None, _why(refused))
    return set_page(request, backup_set, form, status=422)


@require_POST
@requires(Capability.BACKUP_MANAGE)
def release(request: TenantRequest, set_id: int) -> HttpResponse:
    """End the hold in seven days: until then an owner can see and undo it."""
    backup_set = set_or_404(request, set_id)
    try:
        keeping.release(backup_set, actor=request.user, now=timezone.now())
    except keeping.SetRefused as refused:
        form = HoldForm({})
        form.errors.clear()
        form.add_error(None, _why(refused))
        return set_page(request, backup_set, form, status=422)
    return redirect("backup-set", request.tenant.slug, backup_set.pk)


def _why(refused: keeping.SetRefused) -> str:
    if refused.reason_code == "held":
        return _("The hold lasts longer than that. Release it: it then ends in seven days.")
    return ReasonCatalog.describe(refused.reason_code)
