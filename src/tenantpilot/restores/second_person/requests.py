"""Asking for a second person, approving and refusing. An approval is for what was shown, and starts the restore."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_APPROVAL_ASKED, RESTORE_APPROVED, RESTORE_REFUSED
from tenantpilot.restores.enforcing import enforce_word, state_changes
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.second_person.models import LONGEST_REASON, ApprovalRequest
from tenantpilot.restores.second_person.notices import notify_of_refusal, notify_of_request, settle_notices
from tenantpilot.restores.second_person.people import hands_on, possible_approvers, ties_of
from tenantpilot.restores.second_person.rules import needs_second_person
from tenantpilot.restores.second_person.states import RequestState
from tenantpilot.restores.services import CannotConfirm, Confirmation, PreviewStale, check_confirmation, confirm
from tenantpilot.restores.settling import settle
from tenantpilot.restores.states import RestoreState
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User

OF_ALL = 0


class CannotDecide(TenantPilotError):
    """`str()` says to a person why not."""


def ask(restore: RestoreRun, confirmation: Confirmation, *, actor: User, now: datetime) -> ApprovalRequest:
    """Ask for a second person, with all that a confirmation needs. Asking for the same again changes nothing.

    Raises CannotConfirm.
    """
    settle(restore, now=now)
    with transaction.atomic():
        locked = moving.locked(restore.pk)
        check_confirmation(locked, confirmation, actor=actor)
        if locked.state != RestoreState.PREVIEWED or locked.preview_expires_at is None:
            raise PreviewStale("It is not previewed any more. Make a new preview.")
        settle_requests(locked, now=now)
        if (waiting := waiting_request(locked, now=now)) is not None:
            return waiting
        approvers = possible_approvers(locked, actor, now=now)
        if not approvers:
            raise CannotConfirm(
                "Nobody else may approve it. Another manager has to, who has not edited it, and who has neither given "
                "you your role nor got theirs from you within seven days."
            )
        request: ApprovalRequest = ApprovalRequest.everywhere.create(
            workspace_id=locked.workspace_id,
            tenant_id=locked.tenant_id,
            restore_run=locked,
            fingerprint=locked.fingerprint,
            reason=confirmation.reason.strip(),
            accepted=_stored(confirmation),
            requested_by=actor,
            requested_at=now,
            expires_at=locked.preview_expires_at,
        )
        details = {"fingerprint": request.fingerprint, "reason": request.reason, **state_changes(locked).as_details()}
        record_action(RESTORE_APPROVAL_ASKED, locked, actor, now, after=details)
        notify_of_request(request, approvers, now=now)
    return request


def confirm_or_ask(
    restore: RestoreRun, confirmation: Confirmation, *, actor: User, now: datetime
) -> Started | AlreadyActive | ApprovalRequest:
    """Start to write what was shown, or ask for a second person where the tenant wants one.

    Raises CannotConfirm, DispatchFailed.
    """
    if needs_second_person(restore.tenant, now=now):
        return ask(restore, confirmation, actor=actor, now=now)
    return confirm(restore, confirmation, actor=actor, now=now)


def approve(
    restore: RestoreRun, fingerprint: str, *, tenant_name: str, actor: User, now: datetime
) -> Started | AlreadyActive:
    """Approve what was shown, which starts the restore for the person who asked. Raises CannotDecide, DispatchFailed.

    The person who approves types the tenant's name, too: what follows is written to a live tenant.

    A run that cannot be started takes the approval back: the request waits again.
    """
    request = _open_request(restore, actor, now=now)
    if request.fingerprint != fingerprint:
        raise CannotDecide("What you saw is not what would be restored now. Look at the preview again.")
    if tenant_name.strip() != restore.tenant.name.strip():
        raise CannotDecide(f"Type the tenant's name exactly as it is written: {restore.tenant.name}")
    requester = request.requested_by
    able = tenants_where(requester, Capability.RESTORE_EXECUTE).filter(pk=restore.tenant_id)
    if not requester.is_active or not able.exists():
        raise CannotDecide(f"{requester.display_name} may not restore policies any more.")
    words = _confirmation_of(request, restore)
    try:
        return confirm(restore, words, actor=requester, now=now, approval=_Approval(request, actor, now))
    except CannotConfirm as error:
        raise CannotDecide(str(error)) from error


def refuse(restore: RestoreRun, reason: str, *, actor: User, now: datetime) -> None:
    """Refuse with a reason, of which the person who asked is notified. Raises CannotDecide."""
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise CannotDecide(f"Write down why you refuse it, in at most {LONGEST_REASON} characters.")
    with transaction.atomic():
        request = _open_request(restore, actor, now=now)
        refused = ApprovalRequest.everywhere.filter(pk=request.pk, state=RequestState.WAITING)
        if not refused.update(state=RequestState.REFUSED, decided_by=actor, decided_at=now, refusal=words):
            raise CannotDecide("Somebody has decided about it meanwhile.")
        record_action(RESTORE_REFUSED, restore, actor, now, after={"reason": words})
        notify_of_refusal(request, now=now)
        settle_notices(request, now=now)


def why_not_decide(request: ApprovalRequest, person: User, *, now: datetime) -> str:
    """Return in words why this person may not decide about the request; empty if they may."""
    restore = request.restore_run
    if person.pk == request.requested_by_id:
        return "You have asked for it, so another person decides."
    if person.pk in hands_on(restore):
        return "You have prepared or edited this restore, so another person decides."
    ties, name = ties_of(request.requested_by, restore.tenant, now=now), request.requested_by.display_name
    if person.pk in ties.receivers:
        return (
            f"{name} has given you your role or a way into your account within seven days, so another person decides."
        )
    if person.pk in ties.givers:
        return f"{name} got a role or a way in from you within seven days, so another person decides."
    return ""


def waiting_request(restore: RestoreRun, *, now: datetime) -> ApprovalRequest | None:
    """Return the request that waits, if it is for what is shown now."""
    rows = ApprovalRequest.everywhere.filter(restore_run=restore.pk, state=RequestState.WAITING, expires_at__gt=now)
    request = rows.select_related("requested_by", "restore_run__tenant").first()
    if request is None or restore.state != RestoreState.PREVIEWED or request.fingerprint != restore.fingerprint:
        return None
    return request


def with_asked(restores: QuerySet[RestoreRun], *, now: datetime) -> QuerySet[RestoreRun]:
    """Add to each restore if a request waits for what is shown now."""
    waiting = ApprovalRequest.everywhere.filter(
        restore_run=OuterRef("pk"), state=RequestState.WAITING, expires_at__gt=now, fingerprint=OuterRef("fingerprint")
    )
    return restores.annotate(is_asked=Exists(waiting))


def newest_request(restore: RestoreRun) -> ApprovalRequest | None:
    """Return the newest request of a restore, decided or not."""
    rows = ApprovalRequest.everywhere.filter(restore_run=restore.pk).order_by("-pk")
    return rows.select_related("requested_by", "decided_by").first()


def settle_requests(restore: RestoreRun | None = None, *, now: datetime) -> int:
    """End requests that are too old, or whose restore is not as it was shown; return their number."""
    waiting = ApprovalRequest.everywhere.filter(state=RequestState.WAITING).select_related("restore_run")
    if restore is not None:
        waiting = waiting.filter(restore_run=restore.pk)
    as_shown = Q(restore_run__state__in=[RestoreState.PREVIEWED, RestoreState.CONFIRMED]) & Q(
        restore_run__fingerprint=F("fingerprint")
    )
    expired = [_ended(request, RequestState.EXPIRED, now) for request in waiting.filter(expires_at__lte=now)]
    void = [_ended(request, RequestState.VOID, now) for request in waiting.exclude(as_shown)]
    return sum(expired) + sum(void)


def _ended(request: ApprovalRequest, state: RequestState, now: datetime) -> int:
    """End a request that nobody has decided about; return 1, or 0 if somebody has meanwhile."""
    with transaction.atomic():
        ended = ApprovalRequest.everywhere.filter(pk=request.pk, state=RequestState.WAITING).update(state=state)
        if ended:
            settle_notices(request, now=now)
    return int(ended)


def _stored(confirmation: Confirmation) -> list[list[object]]:
    """Return the accepted warnings as they are stored: [key of the item, code], the key 0 for all items."""
    of_all = [[OF_ALL, code] for code in sorted(confirmation.accepted_of_all)]
    return [*of_all, *([key, code] for key, code in sorted(confirmation.accepted))]


def _confirmation_of(request: ApprovalRequest, restore: RestoreRun) -> Confirmation:
    """Return the confirmation as the requester has typed and accepted it."""
    pairs = [(int(key), str(code)) for key, code in request.accepted]
    return Confirmation(
        request.fingerprint,
        restore.tenant.name,
        request.reason,
        accepted=frozenset(pair for pair in pairs if pair[0] != OF_ALL),
        accepted_of_all=frozenset(code for key, code in pairs if key == OF_ALL),
        enforce_word=enforce_word(),  # the request was not accepted without it
    )


class _Approval:
    """The approval that a confirmation stands on; `accept` is called in the transaction of the confirmation."""

    def __init__(self, request: ApprovalRequest, approver: User, now: datetime) -> None:
        self._request, self._now, self.approver = request, now, approver

    def accept(self, restore: RestoreRun) -> None:
        """Raises CannotConfirm if somebody has decided meanwhile."""
        waiting = ApprovalRequest.everywhere.filter(pk=self._request.pk, state=RequestState.WAITING)
        decision = {"state": RequestState.APPROVED, "decided_by": self.approver, "decided_at": self._now}
        if not waiting.update(**decision):
            raise CannotConfirm("Somebody has decided about it meanwhile.")
        details = {"fingerprint": restore.fingerprint, **state_changes(restore).as_details()}
        record_action(RESTORE_APPROVED, restore, self.approver, self._now, after=details)
        settle_notices(self._request, now=self._now)


def _open_request(restore: RestoreRun, actor: User, *, now: datetime) -> ApprovalRequest:
    """Raises CannotDecide."""
    settle(restore, now=now)
    settle_requests(restore, now=now)
    request = waiting_request(restore, now=now)
    if request is None:
        raise CannotDecide("Nothing waits for your approval any more: it was decided, is too old, or was changed.")
    if why_not := why_not_decide(request, actor, now=now):
        raise CannotDecide(why_not)
    return request
