"""The page that asks before a library is removed."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.library.removing import LibraryInUse, content_of_library, remove_library
from tenantpilot.versions.models import Library
from tenantpilot.web.frame.access import WorkspaceRequest, workspace_plane
from tenantpilot.web.library.access import workspaces_where
from tenantpilot.web.ui import parameters


@require_http_methods(["GET", "POST"])
@workspace_plane
def delete_library(request: WorkspaceRequest, library_id: int) -> HttpResponse:
    """GET says what goes, and asks to type the name (UX-34); POST removes it, unless an import uses it."""
    able = workspaces_where(request, Capability.LIBRARY_MANAGE)
    library = Library.objects.filter(workspace__in=able, pk=library_id).select_related("workspace").first()
    if library is None:
        raise Http404
    if request.method != "POST":
        return _asked(request, library)
    if parameters.text(request.POST, "name") != parameters.printable(library.name):
        return _asked(request, library, status=422, is_wrong=True)
    try:
        remove_library(library, actor=request.user, now=timezone.now())
    except LibraryInUse:
        return _asked(request, library, status=409, is_in_use=True)
    return redirect("libraries")


def _asked(
    request: WorkspaceRequest, library: Library, *, status: int = 200, is_wrong: bool = False, is_in_use: bool = False
) -> HttpResponse:
    context = {
        "heading": _("Delete the library %(name)s?") % {"name": library.name},
        "library": library,
        "content": content_of_library(library),
        "is_wrong": is_wrong,
        "is_in_use": is_in_use,
    }
    return render(request, "web/library/delete.html", context, status=status)
