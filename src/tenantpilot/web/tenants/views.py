"""Settings → Tenant, and adding one. What each step ends or takes away is shown before it is done (OPS-33)."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.offboarding import archiving, removing
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy import access, services, tenants
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.fitting import DoesNotFit
from tenantpilot.tenancy.models import Tenant, Workspace
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest, requires, workspace_plane
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.tenants.forms import NameForm, TenantForm, free_slug
from tenantpilot.web.ui import parameters

MOST_NAMES_TRIED = 3


@require_http_methods(["GET", "POST"])
@workspace_plane
def add_tenant(request: WorkspaceRequest) -> HttpResponse:
    """Show the form, or add the tenant and go on to its connection."""
    homes = _workspaces_to_add_to(request)
    form = TenantForm(request.POST if request.method == "POST" else None, workspaces=homes)
    if request.method == "POST" and form.is_valid():
        try:
            tenant = _added(form, request)
        except DoesNotFit as error:
            form.add_error("name", str(error))
        except services.AlreadyThere as error:
            form.add_error("entra_tenant_id", str(error))
        except services.WorkspaceArchived as error:
            form.add_error(None, str(error))
        else:
            return redirect("connection", tenant.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "web/tenants/new.html", {"heading": _("Add a tenant"), "form": form}, status=status)


@require_GET
@requires(Capability.TENANT_MANAGE)
def tenant_settings(request: TenantRequest) -> HttpResponse:
    """Return the tenant's name, and the ways out."""
    return _settings(request, NameForm(initial={"name": request.tenant.name}))


@require_POST
@requires(Capability.TENANT_MANAGE)
def rename_tenant(request: TenantRequest) -> HttpResponse:
    """Give the tenant another name for people."""
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            tenants.rename_tenant(request.tenant, form.cleaned_data["name"], actor=request.user, now=timezone.now())
        except DoesNotFit as error:
            form.add_error("name", str(error))
    return redirect("tenant-settings", request.tenant.slug) if form.is_valid() else _settings(request, form, status=422)


@require_POST
@requires(Capability.TENANT_MANAGE)
def switch_restores(request: TenantRequest) -> HttpResponse:
    """Ask for the permissions to write as well, or no more."""
    is_on = parameters.choice(request.POST, "restores", ("on", "off"), usual="off") == "on"
    tenants.switch_restores(request.tenant, is_on=is_on, actor=request.user, now=timezone.now())
    return redirect("connection", request.tenant.slug)


@require_http_methods(["GET", "POST"])
@requires(Capability.TENANT_MANAGE)
def archive_tenant(request: TenantRequest) -> HttpResponse:
    """Say what ends, or end it."""
    if request.method == "POST":
        archiving.archive_tenant(request.tenant, actor=request.user, now=timezone.now())
        return redirect("tenant-settings", request.tenant.slug)
    return render(request, "web/tenants/archive.html", {"heading": _("Archive tenant"), **_effects(request)})


@require_POST
@requires(Capability.TENANT_MANAGE)
def bring_tenant_back(request: TenantRequest) -> HttpResponse:
    """Let an archived tenant work again."""
    archiving.bring_tenant_back(request.tenant, actor=request.user, now=timezone.now())
    return redirect("tenant-settings", request.tenant.slug)


@require_http_methods(["GET", "POST"])
@requires(Capability.TENANT_MANAGE)
def remove_tenant(request: TenantRequest) -> HttpResponse:
    """Say what is lost and ask for the name, or start the operation that removes the tenant for good."""
    problem = _why_not_remove(request)
    if request.method == "POST" and not problem:
        typed = parameters.text(request.POST, "name", longest=120)
        try:
            started = removing.start_removal(request.tenant, typed=typed, actor=request.user, now=timezone.now())
            return started_from_form(request, started, to=reverse("workspace"))
        except removing.CannotRemove as error:
            problem = str(error)
        except DispatchFailed as error:
            return could_not_start(request, error.run)
    context = {"heading": _("Remove tenant"), "problem": problem, **_effects(request)}
    status = 422 if problem and request.method == "POST" else 200
    return render(request, "web/tenants/remove.html", context, status=status)


def _why_not_remove(request: TenantRequest) -> str:
    """Return the refusal for an owner of this tenant alone: the removal is an operation of the workspace."""
    workspaces = (place for place in access.workspaces(request.user) if place.may(Capability.TENANT_MANAGE))
    if any(place.workspace.pk == request.tenant.workspace_id for place in workspaces):
        return ""
    return _("An owner of the workspace removes a tenant for good.")


def _settings(request: TenantRequest, form: NameForm, *, status: int = 200) -> HttpResponse:
    context = {"heading": _("Tenant"), "now": timezone.now(), "form": form}
    return render(request, "web/tenants/settings.html", context, status=status)


def _effects(request: TenantRequest) -> dict[str, Any]:
    """Return the schedules and runs of the tenant, and the number of rows that TenantPilot keeps of it."""
    schedules = Schedule.objects.of_tenant(request.tenant).filter(paused_at=None)
    runs = OperationRun.objects.of_tenant(request.tenant)
    return {
        "now": timezone.now(),
        "schedules": list(schedules.order_by("name")),
        "active": list(runs.active().order_by("pk")),
        "policy_count": Policy.objects.of_tenant(request.tenant).count(),
        "run_count": runs.count(),
    }


def _workspaces_to_add_to(request: WorkspaceRequest) -> list[Workspace]:
    owned = [place.workspace for place in request.workspaces if place.may(Capability.TENANT_MANAGE)]
    if not owned:
        raise PermissionDenied(_("To add a tenant you need to be Owner of a workspace."))
    homes = [workspace for workspace in owned if workspace.archived_at is None]
    if not homes:
        raise PermissionDenied(_("Your workspace is archived. No tenant is added to it until it is brought back."))
    return homes


def _added(form: TenantForm, request: WorkspaceRequest) -> Tenant:
    """Another tenant may get the short name in the same moment: then the next number is free."""
    facts = {
        "workspace": form.home,
        "name": form.cleaned_data["name"],
        "entra_tenant_id": form.cleaned_data["entra_tenant_id"],
        "login_url": form.chosen_cloud.login_url,
        "graph_url": form.chosen_cloud.graph_url,
        "actor": request.user,
        "now": timezone.now(),
    }
    for _number in range(MOST_NAMES_TRIED - 1):
        with suppress(services.ShortNameTaken):
            return services.create_tenant(slug=free_slug(form.cleaned_data["name"]), **facts)
    return services.create_tenant(slug=free_slug(form.cleaned_data["name"]), **facts)
