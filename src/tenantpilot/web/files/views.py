"""The exports of a person, and their download. Nobody else's file is there for them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.artifacts.models import Artifact, ArtifactQuerySet
from tenantpilot.artifacts.reading import stream
from tenantpilot.artifacts.services import record_download
from tenantpilot.artifacts.states import ArtifactState, Purpose
from tenantpilot.backups.operations import BACKUP_EXPORT
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.isolation import everything
from tenantpilot.versions.operations import BULK_POLICY_EXPORT
from tenantpilot.web.files.tables import FILES
from tenantpilot.web.frame.access import WorkspaceRequest, visible_tenants, workspace_plane
from tenantpilot.web.ui.tables.listing import listing

EXPORTS: Mapping[str, tuple[Purpose, Capability]] = {
    BULK_POLICY_EXPORT.key: (Purpose.POLICY_EXPORT, Capability.POLICY_EXPORT),
    BACKUP_EXPORT.key: (Purpose.BACKUP_EXPORT, Capability.BACKUP_EXPORT),
}
"""The operations that make a file for a person: its purpose, and what downloading it needs."""


@require_GET
@workspace_plane
def files(request: WorkspaceRequest) -> HttpResponse:
    """Return the exports that the person started, newest first, with the file of each."""
    now = timezone.now()
    context = {"heading": _("Exports"), "now": now}
    return listing(request, FILES, _exports(request, now=now), "web/files/page.html", context)


@require_GET
@workspace_plane
def download(request: WorkspaceRequest, artifact_id: int) -> HttpResponseBase:
    """Stream a file to its owner. A file that has expired says so; any other's file is not there."""
    artifact = _own(request).select_related("tenant").filter(pk=artifact_id).first()
    if artifact is None:
        raise Http404
    now = timezone.now()
    if artifact.state_at(now) is not ArtifactState.READY:
        context = {"heading": _("This file cannot be downloaded"), "artifact": artifact, "now": now}
        return render(request, "web/files/over.html", {**context, "state": artifact.state_at(now)}, status=410)
    record_download(artifact, actor=request.user, now=now)
    return _streamed(artifact)


def _own(request: WorkspaceRequest) -> ArtifactQuerySet:
    """Return the person's files of the tenants in which they may still export."""
    able = {purpose: visible_tenants(request.user, capability) for purpose, capability in EXPORTS.values()}
    is_able = [Q(purpose=purpose, tenant__in=tenants) for purpose, tenants in able.items()]
    return Artifact.objects.owned_by(request.user).filter(reduce(or_, is_able))


def _exports(request: WorkspaceRequest, *, now: datetime) -> OperationRunQuerySet:
    ready = Artifact.objects.ready().filter(run=OuterRef("pk"), expires_at__gt=now)
    is_able = [
        Q(type=key, tenant__in=visible_tenants(request.user, capability)) for key, (_p, capability) in EXPORTS.items()
    ]
    runs = OperationRun.objects.filter(reduce(or_, is_able), initiator=request.user)
    newest = Prefetch("artifacts", Artifact.objects.newest_first(), to_attr="files")
    return runs.for_list().annotate(has_file=Exists(ready)).prefetch_related(newest)


def _streamed(artifact: Artifact) -> StreamingHttpResponse:
    """The owner was checked; the body is read after the view has returned, outside its scope."""

    def body() -> Iterator[bytes]:
        with everything():
            yield from stream(artifact)

    return StreamingHttpResponse(
        body(),
        content_type="application/zip" if artifact.name.endswith(".zip") else "application/octet-stream",
        headers={
            "Content-Length": str(artifact.bytes),
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=artifact.name) or "",
            "X-Content-Type-Options": "nosniff",
        },
    )
