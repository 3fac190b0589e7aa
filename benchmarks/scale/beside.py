"""What is asked beside the lists: the widget, the bell, a run's page, overviews, statistics, and the engine itself."""

from collections.abc import Iterator
from typing import Any

from benchmarks.scale.questions import COUNT, Draw, Question, in_workspace_of


def questions() -> Iterator[Question]:
    yield Question("widget", _widget)
    yield Question("widget, what an unchanged poll asks", _poll)
    yield Question("bell, unread", _unread, COUNT)
    yield Question("bell, the latest ten", _latest)
    yield Question("run page, the run", _run)
    yield Question("run page, its timeline", _timeline)
    yield Question("run page, its items", _items)
    yield Question("run page, runs that repeat it", _repeats)
    yield Question("run page, time left", _time_left)
    yield Question("run page, why it waits", _why)
    yield Question("overview, newest runs", _newest)
    yield Question("overview, freshness", _freshness)
    yield Question("tenants with their last sync", _tenants)
    yield Question("charts, durations by type", _durations)
    yield Question("charts, runs a day", _throughput)
    yield Question("schedules with their last slot", _schedules)
    yield Question("health of the queue", _health)
    yield Question("metrics", _metrics)
    yield Question("reconciler, one pass", _reconcile)
    yield Question("start, the run that does it already", _active_like)
    yield Question("claim, free slots", _slots)
    yield Question("ending, the run that a slot is for", _next)
    yield Question("retention, a window", _window)
    yield Question("command line, newest runs", _command_line)


def _widget(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.activity import activity_of

    return activity_of(draw.places.owner)


def _poll(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.activity import person_with_facts

    return person_with_facts(draw.places.owner.pk)


def _unread(draw: Draw) -> Any:
    from tenantpilot.operations.notices import visible_to
    from tenantpilot.web.frame.context import UNREAD_AT_MOST

    return visible_to(draw.places.owner).unread()[: UNREAD_AT_MOST + 1].count()


def _latest(draw: Draw) -> Any:
    from tenantpilot.operations.notices import visible_to

    return list(visible_to(draw.places.owner).newest_first()[:10])


def _some_run(draw: Draw, **like: Any) -> Any:
    """Found past the measuring."""
    from tenantpilot.operations.models import OperationRun

    found = OperationRun.everywhere.filter(tenant=draw.places.large, pk__lte=draw.place(), **like).order_by("-pk")
    return found.select_related("tenant").first()


def _run(draw: Draw) -> Any:
    from tenantpilot.web.operations.run_facts import run_of_tenant

    with in_workspace_of(draw.places.large):
        return run_of_tenant(draw.places.large, _some_run(draw).pk)


def _timeline(draw: Draw) -> Any:
    return list(_some_run(draw).events.in_order())


def _items(draw: Draw) -> Any:
    from tenantpilot.operations.models import RunItem

    run_id = draw.place() // 1000 * 1000 + 500
    return list(RunItem.objects.of_run(run_id).order_by("position")[:51])


def _repeats(draw: Draw) -> Any:
    from tenantpilot.operations.models import OperationRun

    with in_workspace_of(draw.places.large):
        runs = OperationRun.objects.filter(retry_of_id=draw.place() // 100 * 100)
        return list(runs.select_related("tenant").newest_first()[:5])


def _time_left(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.statistics import time_left

    return time_left(_active("running"), now=draw.now)


def _why(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.wait_reasons import why

    return why(_active("queued"), now=draw.now)


def _active(status: str) -> Any:
    from tenantpilot.operations.models import OperationRun

    return OperationRun.everywhere.filter(status=status).select_related("tenant", "live").order_by("-pk").first()


def _newest(draw: Draw) -> Any:
    from tenantpilot.operations.models import OperationRun

    with in_workspace_of(draw.places.large):
        return list(OperationRun.objects.of_tenant(draw.places.large).newest_first().for_list()[:6])


def _freshness(draw: Draw) -> Any:
    from tenantpilot.inventory.sync_age import freshness_of

    with in_workspace_of(draw.places.large):
        return freshness_of(draw.places.large, now=draw.now)


def _tenants(draw: Draw) -> Any:
    from tenantpilot.tenancy.models import Tenant
    from tenantpilot.web.workspace.tables import with_state

    return list(with_state(Tenant.everywhere.visible_to(draw.places.owner)).order_by("name", "pk")[:51])


def _durations(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.statistics import durations

    return durations(draw.places.large)


def _throughput(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.statistics import throughput

    return throughput(draw.places.large, now=draw.now)


def _schedules(draw: Draw) -> Any:
    from tenantpilot.operations.schedules.reading import lines_of

    with in_workspace_of(draw.places.large):
        return lines_of(draw.places.large)


def _health(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.health import queue_health

    return queue_health(now=draw.now)


def _metrics(draw: Draw) -> Any:
    from tenantpilot.operations.monitoring.metrics import exposition

    return exposition(now=draw.now)


def _reconcile(draw: Draw) -> Any:
    from tenantpilot.operations.service import OperationRunService

    return OperationRunService().reconcile(now=draw.now)


def _active_like(_draw: Draw) -> Any:
    from tenantpilot.operations.lifecycle import starting

    return starting._active_run_like(_active("queued"))


def _slots(draw: Draw) -> Any:
    from tenantpilot.operations.lifecycle import slots

    return slots.full(_active("queued"), now=draw.now)


def _next(draw: Draw) -> Any:
    from tenantpilot.operations.lifecycle import slots

    return slots.next_put_off(draw.places.large.workspace_id, now=draw.now)


def _window(draw: Draw) -> Any:
    from tenantpilot.operations.retention.purging import next_window
    from tenantpilot.operations.retention.rules import Rules

    rules = Rules(dict.fromkeys(("succeeded", "partially_succeeded", "failed", "cancelled"), 1))
    return next_window(draw.places.large.workspace_id, rules, after=draw.place(), now=draw.now)


def _command_line(draw: Draw) -> Any:
    from tenantpilot.operations.models import OperationRun

    return list(OperationRun.everywhere.newest_first().for_list().filter(tenant__slug=draw.places.small.slug)[:20])
