"""Starting previews, and confirming what a person was shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.inventory import policy_types
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started, TenantArchived
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_CONFIRMED
from tenantpilot.restores.basis import Basis, basis_of, changes_of
from tenantpilot.restores.editing import NotEditable
from tenantpilot.restores.enforcing import (
    enforce_word,
    enforced_items,
    is_enforce_word,
    state_changes,
    why_not_as_chosen,
)
from tenantpilot.restores.fingerprint import fingerprint_of_restore
from tenantpilot.restores.models import MAX_REASON, RestoreItem, RestoreRun
from tenantpilot.restores.moving import Confirmed
from tenantpilot.restores.nothing_to_write import why_nothing_of
from tenantpilot.restores.operations import RESTORE_EXECUTE, RESTORE_PREVIEW, RecordsInputs, RestoreInputs
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.second_person.rules import needs_second_person
from tenantpilot.restores.settling import settle
from tenantpilot.restores.staleness import changed_since_preview
from tenantpilot.restores.states import EDITABLE, WRITING, RestoreState
from tenantpilot.tenancy.models import Tenant, User


class CannotConfirm(TenantPilotError):
    """`str()` says to a person why not."""


class PreviewStale(CannotConfirm):
    """The tenant or the choices changed since the preview: a new preview shows both."""


class NothingToWrite(CannotConfirm):
    """The preview would write nothing: there is nothing to confirm."""


class RestoreBusy(CannotConfirm):
    """Another restore writes to the tenant."""


class SecondPersonNeeded(CannotConfirm):
    """The tenant asks that a second person approves it first."""


class Approval(Protocol):
    """The approval of a second person, as a confirmation uses it."""

    approver: User

    def accept(self, restore: RestoreRun) -> None:
        """Settle the request, in the transaction of the confirmation. Raises CannotConfirm."""


@dataclass(frozen=True)
class Confirmation:
    """The confirmation of a person: the words that were typed, and the warnings that were accepted."""

    fingerprint: str
    tenant_name: str
    reason: str
    accepted: frozenset[tuple[int, str]] = frozenset()
    """The warnings that were ticked: the key of an item, and a code."""
    accepted_of_all: frozenset[str] = frozenset()
    """The codes that were ticked for all items that have them: the fingerprint says which these are."""
    enforce_word: str = ""
    """The word that was typed; needed where a policy becomes enforced."""


def start_preview(restore: RestoreRun, *, actor: User, now: datetime) -> Started | AlreadyActive:
    """Read the tenant and show what the restore would do. Raises NotEditable, DispatchFailed."""
    if settle(restore, now=now).state not in EDITABLE and restore.state != RestoreState.PREVIEWING:
        raise NotEditable("It is under way or has ended, so there is nothing to preview.")
    inputs = RestoreInputs(restore.pk)
    return OperationRunService().start(RESTORE_PREVIEW, tenant=restore.tenant, initiator=actor, inputs=inputs, now=now)


def confirm(
    restore: RestoreRun, confirmation: Confirmation, *, actor: User, now: datetime, approval: Approval | None = None
) -> Started | AlreadyActive:
    """Start to write what was shown. Raises CannotConfirm, DispatchFailed, TenantArchived.

    Then the restore stays previewed.
    """
    _confirm(settle(restore, now=now), confirmation, approval, actor=actor, now=now)
    inputs = RestoreInputs(restore.pk)
    try:
        started = OperationRunService().start(
            RESTORE_EXECUTE, tenant=restore.tenant, initiator=actor, inputs=inputs, now=now
        )
    except (DispatchFailed, TenantArchived):
        moving.take_confirmation_back(restore.pk)
        raise
    if started.run.inputs != inputs.to_json():
        moving.take_confirmation_back(restore.pk)
        raise RestoreBusy("Another restore writes to this tenant. Confirm this one when it has ended.")
    return started


def go_on(restore: RestoreRun, *, actor: User | None, now: datetime) -> Started | AlreadyActive:
    """Look again at the items that wait for an approval, and write those that were approved.

    Raises NotEditable, RestoreBusy, DispatchFailed.
    """
    if settle(restore, now=now).state != RestoreState.WAITING:
        raise NotEditable("Nothing of it waits for an approval.")
    inputs = RestoreInputs(restore.pk)
    started = OperationRunService().start(
        RESTORE_EXECUTE, tenant=restore.tenant, initiator=actor, inputs=inputs, now=now, retry_of=_first_run(restore)
    )
    if started.run.inputs != inputs.to_json():
        raise RestoreBusy("Another restore writes to this tenant. Try again when it has ended.")
    return started


def start_of_records(
    operation_type: OperationType[RecordsInputs],
    *,
    tenant: Tenant,
    initiator: User | None,
    restores: Sequence[int],
    now: datetime,
) -> Started | AlreadyActive:
    """Trash records of restores, take them back or delete them for good. Raises DispatchFailed."""
    inputs = RecordsInputs(tuple(sorted(set(restores))))
    return OperationRunService().start(operation_type, tenant=tenant, initiator=initiator, inputs=inputs, now=now)


def _first_run(restore: RestoreRun) -> OperationRun | None:
    """Return the run that began the restore; those that go on are linked to it."""
    run = restore.execute_run
    return (run.retry_of or run) if run else None


def _confirm(
    restore: RestoreRun, confirmation: Confirmation, approval: Approval | None, *, actor: User, now: datetime
) -> None:
    with transaction.atomic():
        restore = moving.locked(restore.pk)
        check_confirmation(restore, confirmation, actor=actor)
        if approval is not None:
            approval.accept(restore)
        elif needs_second_person(restore.tenant, now=now):
            raise SecondPersonNeeded("A second person has to approve it first.")
        reason, approver = confirmation.reason.strip(), approval.approver if approval else None
        confirmed = Confirmed(restore.fingerprint, reason, actor.pk, approver.pk if approver else None)
        if not moving.to_confirmed(restore.pk, confirmed, now=now):
            raise PreviewStale("It is not previewed any more. Make a new preview.")
        details = {"fingerprint": restore.fingerprint, "reason": reason, "source": restore.source}
        changes = state_changes(restore).as_details()
        record_action(RESTORE_CONFIRMED, restore, actor, now, after={**details, **changes})


def check_confirmation(restore: RestoreRun, confirmation: Confirmation, *, actor: User) -> None:
    """Check what was typed and seen, and keep the accepted warnings. Call it with the restore locked.

    Raises CannotConfirm.
    """
    reason = confirmation.reason.strip()
    if confirmation.tenant_name.strip() != restore.tenant.name.strip():
        raise CannotConfirm(f"Type the tenant's name exactly as it is written: {restore.tenant.name}")
    if not reason:
        raise CannotConfirm("Write down why it is restored: the audit log keeps it.")
    if len(reason) > MAX_REASON:
        raise CannotConfirm(f"The reason has at most {MAX_REASON} characters.")
    if restore.state == RestoreState.EXPIRED:
        raise PreviewStale("The preview is older than an hour. Make a new one.")
    _require_as_shown(restore, confirmation.fingerprint)
    if why_nothing := why_nothing_of(restore):
        raise NothingToWrite(why_nothing)
    _require_enforceable(restore, confirmation, actor)
    _accept(restore, confirmation)


def _require_enforceable(restore: RestoreRun, confirmation: Confirmation, actor: User) -> None:
    """Raises CannotConfirm if a policy becomes enforced without the word, or for people who may not do that."""
    if not enforced_items(restore).exists():
        return
    if why_not := why_not_as_chosen(restore, actor):
        raise CannotConfirm(why_not)
    if not is_enforce_word(confirmation.enforce_word):
        words = _("Policies become enforced. Type the word for that: %(word)s")
        raise CannotConfirm(words % {"word": enforce_word()})


def _require_as_shown(restore: RestoreRun, fingerprint: str) -> None:
    """Raises PreviewStale if the page showed something else, or TenantPilot has seen the tenant change since."""
    if fingerprint != restore.fingerprint or fingerprint_of_restore(restore) != restore.fingerprint:
        raise PreviewStale("What you saw is not what would be restored now. Look at the preview again.")
    labels = {policy_type.key: policy_type.label for policy_type in policy_types.every()}
    if changes := changes_of(Basis.from_json(restore.basis or {}), basis_of(restore), labels):
        raise PreviewStale(f"Changed since the preview. {' '.join(changes)} Make a new preview.")
    changed = changed_since_preview(restore)
    if deleted := [entry.name for entry in changed if entry.is_gone]:
        names = ", ".join(deleted[:3])
        raise PreviewStale(
            f"Deleted in the tenant since the preview: {names}. A new preview creates what is gone anew."
        )
    if changed:
        names = ", ".join(entry.name for entry in changed[:3])
        raise PreviewStale(f"Changed in the tenant since the preview: {names}. Make a new preview; it shows both.")


def _accept(restore: RestoreRun, confirmation: Confirmation) -> None:
    """Write down the warnings that were ticked. Raises CannotConfirm while one of an item to write was not."""
    rows = RestoreItem.everywhere.of_run(restore.pk).filter(action__in=WRITING).in_order()
    items = list(rows.only("name", "warnings"))
    open_ones = [item.name for item in items if not _is_accepted(item, confirmation)]
    if open_ones:
        raise CannotConfirm(f"Accept the warnings of {', '.join(open_ones[:3])}, or leave these items out.")
    _keep_accepted(items)


def _is_accepted(item: RestoreItem, confirmation: Confirmation) -> bool:
    return all(
        code in confirmation.accepted_of_all or (item.pk, code) in confirmation.accepted for code in item.warnings
    )


def _keep_accepted(items: Sequence[RestoreItem]) -> None:
    keys_by_warnings: dict[tuple[str, ...], list[int]] = {}
    for item in items:
        if item.warnings:
            keys_by_warnings.setdefault(tuple(sorted(item.warnings)), []).append(item.pk)
    for codes, keys in keys_by_warnings.items():
        RestoreItem.everywhere.filter(pk__in=keys).update(accepted=list(codes))
