"""The libraries, the policies of one, and a policy of it."""

import json

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.graph.contracts import registry
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.library.services import newest_import
from tenantpilot.versions.models import Library, LibraryPolicy, LibraryRevision
from tenantpilot.versions.payloads import PayloadDamaged, content_of
from tenantpilot.versions.wording.policies import sections_of, without_secrets
from tenantpilot.web.frame.access import WorkspaceRequest, workspace_plane
from tenantpilot.web.library.access import may, may_in, workspaces_where
from tenantpilot.web.library.tables import LIBRARIES, LIBRARY_POLICIES
from tenantpilot.web.ui.tables.listing import listing

EARLIER_SHOWN = 10


@require_GET
@workspace_plane
def libraries(request: WorkspaceRequest) -> HttpResponse:
    """Return the libraries of the person's workspaces."""
    able = workspaces_where(request, Capability.INVENTORY_VIEW)
    revisions = LibraryRevision.objects.filter(pk=OuterRef("current_id"))
    policies = LibraryPolicy.objects.filter(revision=OuterRef("current_id")).order_by().values("revision")
    rows = (
        Library.objects.filter(workspace__in=able)
        .select_related("workspace")
        .with_current()
        .annotate(
            revision=Subquery(revisions.values("number")),
            imported_at=Subquery(revisions.values("ready_at")),
            policies=Subquery(policies.annotate(number=Count("pk")).values("number")),
        )
    )
    context = {"heading": _("Library"), "may_import": may(request, Capability.LIBRARY_MANAGE)}
    return listing(request, LIBRARIES, rows, "web/library/page.html", context)


@require_GET
@workspace_plane
def library(request: WorkspaceRequest, library_id: int) -> HttpResponse:
    """Return the policies of the library's newest revision."""
    able = workspaces_where(request, Capability.INVENTORY_VIEW)
    row = Library.objects.filter(workspace__in=able, pk=library_id).first()
    if row is None:
        raise Http404
    revisions = list(
        LibraryRevision.objects.filter(library=row, state="ready").order_by("-number")[: EARLIER_SHOWN + 1]
    )
    policies = LibraryPolicy.objects.filter(revision=revisions[0] if revisions else None)
    context = {
        "heading": row.name,
        "library": row,
        "current": revisions[0] if revisions else None,
        "earlier": revisions[1:],
        "latest_import": _latest_import(row, revisions[0] if revisions else None),
        "may_import": may_in(request, row.workspace_id, Capability.LIBRARY_MANAGE),
    }
    return listing(request, LIBRARY_POLICIES, policies, "web/library/library.html", context)


def _latest_import(library: Library, current: LibraryRevision | None) -> OperationRun | None:
    """Return the newest import if it is under way, or has failed since the revision that is shown."""
    run = newest_import(library)
    if run is None or run.is_active:
        return run
    has_failed = run.outcome in (RunOutcome.FAILED, RunOutcome.CANCELLED)
    is_news = current is None or current.ready_at is None or run.created_at > current.ready_at
    return run if has_failed and is_news else None


@require_GET
@workspace_plane
def library_policy(request: WorkspaceRequest, policy_id: int) -> HttpResponse:
    """Return a policy of a library, in words and as JSON."""
    able = workspaces_where(request, Capability.INVENTORY_VIEW)
    rows = LibraryPolicy.objects.filter(workspace__in=able, revision__state="ready")
    policy = rows.select_related("revision__library", "payload").filter(pk=policy_id).first()
    if policy is None:
        raise Http404
    context = {"heading": policy.name, "policy": policy, "library": policy.revision.library}
    try:
        payload, contract = content_of(policy.payload), registry.get(policy.type)
        context["sections"] = sections_of(contract, payload, {})
        context["as_json"] = json.dumps(without_secrets(contract, payload), indent=2, ensure_ascii=False)
    except PayloadDamaged:
        context["is_damaged"] = True
    return render(request, "web/library/policy.html", context)
