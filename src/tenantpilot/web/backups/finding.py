"""Finding a set within the tenant of the request (SEC-02)."""

from django.http import Http404

from tenantpilot.backups.models import BackupSet
from tenantpilot.web.frame.access import TenantRequest


def set_or_404(request: TenantRequest, set_id: int) -> BackupSet:
    """Raises Http404."""
    sets = BackupSet.objects.of_tenant(request.tenant).select_related("chain", "run", "held_by", "trashed_by", "tenant")
    backup_set: BackupSet | None = sets.filter(pk=set_id).first()
    if backup_set is None:
        raise Http404
    return backup_set
