"""Settings → Workspaces, for those who run the installation. What a step ends is shown before it is done (OPS-33)."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.offboarding import archiving, removing
from tenantpilot.tenancy import invitations, services
from tenantpilot.tenancy.fitting import DoesNotFit
from tenantpilot.tenancy.invitations import AlreadyMember, HasOwner
from tenantpilot.tenancy.links import Invitation
from tenantpilot.tenancy.mailing import mail_invitation
from tenantpilot.tenancy.models import Workspace
from tenantpilot.web.frame.access import SignedInRequest, platform_plane
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.listing import listing
from tenantpilot.web.workspaces.forms import OwnerForm, WorkspaceForm, WorkspaceNameForm, free_slug
from tenantpilot.web.workspaces.tables import WORKSPACES, with_contents


@require_GET
@platform_plane
def workspaces(request: SignedInRequest) -> HttpResponse:
    """Return every workspace of the installation, with how much is in it."""
    return listing(request, WORKSPACES, with_contents(), "web/workspaces/page.html", {"heading": _("Workspaces")})


@require_http_methods(["GET", "POST"])
@platform_plane
def add_workspace(request: SignedInRequest) -> HttpResponse:
    """Show the form, or add the workspace and invite its first owner."""
    form = WorkspaceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, now = form.cleaned_data["name"], timezone.now()
        try:
            workspace = services.create_workspace(slug=free_slug(name), name=name, actor=request.user, now=now)
        except (DoesNotFit, services.AlreadyThere) as error:
            form.add_error("name", str(error))
        else:
            _invite(request, workspace, form.cleaned_data["email"])
            return redirect("workspace-settings", workspace.pk)
    context = {"heading": _("Add a workspace"), "form": form}
    return render(request, "web/workspaces/new.html", context, status=422 if form.is_bound else 200)


@require_GET
@platform_plane
def workspace_settings(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Return the workspace's name, its owner, and the ways out."""
    workspace = _workspace(workspace_id)
    return _settings(request, workspace, WorkspaceNameForm(initial={"name": workspace.name}), OwnerForm())


@require_POST
@platform_plane
def rename_workspace(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Give the workspace another name for people."""
    workspace, form = _workspace(workspace_id), WorkspaceNameForm(request.POST)
    if form.is_valid():
        try:
            services.rename_workspace(workspace, form.cleaned_data["name"], actor=request.user, now=timezone.now())
        except DoesNotFit as error:
            form.add_error("name", str(error))
    if form.is_valid():
        return redirect("workspace-settings", workspace.pk)
    return _settings(request, workspace, form, OwnerForm(), status=422)


@require_POST
@platform_plane
def invite_owner(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Invite the first owner of a workspace that nobody owns."""
    workspace, form = _workspace(workspace_id), OwnerForm(request.POST)
    if form.is_valid():
        try:
            _invite(request, workspace, form.cleaned_data["email"])
        except (AlreadyMember, HasOwner) as error:
            form.add_error("email", str(error))
    if form.is_valid():
        return redirect("workspace-settings", workspace.pk)
    return _settings(request, workspace, WorkspaceNameForm(initial={"name": workspace.name}), form, status=422)


@require_http_methods(["GET", "POST"])
@platform_plane
def archive_workspace(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Say what ends, or end it."""
    workspace = _workspace(workspace_id)
    if request.method == "POST":
        archiving.archive_workspace(workspace, actor=request.user, now=timezone.now())
        return redirect("workspace-settings", workspace.pk)
    context = {
        "heading": _("Archive workspace"),
        "workspace": workspace,
        "schedule_count": Schedule.everywhere.filter(workspace=workspace, paused_at=None).count(),
        "active_count": OperationRun.everywhere.active().filter(workspace=workspace, tenant__isnull=False).count(),
    }
    return render(request, "web/workspaces/archive.html", context)


@require_POST
@platform_plane
def bring_workspace_back(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Bring the workspace back, with the tenants that were archived with it."""
    workspace = _workspace(workspace_id)
    archiving.bring_workspace_back(workspace, actor=request.user, now=timezone.now())
    return redirect("workspace-settings", workspace.pk)


@require_http_methods(["GET", "POST"])
@platform_plane
def remove_workspace(request: SignedInRequest, workspace_id: int) -> HttpResponse:
    """Say what is lost and ask for the name, or remove a workspace that has no tenants."""
    workspace, problem = _workspace(workspace_id), ""
    if request.method == "POST":
        typed = parameters.text(request.POST, "name", longest=120)
        try:
            removing.remove_workspace(workspace, typed=typed, actor=request.user, now=timezone.now())
        except removing.CannotRemove as error:
            problem = str(error)
        else:
            return redirect("workspaces")
    context = {"heading": _("Remove workspace"), "workspace": workspace, "problem": problem}
    return render(request, "web/workspaces/remove.html", context, status=422 if problem else 200)


def _settings(
    request: SignedInRequest, workspace: Workspace, form: WorkspaceNameForm, owner_form: OwnerForm, *, status: int = 200
) -> HttpResponse:
    link = None if workspace.has_owner else _open_invitation(request, workspace)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "heading": workspace.name,
        "workspace": workspace,
        "form": form,
        "owner_form": owner_form,
        "invitation": link,
        "address": _address(request, link) if link else "",
        "sends_mail": settings.SENDS_MAIL,
        "now": timezone.now(),
    }
    return render(request, "web/workspaces/settings.html", context, status=status)


def _workspace(workspace_id: int) -> Workspace:
    """Raises Http404."""
    workspace: Workspace | None = with_contents().filter(pk=workspace_id).first()
    if workspace is None:
        raise Http404
    return workspace


def _invite(request: SignedInRequest, workspace: Workspace, email: str) -> None:
    """Raises AlreadyMember, HasOwner."""
    now = timezone.now()
    link = invitations.invite_first_owner(workspace=workspace, email=email, actor=request.user, now=now)
    mail_invitation(link, _address(request, link), now=now)


def _open_invitation(request: SignedInRequest, workspace: Workspace) -> Invitation | None:
    """Return the link that this person made and that was not used yet."""
    links = Invitation.everywhere.open_at(timezone.now()).filter(workspace=workspace, tenant=None)
    invitation: Invitation | None = links.filter(made_by=request.user).order_by("-pk").first()
    return invitation


def _address(request: HttpRequest, link: Invitation) -> str:
    path = reverse("accept-invitation", args=[link.token])
    return f"{settings.PUBLIC_ADDRESS}{path}" if settings.PUBLIC_ADDRESS else request.build_absolute_uri(path)
