"""The only writer of the states of restores and their items. Each move is a condition of the UPDATE itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores.models import ApprovalRequest, RestoreItem, RestoreRun, RestoreRunQuerySet
from tenantpilot.restores.second_person.notices import reopen_notices
from tenantpilot.restores.second_person.states import RequestState
from tenantpilot.restores.states import EDITABLE, ItemState, RestoreState

PREVIEW_GOOD_FOR = timedelta(minutes=60)
_S = RestoreState


def locked(restore_id: int) -> RestoreRun:
    """Lock the restore and return it as it stands. A transaction that writes items or references does this first.

    Raises RestoreRun.DoesNotExist.
    """
    rows = RestoreRun.everywhere.select_for_update(of=("self",), no_key=True).select_related("tenant")
    restore: RestoreRun = rows.get(pk=restore_id)
    return restore


def to_draft(restore_id: int) -> bool:
    """Make the restore a draft again, so that it can be edited. Return False for one that cannot be."""
    states = [state for state in EDITABLE if state is not _S.DRAFT]
    return _move(restore_id, states, _S.DRAFT) or _is_in(restore_id, _S.DRAFT)


def to_previewing(restore_id: int, run_id: int) -> bool:
    """Begin a preview. A worker that takes over begins again."""
    states = (*EDITABLE, _S.PREVIEWING)
    rows = RestoreRun.everywhere.filter(pk=restore_id, state__in=states)
    return bool(rows.update(state=_S.PREVIEWING, preview_run_id=run_id))


def keep_basis(restore_id: int, basis: dict[str, Any]) -> bool:
    """Write down what a preview is made with. Return False if it is not under way any more."""
    rows = RestoreRun.everywhere.filter(pk=restore_id, state=_S.PREVIEWING)
    return bool(rows.update(basis=basis))


def to_previewed(restore_id: int, fingerprint: str, *, is_blocked: bool, now: datetime) -> bool:
    """End a preview. What has nothing to write is blocked."""
    preview = {"fingerprint": fingerprint, "previewed_at": now, "preview_expires_at": now + PREVIEW_GOOD_FOR}
    return _move(restore_id, [_S.PREVIEWING], _S.BLOCKED if is_blocked else _S.PREVIEWED, **preview)


def preview_ended_without_result(restore_id: int) -> bool:
    """Make the restore a draft again: its preview failed or was cancelled."""
    return _move(restore_id, [_S.PREVIEWING], _S.DRAFT)


def expire_all(*, now: datetime) -> int:
    """Expire the previews that are too old, and return their number."""
    return int(_too_old(now).update(state=_S.EXPIRED))


def expire(restore_id: int, *, now: datetime) -> bool:
    """Expire the preview of one restore if it is too old."""
    return bool(_too_old(now).filter(pk=restore_id).update(state=_S.EXPIRED))


def _too_old(now: datetime) -> RestoreRunQuerySet:
    return RestoreRun.everywhere.filter(state=_S.PREVIEWED, preview_expires_at__lte=now)


@dataclass(frozen=True)
class Confirmed:
    """The confirmation of a person, with the one who has approved it where the tenant asks for a second."""

    fingerprint: str
    reason: str
    actor_id: int
    approver_id: int | None = None


def to_confirmed(restore_id: int, confirmed: Confirmed, *, now: datetime) -> bool:
    """Confirm what was shown; False if it is not what stands there any more, or is too old."""
    rows = RestoreRun.everywhere.filter(
        pk=restore_id, state=_S.PREVIEWED, fingerprint=confirmed.fingerprint, preview_expires_at__gt=now
    )
    confirmation = {"reason": confirmed.reason, "confirmed_by_id": confirmed.actor_id, "confirmed_at": now}
    return bool(rows.update(state=_S.CONFIRMED, approved_by_id=confirmed.approver_id, **confirmation))


def take_confirmation_back(restore_id: int) -> bool:
    """Make a confirmed restore previewed again: it could not be started. A request that was approved waits again."""
    with transaction.atomic():
        moved = _move(restore_id, [_S.CONFIRMED], _S.PREVIEWED, approved_by=None)
        if moved:
            approved = ApprovalRequest.everywhere.filter(restore_run=restore_id, state=RequestState.APPROVED)
            if approved.update(state=RequestState.WAITING, decided_by=None, decided_at=None):
                reopen_notices(restore_id)
    return moved


def to_executing(restore_id: int, run_id: int) -> bool:
    """Begin to write, or go on: with the run that began it, or with a new one for what waits."""
    begun = RestoreRun.everywhere.filter(pk=restore_id, state=_S.EXECUTING, execute_run_id=run_id)
    return begun.exists() or _move(restore_id, [_S.CONFIRMED, _S.WAITING], _S.EXECUTING, execute_run_id=run_id)


def to_end(restore_id: int, outcome: str, *, is_waiting: bool, now: datetime) -> bool:
    """Settle a restore whose run has ended; it waits while items wait for an approval."""
    if is_waiting:
        return _move(restore_id, [_S.EXECUTING], _S.WAITING, outcome=outcome)
    return _move(restore_id, [_S.EXECUTING, _S.WAITING], _S.DONE, outcome=outcome, ended_at=now)


def discard(restore_id: int, *, now: datetime) -> bool:
    return _move(restore_id, [*EDITABLE, _S.PREVIEWING], _S.DISCARDED, ended_at=now)


class ItemMoved(TenantPilotError):
    """Somebody else has moved the item meanwhile."""


def move_item(item: RestoreItem, state: ItemState, **columns: Any) -> None:
    """Move an item from the state in which it was read, and write what came of it. Raises ItemMoved."""
    rows = RestoreItem.everywhere.filter(pk=item.pk, state=item.state)
    if not rows.update(state=state, **columns):
        raise ItemMoved(f"item {item.pk} is not {item.state} any more")
    item.state = state
    for name, value in columns.items():
        setattr(item, name, value)


def _move(restore_id: int, states: Collection[RestoreState], new: RestoreState, **columns: Any) -> bool:
    rows = RestoreRun.everywhere.filter(pk=restore_id, state__in=list(states))
    return bool(rows.update(state=new, **columns))


def _is_in(restore_id: int, state: RestoreState) -> bool:
    return bool(RestoreRun.everywhere.filter(pk=restore_id, state=state).exists())
