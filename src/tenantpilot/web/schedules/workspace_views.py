"""Monitoring → Schedules of whole workspaces. A role in the workspace is needed: their runs are the workspace's."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.operations.models import Schedule
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.faults import FaultySchedule
from tenantpilot.operations.schedules.reading import lines_of_workspaces, schedulable
from tenantpilot.tenancy.access import WorkspaceAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.roles import roles_with
from tenantpilot.web.frame.access import WorkspaceRequest, workspace_plane
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.schedules.rows import rows_of_workspaces
from tenantpilot.web.schedules.workspace_form import NAMED, WorkspaceScheduleForm
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.saved_views.available import saveable_list, views_across


@require_GET
@workspace_plane
def workspace_schedules(request: WorkspaceRequest) -> HttpResponse:
    """Return the schedules of the workspaces in which the person may see operations, by name."""
    visible = _accesses(request, Capability.OPERATIONS_VIEW)
    able = [access.workspace.pk for access in visible if access.may(Capability.SCHEDULE_MANAGE)]
    context = {
        "heading": _("Schedules"),
        "rows": rows_of_workspaces(lines_of_workspaces([access.workspace for access in visible]), able),
        "may_manage": bool(able),
        "why_not_manage": "" if able else _why_not(Capability.SCHEDULE_MANAGE),
        "new_url": reverse("workspace-create-schedule"),
        "shows_workspaces": len(visible) > 1,
    }
    return render(request, "web/schedules/page.html", context)


@require_http_methods(["GET", "POST"])
@workspace_plane
def create_workspace_schedule(request: WorkspaceRequest) -> HttpResponse:
    """GET shows the form; POST keeps the schedule, or shows the form with what is wrong."""
    able = _accesses(request, Capability.SCHEDULE_MANAGE)
    kinds = schedulable(able[0])
    search_text = parameters.text(request.GET, "q")
    form = WorkspaceScheduleForm(
        request.POST if request.method == "POST" else None,
        places=[access.workspace for access in able],
        kinds=kinds,
        views=views_across(request, saveable_list("tenants")).views,
        initial={"tenants": NAMED, "q": search_text} if search_text else None,
    )
    if form.is_valid() and _create(request, form):
        return redirect("workspace-schedules")
    context = {"heading": _("New schedule"), "form": form}
    return render(request, "web/schedules/workspace_new.html", context, status=422 if form.is_bound else 200)


@require_POST
@workspace_plane
def run_workspace_schedule(request: WorkspaceRequest, schedule_id: int) -> HttpResponse:
    """Start what the schedule starts, outside its slots: its initiator is the person, who is notified once."""
    schedule = _schedule(request, schedule_id)
    try:
        return operation_started(request, services.run_now(schedule, initiator=request.user, now=timezone.now()))  # type: ignore[arg-type]
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    except FaultySchedule:
        return redirect("workspace-schedules")


@require_POST
@workspace_plane
def pause_workspace_schedule(request: WorkspaceRequest, schedule_id: int) -> HttpResponse:
    """No slot is filled until it is resumed."""
    return _change(request, schedule_id, services.pause)


@require_POST
@workspace_plane
def resume_workspace_schedule(request: WorkspaceRequest, schedule_id: int) -> HttpResponse:
    """Goes on with the next slot."""
    return _change(request, schedule_id, services.resume)


@require_http_methods(["GET", "POST"])
@workspace_plane
def delete_workspace_schedule(request: WorkspaceRequest, schedule_id: int) -> HttpResponse:
    """GET asks, and to type the name (UX-34); POST deletes. Its runs stay."""
    schedule, is_sent = _schedule(request, schedule_id), request.method == "POST"
    if is_sent and parameters.text(request.POST, "name") == parameters.printable(schedule.name):
        services.delete_schedule(schedule, actor=request.user, now=timezone.now())
        return redirect("workspace-schedules")
    context = {
        "heading": _("Delete the schedule %(name)s?") % {"name": schedule.name},
        "schedule": schedule,
        "is_wrong": is_sent,
        "place": schedule.workspace.name,
        "list_url": reverse("workspace-schedules"),
    }
    return render(request, "web/schedules/delete.html", context, status=422 if is_sent else 200)


def _accesses(request: WorkspaceRequest, capability: Capability) -> list[WorkspaceAccess]:
    """Return the workspaces in which the person may do it. Raises PermissionDenied where there is none."""
    if able := [access for access in request.workspaces if access.may(capability)]:
        return able
    raise PermissionDenied(_why_not(capability))


def _why_not(capability: Capability) -> str:
    able = " / ".join(str(role.label) for role in roles_with(capability))
    words = _("To %(what)s here you need to be %(able)s of a whole workspace.")
    return words % {"what": capability.label, "able": able}


def _schedule(request: WorkspaceRequest, schedule_id: int) -> Schedule:
    """Return a schedule that the person may change. Raises Http404 for who may not see it, else PermissionDenied."""
    visible = {access.workspace.pk: access for access in request.workspaces if access.may(Capability.OPERATIONS_VIEW)}
    of_workspaces = Schedule.objects.of_workspaces(access.workspace for access in visible.values())
    schedule = of_workspaces.select_related("workspace").filter(pk=schedule_id).first()
    if schedule is None:
        raise Http404
    access = visible[schedule.workspace_id]
    startable = {operation_type.key for operation_type in schedulable(access)}
    if not access.may(Capability.SCHEDULE_MANAGE) or schedule.type not in startable:
        raise PermissionDenied(_why_not(Capability.SCHEDULE_MANAGE))
    return schedule


def _create(request: WorkspaceRequest, form: WorkspaceScheduleForm) -> bool:
    try:
        services.create_schedule(
            form.kind,
            tenant=None,
            workspace=form.chosen_workspace,
            name=form.cleaned_data["name"],
            cadence=form.cadence,
            inputs=form.inputs,
            actor=request.user,
            now=timezone.now(),
        )
    except services.NameTaken:
        form.add_error("name", _("There is a schedule of this name already."))
        return False
    return True


def _change(request: WorkspaceRequest, schedule_id: int, verb: Callable[..., None]) -> HttpResponse:
    verb(_schedule(request, schedule_id), actor=request.user, now=timezone.now())
    return redirect("workspace-schedules")
