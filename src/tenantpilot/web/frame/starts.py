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
from tenantpilot.web.frame.access import TenantRequest
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
    kind = operation_types.get(started.run.type)
    words = (
        OperationUxPresenter.queued_toast if isinstance(started, Started) else OperationUxPresenter.already_queued_toast
    )
    toast = words(kind, started.run)
    if not request.htmx:
        toasts.keep(request, toast)
        return redirect(page_before(request, otherwise=_overview(request)))
    response = render(request, "web/starts/toast.html", {"toast": toast}, status=202)
    response.headers["HX-Trigger"] = "operation-queued"
    return response


def could_not_start(request: TenantRequest, run: OperationRun) -> HttpResponse:
    """In place, not a toast: nothing was accepted (OPS-31)."""
    words: Toast = OperationUxPresenter.could_not_start(operation_types.get(run.type), run)
    template = "web/starts/refused_part.html" if request.htmx else "web/starts/refused.html"
    return render(
        request,
        template,
        {"refusal": words, "heading": words.title, "back": page_before(request, otherwise=_overview(request))},
        status=503,
    )


def _overview(request: TenantRequest) -> str:
    return reverse("tenant-overview", args=[request.tenant.slug])
