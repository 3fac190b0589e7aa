"""The platform plane: how the deployment is, with no word about tenants; and what a load balancer asks."""

from importlib.metadata import version

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenantpilot.operations.monitoring import health
from tenantpilot.operations.monitoring.writability import lookout
from tenantpilot.web.frame.access import SignedInRequest, platform_plane


@require_safe
@platform_plane
def system_health(request: SignedInRequest) -> HttpResponse:
    """Database, queue, workers and schedulers."""
    now = timezone.now()
    processes = health.processes(now=now)
    context = {
        "heading": _("System health"),
        "now": now,
        "version": version("tenantpilot"),
        "database": health.database_health(),
        "queue": health.queue_health(now=now),
        "processes": processes,
        "workers": health.health_of(processes, "worker"),
        "schedulers": health.health_of(processes, "scheduler"),
    }
    return render(request, "web/system/health.html", context)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Return the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can do its work: the database answers, has this version's tables, and takes changes."""
    try:
        waiting = _waiting_migrations()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"ready": False, "why": "database_unavailable"}, status=503)
    if waiting:
        return JsonResponse({"ready": False, "why": "migrations_waiting", "number": waiting}, status=503)
    if (trouble := lookout.trouble()) is not None:
        return JsonResponse({"ready": False, "why": trouble.value}, status=503)
    return JsonResponse({"ready": True})


def _waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
