"""Creating, pausing and ticking schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.outages import is_outage
from tenantpilot.core.unique_writes import write_unique
from tenantpilot.operations.audit_actions import (
    SCHEDULE_BROKEN,
    SCHEDULE_CREATED,
    SCHEDULE_DELETED,
    SCHEDULE_PAUSED,
    SCHEDULE_RESUMED,
)
from tenantpilot.operations.lifecycle.identity import workspace_of
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.schedules.cadence import Cadence
from tenantpilot.operations.schedules.faults import FaultySchedule, ScheduleFault
from tenantpilot.operations.schedules.models import Schedule, ScheduleSlot
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import InputsT, OperationType, UnknownOperationType, operation_types
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.tenancy.stops import installation_stop

log = structlog.get_logger(__name__)

AT_MOST = 50
BROKEN = "broken"


class NameTaken(TenantPilotError):
    """The tenant, or the workspace, has a schedule of this name."""


@dataclass(frozen=True)
class Ticked:
    """The number of slots that one tick filled."""

    started: int = 0
    joined: int = 0
    skipped: int = 0
    refused: int = 0
    broken: int = 0


def create_schedule(
    operation_type: OperationType[InputsT],
    *,
    tenant: Tenant | None,
    name: str,
    cadence: Cadence,
    inputs: InputsT,
    actor: User,
    now: datetime,
    workspace: Workspace | None = None,
) -> Schedule:
    """Keep a schedule, whose first slot is the next one after now.

    `workspace` is for schedules of a whole workspace, which have no tenant. Raises NameTaken.
    """
    workspace_id = workspace_of(tenant, workspace)
    if operation_type.of_workspace != (tenant is None):
        raise ValueError(f"{operation_type.key} is scheduled in a {'workspace' if tenant else 'tenant'}.")

    def require_free() -> None:
        if Schedule.everywhere.filter(workspace_id=workspace_id, tenant=tenant, name=name).exists():
            raise NameTaken(f"{tenant or workspace} has a schedule named {name} already.")

    with transaction.atomic():
        new_schedule = Schedule(
            workspace_id=workspace_id,
            tenant=tenant,
            name=name,
            type=operation_type.key,
            inputs=inputs.to_json(),
            frequency=cadence.frequency.value,
            minute=cadence.minute,
            hour=cadence.hour,
            weekdays=list(cadence.weekdays),
            time_zone=cadence.time_zone,
            next_slot_at=cadence.next_after(now),
            created_by=actor,
            created_at=now,
        )
        write_unique(require_free, lambda: new_schedule.save(force_insert=True))
        _record(SCHEDULE_CREATED, new_schedule, actor, now)
    return new_schedule


def pause(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """No slot is filled until it is resumed. Pausing twice is harmless."""
    with transaction.atomic():
        if Schedule.everywhere.filter(pk=schedule.pk, paused_at=None).update(paused_at=now):
            _record(SCHEDULE_PAUSED, schedule, actor, now)


def resume(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Goes on with the next slot after now: what was missed while it was paused was not wanted."""
    with transaction.atomic():
        paused = Schedule.everywhere.filter(pk=schedule.pk, paused_at__isnull=False)
        next_slot_at = _next_slot(schedule, now=now)
        if paused.update(paused_at=None, resumed_at=now, broken_at=None, fault=None, next_slot_at=next_slot_at):
            _record(SCHEDULE_RESUMED, schedule, actor, now)


