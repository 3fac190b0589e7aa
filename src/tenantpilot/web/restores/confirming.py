"""Making a preview, and confirming it: the name of the tenant is typed, and the reason is written down."""

import re

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenantpilot.operations.results import DispatchFailed
from tenantpilot.restores.duration import least_seconds_of
from tenantpilot.restores.editing import NotEditable
from tenantpilot.restores.enforcing import StateChanges, enforce_word, state_changes
from tenantpilot.restores.models import MAX_REASON, RestoreRun
from tenantpilot.restores.second_person.models import ApprovalRequest
from tenantpilot.restores.second_person.requests import confirm_or_ask
from tenantpilot.restores.second_person.rules import needs_second_person
from tenantpilot.restores.services import CannotConfirm, Confirmation, PreviewStale, go_on, start_preview
from tenantpilot.restores.states import COMMITTED
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.restores.shown import frame_of, restore_of, typed_name, warnings_of
from tenantpilot.web.restores.views import heading_of, refused
from tenantpilot.web.ui import parameters

TYPED = ("name", "reason", "enforce")
ITEM_KEY = re.compile(r"[0-9]{1,18}")


@require_POST
@requires(Capability.RESTORE_PREVIEW)
def start_restore_preview(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Start a preview."""
    restore = restore_of(request, restore_id)
    try:
        started = start_preview(restore, actor=request.user, now=timezone.now())
    except NotEditable:
        return redirect("restore", request.tenant.slug, restore_id)
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_EXECUTE)
def confirmation(request: TenantRequest, restore_id: int) -> HttpResponse:
    """GET shows what will be written; POST confirms it."""
    restore = restore_of(request, restore_id)
    if request.method == "GET":
        frame = frame_of(request, restore)
        if not frame.is_previewed or frame.why_nothing:
            return redirect("restore", request.tenant.slug, restore_id)
        return _ask(request, restore)
    try:
        answer = confirm_or_ask(restore, _typed(request, restore), actor=request.user, now=timezone.now())
    except PreviewStale as error:
        present = restore_of(request, restore_id)
        if present.state in COMMITTED:
            return redirect("restore-result", request.tenant.slug, restore_id)
        return _ask(request, present, problem=str(error), is_stale=True)
    except CannotConfirm as error:
        return _ask(request, restore_of(request, restore_id), problem=str(error))
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    next_page = "restore-preview" if isinstance(answer, ApprovalRequest) else "restore-result"
    return redirect(next_page, request.tenant.slug, restore_id)


@require_POST
@requires(Capability.RESTORE_EXECUTE)
def continue_restore(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Look again at what waits for an approval."""
    try:
        started = go_on(restore_of(request, restore_id), actor=request.user, now=timezone.now())
    except (NotEditable, CannotConfirm) as error:
        return refused(request, restore_id, str(error))
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


def _typed(request: TenantRequest, restore: RestoreRun) -> Confirmation:
    """Return the confirmation that was sent."""
    pairs = [text.partition(":") for text in parameters.texts(request.POST, "accept")]
    return Confirmation(
        fingerprint=parameters.text(request.POST, "fingerprint", longest=64),
        tenant_name=typed_name(request, restore),
        reason=parameters.text(request.POST, "reason", longest=MAX_REASON),
        accepted=frozenset((int(key), code) for key, _colon, code in pairs if ITEM_KEY.fullmatch(key)),
        accepted_of_all=frozenset(parameters.texts(request.POST, "accept-all")),
        enforce_word=parameters.text(request.POST, "enforce", longest=MAX_REASON),
    )


def _ask(request: TenantRequest, restore: RestoreRun, problem: str = "", *, is_stale: bool = False) -> HttpResponse:
    frame = frame_of(request, restore)
    context = {
        "changes": state_changes(restore) if frame.changes_states else StateChanges(),
        "enforce_word": enforce_word(),
        "warned": warnings_of(restore),
        "least_minutes": int(least_seconds_of(restore) // 60),  # full ones; 0 for less than one
        "typed": {name: parameters.text(request.POST, name, longest=MAX_REASON) for name in TYPED},
        "accepted": {*parameters.texts(request.POST, "accept"), *parameters.texts(request.POST, "accept-all")},
        "problem": problem,
        "is_stale": is_stale,
        "longest_reason": MAX_REASON,
        "needs_second_person": needs_second_person(request.tenant, now=timezone.now()),
        "step": "confirmation",
        **heading_of(frame),
    }
    return render(request, "web/restores/confirmation.html", context, status=422 if problem else 200)
