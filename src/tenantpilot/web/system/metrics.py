"""Serve metrics for Prometheus. They name no tenant or person, and still are not for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenantpilot.operations.monitoring.metrics import CONTENT_TYPE, exposition
from tenantpilot.web.frame.proxies import parsed, peer_address, was_forwarded


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """With TENANTPILOT_METRICS_TOKEN set, for whoever sends it as a bearer token; else for this machine alone."""
    if not _may_read(request):
        return HttpResponse(
            "Send the token that TENANTPILOT_METRICS_TOKEN names.\n", status=403, content_type="text/plain"
        )
    return HttpResponse(exposition(now=timezone.now()), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        header = request.headers.get("Authorization", "")
        return constant_time_compare(header, f"Bearer {settings.METRICS_TOKEN}")
    return _is_from_this_machine(request)


def _is_from_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine speaks for others, whichever header it sends."""
    if was_forwarded(request):
        return False
    address = parsed(peer_address(request))
    return address is not None and address.is_loopback
