"""The second person: the rule of a tenant, and the page on which another person approves a restore or refuses it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.restores.enforcing import StateChanges, state_changes
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.second_person import rules
from tenantpilot.restores.second_person.models import LONGEST_REASON
from tenantpilot.restores.second_person.people import able_people
from tenantpilot.restores.second_person.requests import CannotDecide, approve, refuse
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.restores.shown import frame_of, restore_of, typed_name, warnings_of
from tenantpilot.web.restores.views import heading_of, item_page
from tenantpilot.web.ui import parameters

TYPED = ("name", "reason")


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_APPROVE)
def approval(request: TenantRequest, restore_id: int) -> HttpResponse:
    """GET shows what would be written and who asks for it; POST approves it or refuses it with a reason."""
    restore = restore_of(request, restore_id)
    if request.method == "POST":
        return _decide(request, restore)
    if not frame_of(request, restore).waiting_request:
        return redirect("restore", request.tenant.slug, restore_id)
    return _page(request, restore)


@require_http_methods(["GET", "POST"])
@requires(Capability.TENANT_MANAGE)
def second_person(request: TenantRequest) -> HttpResponse:
    """GET shows if restores need a second person; POST asks for one from now on, or keeps a rule that was to end."""
    problem = ""
    if request.method == "POST":
        try:
            rules.turn_on(request.tenant, actor=request.user, now=timezone.now())
            return redirect("second-person", request.tenant.slug)
        except rules.NobodyToApprove as error:
            problem = str(error)
    context = {
        "heading": _("Second person for restores"),
        "rule": rules.rule_of(request.tenant, now=timezone.now()),
        "people": able_people(request.tenant),
        "problem": problem,
    }
    return render(request, "web/restores/second_person.html", context, status=422 if problem else 200)


@require_POST
@requires(Capability.TENANT_MANAGE)
def end_second_person(request: TenantRequest) -> HttpResponse:
    """End the rule in seven days."""
    rules.turn_off(request.tenant, actor=request.user, now=timezone.now())
    return redirect("second-person", request.tenant.slug)


def _decide(request: TenantRequest, restore: RestoreRun) -> HttpResponse:
    try:
        if parameters.choice(request.POST, "decision", ("approve", "refuse"), usual="") == "approve":
            return operation_started(request, _approved(request, restore))
        reason = parameters.text(request.POST, "reason", longest=LONGEST_REASON)
        refuse(restore, reason, actor=request.user, now=timezone.now())
    except CannotDecide as error:
        return _page(request, restore_of(request, restore.pk), problem=str(error))
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return redirect("restore", request.tenant.slug, restore.pk)


def _approved(request: TenantRequest, restore: RestoreRun) -> Started | AlreadyActive:
    """Raises CannotDecide, DispatchFailed."""
    fingerprint = parameters.text(request.POST, "fingerprint", longest=64)
    name = typed_name(request, restore)
    return approve(restore, fingerprint, tenant_name=name, actor=request.user, now=timezone.now())


def _page(request: TenantRequest, restore: RestoreRun, problem: str = "") -> HttpResponse:
    frame = frame_of(request, restore)
    context = {
        "page": item_page(request, restore),
        "changes": state_changes(restore) if frame.changes_states else StateChanges(),
        "warned": warnings_of(restore),
        "typed": {name: parameters.text(request.POST, name, longest=LONGEST_REASON) for name in TYPED},
        "longest_reason": LONGEST_REASON,
        "problem": problem,
        "step": "approval",
        **heading_of(frame),
    }
    return render(request, "web/restores/approval.html", context, status=422 if problem else 200)
