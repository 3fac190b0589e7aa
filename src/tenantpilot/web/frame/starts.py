"""The one answer to every start of an operation (OPS-20, OPS-26, OPS-30): a toast, or why it could not start."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.presenter import OperationUxPresenter, Toast
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.types import operation_types
from tenantpilot.web.frame import toasts
from tenantpilot.web.frame.access import SignedInRequest, TenantRequest
from tenantpilot.web.frame.addresses import page_before

P = ParamSpec("P")
Start = Callable[Concatenate[Any, P], Started | AlreadyActive]


def start_surface(view: Start[P]) -> Callable[..., HttpResponse]:
    """Return a view that starts an operation and returns what the service answered."""

    @wraps(view)
    def answered(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            started = view(request, *args, **kwargs)
        except DispatchFailed as error:
            return could_not_start(request, error.run)
        return operation_started(request, started)

    return answered


def operation_started(request: TenantRequest, started: Started | AlreadyActive) -> HttpResponse:
    """Confirm with the canonical toast: at once by script, else on the page that follows."""
    toast = toast_of(started)
    if not request.htmx:
        toasts.keep(request, toast)
        return redirect(page_before(request, otherwise=_overview(request)))
    response = render(request, "web/starts/toast.html", {"toast": toast}, status=202)
    response.headers["HX-Trigger"] = "operation-queued"
    return response


def started_from_form(request: Any, started: Started | AlreadyActive, *, to: str) -> HttpResponse:
    """Lead on to another page, which shows the canonical toast: what was confirmed on a page of its own is left."""
    toasts.keep(request, toast_of(started))
    return redirect(to)


def toast_of(started: Started | AlreadyActive) -> Toast:
    """Return the presenter's words for a run that was accepted, or joined."""
    operation_type = operation_types.get(started.run.type)
    if isinstance(started, Started):
        return OperationUxPresenter.queued_toast(operation_type, started.run)
    return OperationUxPresenter.already_queued_toast(operation_type, started.run)


def could_not_start(request: SignedInRequest, run: OperationRun) -> HttpResponse:
    """In place, not a toast: nothing was accepted (OPS-31)."""
    words: Toast = OperationUxPresenter.could_not_start(operation_types.get(run.type), run)
    template = "web/starts/refused_part.html" if request.htmx else "web/starts/refused.html"
    return render(
        request,
        template,
        {"refusal": words, "heading": words.title, "back": page_before(request, otherwise=_overview(request))},
        status=503,
    )


def _overview(request: SignedInRequest) -> str:
    """Return the overview of the tenant, or the tenants where the operation is a workspace's."""
    tenant = getattr(request, "tenant", None)
    return reverse("tenant-overview", args=[tenant.slug]) if tenant else reverse("workspace")
