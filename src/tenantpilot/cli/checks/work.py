"""Check that work is done, and can be."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.checks.finding import NotLookedAt
from tenantpilot.cli.problems import Problem
from tenantpilot.core.errors import ReasonedError
from tenantpilot.operations.monitoring import health
from tenantpilot.operations.monitoring.health import Health, Process
from tenantpilot.tenancy import second_factors
from tenantpilot.tenancy.audit_actions import DATABASE_BACKED_UP
from tenantpilot.tenancy.credentials import open_credential
from tenantpilot.tenancy.models import Tenant, TenantCredential, User
from tenantpilot.tenancy.stops import installation_stop

START = "Run: tenantpilot serve"


def the_queue_moves() -> str:
    """Raises Problem."""
    now = timezone.now()
    queue = health.queue_health(now=now)
    waits = now - queue.oldest_queued_at if queue.oldest_queued_at else timedelta()
    if queue.health is not Health.OK:
        raise Problem(
            f"{queue.queued_runs} runs wait, the oldest for {waits.seconds // 60} minutes; "
            f"{queue.silent_runs} have lost their worker.",
            f"Start workers and a scheduler. {START}",
        )
    return f"{queue.jobs} jobs wait, {queue.running_runs} runs are under way"


def work_is_not_stopped() -> str:
    """Raises Problem."""
    if (stop := installation_stop()) is not None:
        raise Problem(f"Since {stop.at:%Y-%m-%d %H:%M} UTC: {stop.text}", "To go on here, run: tenantpilot resume")
    stopped = Tenant.everywhere.filter(stopped_at__isnull=False).by_name().values_list("slug", flat=True)
    return f"the work of these tenants is stopped: {', '.join(stopped)}" if stopped else "no work is stopped"


def workers_are_alive() -> str:
    """Raises Problem, also where workers are alive and a queue has none."""
    names = _alive("worker")
    served = {queue for process in _living("worker") for queue in process.queues.split(",")}
    if without := [queue for queue in settings.TASKS["default"]["QUEUES"] if queue not in served]:
        raise Problem(
            f"No worker takes jobs of: {', '.join(without)}. What waits there is never started.",
            f"Start a worker for it: tenantpilot worker {' '.join(f'--queue {queue}' for queue in without)}",
        )
    return names


def a_scheduler_is_alive() -> str:
    """Raises Problem."""
    return _alive("scheduler")


def credentials_can_be_opened() -> str:
    """Raises Problem."""
    tenants = Tenant.everywhere.filter(pk__in=TenantCredential.everywhere.values("tenant_id")).by_name()
    closed = [tenant.slug for tenant in tenants if not _opens(tenant)]
    if closed:
        raise Problem(
            f"No sealing key opens the credential of: {', '.join(closed)}.",
            "Put the key back into sealing.keys, or enter the credential again: tenantpilot credential set",
        )
    return f"{len(tenants)} open"


def second_factors_can_be_opened() -> str:
    """Raises Problem."""
    unknown = second_factors.people_locked_out()
    if unknown:
        addresses = User.objects.filter(pk__in=unknown).order_by("email").values_list("email", flat=True)
        raise Problem(
            f"No sealing key opens the second factor of: {', '.join(addresses)}.",
            "Put the key back into sealing.keys, or run: tenantpilot person remove-second-factor EMAIL",
        )
    return "all open"


def the_database_is_backed_up() -> str:
    """Raises NotLookedAt: whoever backs it up by other means knows."""
    entry = AuditLog.objects.of_workspace(audit.INSTALLATION).filter(action=DATABASE_BACKED_UP).newest_first().first()
    if entry is None:
        raise NotLookedAt("no backup by tenantpilot database backup yet (see docs/how-to/back-up-tenantpilot.md)")
    return f"last backed up {entry.at:%Y-%m-%d %H:%M} UTC"


def _living(role: str) -> list[Process]:
    processes = health.processes(now=timezone.now())
    return [process for process in processes if process.role == role and process.health is Health.OK]


def _alive(role: str) -> str:
    names = [process.name for process in _living(role)]
    if not names:
        raise Problem(f"No {role} is alive.", f"{START}, or: tenantpilot {role}")
    return ", ".join(names)


def _opens(tenant: Tenant) -> bool:
    try:
        open_credential(tenant)
    except ReasonedError:
        return False
    return True
