"""Monitoring → Schedules: what starts by the clock, and who may change that."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.backups.overdue import backups_of
from tenantpilot.inventory.policy_views import policy_views
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Frequency
from tenantpilot.operations.schedules.faults import FaultySchedule
from tenantpilot.operations.schedules.reading import AT_MOST, lines_of, schedulable
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame import toasts
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started, toast_of
from tenantpilot.web.schedules.forms import ScheduleForm
from tenantpilot.web.schedules.lines import with_views
from tenantpilot.web.schedules.rows import row_of_tenant
from tenantpilot.web.ui import parameters


@require_GET
@requires(Capability.OPERATIONS_VIEW)
def schedules(request: TenantRequest) -> HttpResponse:
    """Return the schedules of a tenant, by name."""
    lines = with_views(lines_of(request.tenant), request.tenant)
    backups = backups_of([line.schedule for line in lines], now=timezone.now())
    slug, may_manage = request.tenant.slug, request.access.may(Capability.SCHEDULE_MANAGE)
    context = {
        "heading": _("Schedules"),
        "rows": [row_of_tenant(line, slug, backups.get(line.schedule.pk), may_manage=may_manage) for line in lines],
        "may_manage": may_manage,
        "why_not_manage": request.access.why_not(Capability.SCHEDULE_MANAGE),
        "new_url": reverse("create-schedule", args=[slug]),
        "run_url": reverse("run-schedules", args=[slug]) if may_manage else "",
    }
    return render(request, "web/schedules/page.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.SCHEDULE_MANAGE)
def create_schedule(request: TenantRequest) -> HttpResponse:
    """GET shows the form; POST keeps the schedule, or shows the form with what is wrong."""
    kinds = schedulable(request.access)
    initial = {
        "operation": parameters.choice(
            request.GET, "operation", [operation_type.key for operation_type in kinds], usual=""
        ),
        "frequency": parameters.choice(request.GET, "frequency", list(Frequency), usual=Frequency.DAILY.value),
    }
    views = policy_views(request.tenant)
    form = ScheduleForm(request.POST if request.method == "POST" else None, kinds=kinds, views=views, initial=initial)
    if form.is_valid() and _create(request, form):
        return redirect("schedules", request.tenant.slug)
    context = {"heading": _("New schedule"), "form": form}
    return render(request, "web/schedules/new.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Capability.SCHEDULE_MANAGE)
def run_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """Start what the schedule starts, outside its slots: its initiator is the person, who is notified once."""
    schedule = _schedule(request, schedule_id)
    if schedule.type not in {operation_type.key for operation_type in schedulable(request.access)}:
        raise PermissionDenied
    try:
        return operation_started(request, services.run_now(schedule, initiator=request.user, now=timezone.now()))
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    except FaultySchedule:
        return redirect("schedules", request.tenant.slug)


@require_POST
@requires(Capability.SCHEDULE_MANAGE)
def run_schedules(request: TenantRequest) -> HttpResponse:
    """Start what each chosen schedule starts, for the person; one that cannot start holds up no other."""
    started, refused = _run_each(request, _chosen(request))
    for answer in started:
        toasts.keep(request, toast_of(answer))
    if refused:
        return could_not_start(request, refused[0])
    return redirect("schedules", request.tenant.slug)


@require_POST
@requires(Capability.SCHEDULE_MANAGE)
def pause_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """No slot is filled until it is resumed."""
    return _change(request, schedule_id, services.pause)


@require_POST
@requires(Capability.SCHEDULE_MANAGE)
def resume_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """Goes on with the next slot."""
    return _change(request, schedule_id, services.resume)


@require_http_methods(["GET", "POST"])
@requires(Capability.SCHEDULE_MANAGE)
def delete_schedule(request: TenantRequest, schedule_id: int) -> HttpResponse:
    """GET asks, and to type the name (UX-34); POST deletes. Its runs stay."""
    schedule = _schedule(request, schedule_id)
    if request.method == "POST" and parameters.text(request.POST, "name") == parameters.printable(schedule.name):
        services.delete_schedule(schedule, actor=request.user, now=timezone.now())
        return redirect("schedules", request.tenant.slug)
    context = {
        "heading": _("Delete the schedule %(name)s?") % {"name": schedule.name},
        "schedule": schedule,
        "is_wrong": request.method == "POST",
        "place": request.tenant.name,
        "list_url": reverse("schedules", args=[request.tenant.slug]),
    }
    return render(request, "web/schedules/delete.html", context, status=422 if request.method == "POST" else 200)


def _chosen(request: TenantRequest) -> list[Schedule]:
    """Return the tenant's schedules that were chosen and whose operation the person may start."""
    keys = set(parameters.texts(request.POST, "schedule"))
    kinds = [operation_type.key for operation_type in schedulable(request.access)]
    schedules = Schedule.objects.of_tenant(request.tenant).filter(type__in=kinds).select_related("tenant").by_name()
    return [schedule for schedule in schedules[:AT_MOST] if str(schedule.pk) in keys]


def _run_each(
    request: TenantRequest, schedules: list[Schedule]
) -> tuple[list[Started | AlreadyActive], list[OperationRun]]:
    """Return the runs that were started or joined, and those that could not be dispatched."""
    started: list[Started | AlreadyActive] = []
    refused: list[OperationRun] = []
    for schedule in schedules:
        try:
            started.append(services.run_now(schedule, initiator=request.user, now=timezone.now()))
        except DispatchFailed as error:
            refused.append(error.run)
        except FaultySchedule:
            continue
    return started, refused


def _create(request: TenantRequest, form: ScheduleForm) -> bool:
    try:
        services.create_schedule(
            form.kind,
            tenant=request.tenant,
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


def _change(request: TenantRequest, schedule_id: int, verb: Callable[..., None]) -> HttpResponse:
    verb(_schedule(request, schedule_id), actor=request.user, now=timezone.now())
    return redirect("schedules", request.tenant.slug)


def _schedule(request: TenantRequest, schedule_id: int) -> Schedule:
    """Raises Http404."""
    schedule = Schedule.objects.of_tenant(request.tenant).filter(pk=schedule_id).first()
    if schedule is None:
        raise Http404
    return schedule
