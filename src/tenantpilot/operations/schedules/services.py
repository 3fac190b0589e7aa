"""Creating, pausing and ticking schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed
from tenantpilot.operations.schedules.cadence import Cadence
from tenantpilot.operations.schedules.models import Schedule, ScheduleSlot
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType, UnknownOperationType, operation_types
from tenantpilot.tenancy.models import Tenant, User

log = structlog.get_logger(__name__)

AT_MOST = 200


class NameTaken(TenantPilotError):
    """The tenant has a schedule of this name."""


@dataclass(frozen=True)
class Ticked:
    """What one tick did, in slots."""

    started: int = 0
    joined: int = 0
    refused: int = 0


def create_schedule(
    kind: OperationType,
    *,
    tenant: Tenant,
    name: str,
    cadence: Cadence,
    inputs: Mapping[str, Any],
    actor: User,
    now: datetime,
) -> Schedule:
    """The first slot is the next one after now. Raises NameTaken."""
    with transaction.atomic():
        if Schedule.everywhere.of_tenant(tenant).filter(name=name).exists():
            raise NameTaken(f"{tenant.name} has a schedule named {name} already.")
        schedule: Schedule = Schedule.everywhere.create(
            workspace_id=tenant.workspace_id,
            tenant=tenant,
            name=name,
            type=kind.key,
            inputs=dict(inputs),
            frequency=cadence.frequency.value,
            minute=cadence.minute,
            hour=cadence.hour,
            weekdays=list(cadence.weekdays),
            time_zone=cadence.time_zone,
            next_slot_at=cadence.next_after(now),
            created_by=actor,
            created_at=now,
        )
        _record("schedule.created", schedule, actor, now)
    return schedule


def pause(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """No slot is filled until it is resumed. Pausing twice is harmless."""
    with transaction.atomic():
        if Schedule.everywhere.filter(pk=schedule.pk, paused_at=None).update(paused_at=now):
            _record("schedule.paused", schedule, actor, now)


def resume(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Goes on with the next slot after now: what was missed while it was paused was not wanted."""
    with transaction.atomic():
        paused = Schedule.everywhere.filter(pk=schedule.pk, paused_at__isnull=False)
        if paused.update(paused_at=None, next_slot_at=schedule.cadence.next_after(now)):
            _record("schedule.resumed", schedule, actor, now)


def delete_schedule(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Its runs stay."""
    with transaction.atomic():
        _record("schedule.deleted", schedule, actor, now)
        schedule.delete()


def tick(*, now: datetime, service: OperationRunService | None = None) -> Ticked:
    """Fill every slot that is due, each once, whoever else ticks. Of missed slots only the latest runs."""
    runs = service or OperationRunService()
    results = [_fill(schedule, runs, now=now) for schedule in Schedule.everywhere.due(now=now).order_by("pk")[:AT_MOST]]
    return Ticked(
        started=results.count(ScheduleSlot.Result.STARTED),
        joined=results.count(ScheduleSlot.Result.JOINED),
        refused=results.count(ScheduleSlot.Result.REFUSED),
    )


def _fill(schedule: Schedule, runs: OperationRunService, *, now: datetime) -> ScheduleSlot.Result | None:
    """None: another ticker had it, or its type is of another version."""
    try:
        kind = operation_types.get(schedule.type)
    except UnknownOperationType:
        log.error("schedule_of_unknown_type", schedule=schedule.pk, type=schedule.type)
        return None
    slot_at = schedule.cadence.latest_until(schedule.next_slot_at, now)
    with transaction.atomic():
        if not _advance(schedule, now=now):
            return None
        slot, is_new = ScheduleSlot.objects.get_or_create(
            schedule=schedule, slot_at=slot_at, defaults={"filled_at": now}
        )
        if not is_new:
            return None
        slot.result, slot.run = _start(schedule, kind, runs, now=now)
        slot.save(update_fields=["result", "run"])
    return slot.result


def _advance(schedule: Schedule, *, now: datetime) -> bool:
    """The condition on what was seen makes one ticker the winner."""
    seen = Schedule.everywhere.filter(pk=schedule.pk, paused_at=None, next_slot_at=schedule.next_slot_at)
    return bool(seen.update(next_slot_at=schedule.cadence.next_after(now)))


def _start(
    schedule: Schedule, kind: OperationType, runs: OperationRunService, *, now: datetime
) -> tuple[ScheduleSlot.Result, OperationRun]:
    """A system run: nobody is told, alerts see to a team (OPS-23, OPS-27)."""
    inputs = kind.scheduled(schedule.inputs) if kind.scheduled else schedule.inputs
    try:
        answer = runs.start(kind, tenant=schedule.tenant, initiator=None, inputs=inputs, now=now)
    except DispatchFailed as failed:
        return ScheduleSlot.Result.REFUSED, failed.run
    if isinstance(answer, AlreadyActive):
        return ScheduleSlot.Result.JOINED, answer.run
    return ScheduleSlot.Result.STARTED, answer.run


def _record(action: str, schedule: Schedule, actor: User, now: datetime) -> None:
    audit.record(
        action,
        workspace_id=schedule.workspace_id,
        tenant_id=schedule.tenant_id,
        actor=actor,
        target_type="schedule",
        target_id=schedule.pk,
        after={"name": schedule.name, "type": schedule.type},
        at=now,
    )