def delete_schedule(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Its runs stay."""
    with transaction.atomic():
        _record(SCHEDULE_DELETED, schedule, actor, now)
        schedule.delete()


def run_now(
    schedule: Schedule, *, initiator: User, now: datetime, service: OperationRunService | None = None
) -> Started | AlreadyActive:
    """Start what the schedule starts, for a person and outside its slots. Raises FaultySchedule, DispatchFailed."""
    operation_type, inputs = _kind_and_inputs(schedule)
    runs, workspace = service or OperationRunService(), schedule.workspace
    return runs.start(
        operation_type, tenant=schedule.tenant, workspace=workspace, initiator=initiator, inputs=inputs, now=now
    )


def tick(*, now: datetime, service: OperationRunService | None = None) -> Ticked:
    """Fill every slot that is due, each once, whoever else ticks. Of missed slots only the latest runs."""
    if installation_stop() is not None:
        return Ticked()
    runs = service or OperationRunService()
    due = Schedule.everywhere.due(now=now).select_related("tenant", "workspace").order_by("pk")[:AT_MOST]
    results = [_fill_or_mark(schedule, runs, now=now) for schedule in due]
    return Ticked(
        started=results.count(ScheduleSlot.Result.STARTED),
        joined=results.count(ScheduleSlot.Result.JOINED),
        skipped=results.count(ScheduleSlot.Result.SKIPPED_OVERLAP),
        refused=results.count(ScheduleSlot.Result.REFUSED),
        broken=results.count(BROKEN),
    )


def _fill_or_mark(schedule: Schedule, runs: OperationRunService, *, now: datetime) -> str | None:
    """Fill the slot; or mark the schedule as broken, so that it costs itself and no other. Raises in an outage."""
    try:
        return _fill(schedule, runs, now=now)
    except FaultySchedule as faulty:
        error: BaseException = faulty.__cause__ or faulty
        fault = faulty.fault
    except Exception as unexpected:
        error, fault = unexpected, ScheduleFault.START_FAILED
    if is_outage(error):
        raise error
    trace = None if isinstance(error, TenantPilotError) else error
    log.error("schedule_broken", schedule=schedule.pk, type=schedule.type, fault=fault.value, exc_info=trace)
    _mark_broken(schedule, fault, now=now)
    return BROKEN


def _mark_broken(schedule: Schedule, fault: ScheduleFault, *, now: datetime) -> None:
    """Its slot stays due: once it is mended, the latest that was missed is filled. Audited when it breaks."""
    with transaction.atomic():
        same = Schedule.everywhere.filter(pk=schedule.pk)
        is_new = not same.filter(fault=fault).exists()
        if same.update(broken_at=now, fault=fault) and is_new:
            _record(SCHEDULE_BROKEN, schedule, None, now, {"fault": fault.value})


def _fill(schedule: Schedule, runs: OperationRunService, *, now: datetime) -> ScheduleSlot.Result | None:
    """Return None: another ticker had it. Raises FaultySchedule."""
    operation_type, inputs = _kind_and_inputs(schedule)
    try:
        slot_at = schedule.cadence.latest_until(schedule.next_slot_at, now)
        next_slot_at = schedule.cadence.next_after(now)
    except Exception as error:
        raise FaultySchedule(ScheduleFault.TIME_UNREADABLE) from error
    with transaction.atomic():
        if not _advance(schedule, next_slot_at):
            return None
        slot, is_new = ScheduleSlot.objects.get_or_create(
            schedule=schedule, slot_at=slot_at, defaults={"filled_at": now}
        )
        if not is_new:
            return None
        slot.result, slot.run = _start(schedule, operation_type, inputs, runs, now=now)
        slot.save(update_fields=["result", "run"])
    return slot.result


def _kind_and_inputs(schedule: Schedule) -> tuple[OperationType[Any], Any]:
    """Raises FaultySchedule where another version stored what this one does not have."""
    try:
        operation_type = operation_types.get(schedule.type)
    except UnknownOperationType as error:
        raise FaultySchedule(ScheduleFault.TYPE_UNKNOWN) from error
    try:
        inputs = operation_type.inputs.from_json(schedule.inputs)
        inputs = operation_type.scheduled(inputs) if operation_type.scheduled else inputs
        return operation_type, operation_type.for_schedule(
            inputs, schedule.pk
        ) if operation_type.for_schedule else inputs
    except FaultySchedule:
        raise
    except Exception as error:
        raise FaultySchedule(ScheduleFault.INPUTS_UNREADABLE) from error


def _next_slot(schedule: Schedule, *, now: datetime) -> datetime:
    """Of a schedule whose time cannot be read it is now: the next tick marks it as broken."""
    try:
        return schedule.cadence.next_after(now)
    except Exception:
        log.warning("schedule_time_unreadable", schedule=schedule.pk, exc_info=True)
        return now


def _advance(schedule: Schedule, next_slot_at: datetime) -> bool:
    """The condition on what was seen makes one ticker the winner."""
    same = Schedule.everywhere.filter(pk=schedule.pk, paused_at=None, next_slot_at=schedule.next_slot_at)
    return bool(same.update(next_slot_at=next_slot_at, broken_at=None, fault=None))


def _start(
    schedule: Schedule,
    operation_type: OperationType[InputsT],
    inputs: InputsT,
    runs: OperationRunService,
    *,
    now: datetime,
) -> tuple[ScheduleSlot.Result, OperationRun | None]:
    """Start a system run: nobody is notified, alerts see to a team (OPS-23, OPS-27).

    A slot that finds the schedule's own run active has no run: it must not claim what that run does.
    """
    try:
        answer = runs.start(
            operation_type,
            tenant=schedule.tenant,
            workspace=schedule.workspace,
            initiator=None,
            inputs=inputs,
            now=now,
            scheduled=True,
        )
    except DispatchFailed as failed:
        return ScheduleSlot.Result.REFUSED, failed.run
    if isinstance(answer, Started):
        return ScheduleSlot.Result.STARTED, answer.run
    if operation_type.for_schedule is not None or schedule.slots.filter(run=answer.run).exists():
        return ScheduleSlot.Result.SKIPPED_OVERLAP, None
    return ScheduleSlot.Result.JOINED, answer.run


def _record(
    action: AuditAction, schedule: Schedule, actor: User | None, now: datetime, more: Mapping[str, str] | None = None
) -> None:
    audit.record(
        action,
        workspace_id=schedule.workspace_id,
        tenant_id=schedule.tenant_id,
        actor=actor,
        target_type="schedule",
        target_id=schedule.pk,
        after={"name": schedule.name, "type": schedule.type} | dict(more or {}),
        at=now,
    )
