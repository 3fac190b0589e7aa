"""Running a run again, as a whole or for the items that failed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tenantpilot.operations import rerun
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.rerun import CannotRunAgain
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.operations.run_facts import run_of_tenant

Verb = Callable[..., Started | AlreadyActive]


@require_POST
@requires(Capability.OPERATIONS_VIEW)
def run_again(request: TenantRequest, run_id: int) -> HttpResponse:
    """Return the same work once more, as a new run that knows the one before it."""
    return _start(request, run_id, rerun.run_again)


@require_POST
@requires(Capability.OPERATIONS_VIEW)
def retry_failed_items(request: TenantRequest, run_id: int) -> HttpResponse:
    """Only the items that failed, as a new run that knows the one before it."""
    return _start(request, run_id, rerun.retry_failed)


def _start(request: TenantRequest, run_id: int, verb: Verb) -> HttpResponse:
    return answer_retry(request, run_of_tenant(request.tenant, run_id), verb, request.access.why_not)


def answer_retry(request: Any, before: OperationRun, verb: Verb, why_not: Callable[[Capability], str]) -> HttpResponse:
    """Start the run anew and confirm it. Raises Http404, PermissionDenied with the words of `why_not`."""
    try:
        started = verb(before, actor=request.user, now=timezone.now())
    except NotVisible as error:
        raise Http404 from error
    except CapabilityMissing as error:
        raise PermissionDenied(why_not(error.capability)) from error
    except CannotRunAgain:
        return _show(request, run_url(before))
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


def _show(request: Any, url: str) -> HttpResponse:
    """The page has changed since it offered this: show it as it is."""
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
