"""Restores as their pages show them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import Http404
from django.utils import timezone

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.drafting import has_written
from tenantpilot.restores.kept_by_entra import KeptByEntra
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.nothing_to_write import why_nothing
from tenantpilot.restores.policy_state import ENABLED
from tenantpilot.restores.repeating import begun_copies, unfinished_items
from tenantpilot.restores.second_person.models import ApprovalRequest
from tenantpilot.restores.second_person.people import possible_approvers
from tenantpilot.restores.second_person.requests import newest_request, waiting_request, why_not_decide
from tenantpilot.restores.settling import active_run, settle
from tenantpilot.restores.states import EDITABLE, WRITING, Action, ItemState, RestoreState
from tenantpilot.restores.words import state_words, warning_words
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import User
from tenantpilot.versions.words import restorable_words
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.ui import parameters

SHOWN = 50
OPEN_BELOW = 3
NOT_YET = "not_yet"
TICKED_ONE_BY_ONE = 20
ABOUT_EMERGENCY_ACCOUNTS = (
    "lockout_risk",
    "lockout_together",
    "lockout_not_checked",
    "emergency_accounts_missing",
    "emergency_accounts_unreadable",
)


@dataclass(frozen=True)
class Reason:
    """A reason in words, and what to do."""

    text: str
    next_step: str


@dataclass(frozen=True)
class Warned:
    """A warning of an item; `value` is what its box sends."""

    value: str
    text: str


@dataclass(frozen=True)
class WarnedOf:
    """A warning, and the objects that it is about: each with what its box sends, and its name."""

    code: str
    text: str
    objects: tuple[tuple[str, str], ...]

    @property
    def is_of_many(self) -> bool:
        """Return True for so many objects that one box stands for all of them, under which their names are listed."""
        return len(self.objects) > TICKED_ONE_BY_ONE


@dataclass(frozen=True)
class ItemShown:
    """An item of a restore, with its reasons and warnings in words."""

    item: RestoreItem
    blockers: tuple[Reason, ...]
    warnings: tuple[Warned, ...]
    reason: Reason | None
    is_open: bool
    retention: KeptByEntra | None = None

    has_ended: bool = True

    @property
    def outcome(self) -> str:
        """Return the state as the page of the result shows it: while the run lasts, the rest is to come."""
        return outcome_of(self.item.state, has_ended=self.has_ended)

    @property
    def asks_for_emergency_accounts(self) -> bool:
        codes = {str(entry.get("code")) for entry in self.item.blockers} | {self.item.reason_code, *self.item.warnings}
        return not codes.isdisjoint(ABOUT_EMERGENCY_ACCOUNTS)

    @property
    def state_now(self) -> str:
        return state_words(self.item.live_state)

    @property
    def state_after(self) -> str:
        return state_words(self.item.planned_state)

    @property
    def becomes_enforced(self) -> bool:
        return self.item.planned_state == ENABLED and self.item.live_state != ENABLED


@dataclass(frozen=True)
class Frame:
    """A restore, the run that works on it, and what the person may do."""

    restore: RestoreRun
    run: OperationRun | None
    actions: Mapping[str, int]
    states: Mapping[str, int]
    may_prepare: bool
    may_execute: bool
    why_not_prepare: str
    why_not_execute: str
    has_written: bool = False
    has_unfinished: bool = False
    begun_copies: int = 0
    becomes_enforced: bool = False
    changes_states: bool = False
    why_not_enforce: str = ""
    may_choose_accounts: bool = False
    may_approve: bool = False
    newest_request: ApprovalRequest | None = None
    waiting_request: ApprovalRequest | None = None
    approvers: Sequence[User] = ()
    why_not_decide: str = ""

    @property
    def is_editable(self) -> bool:
        return self.restore.state in EDITABLE and self.run is None

    @property
    def why_not_confirm(self) -> str:
        """Return in words why the person may not confirm it, as far as that is known; empty if they may."""
        return self.why_not_execute or (self.why_not_enforce if self.becomes_enforced else "")

    @property
    def is_previewed(self) -> bool:
        return self.restore.state == RestoreState.PREVIEWED

    @property
    def can_be_confirmed(self) -> bool:
        """Return True if it writes something, and nobody has been asked to approve it yet."""
        return self.is_previewed and bool(self.writes) and self.waiting_request is None

    @property
    def writes(self) -> int:
        """Return the number of items that would be written."""
        return sum(self.actions.get(action, 0) for action in WRITING)

    @property
    def why_nothing(self) -> str:
        """Return in words why the preview that is shown would write nothing; empty if it writes, or for no preview."""
        is_shown = self.restore.state in (RestoreState.PREVIEWED, RestoreState.BLOCKED)
        return why_nothing(self.actions) if is_shown else ""

    @property
    def has_equal_items(self) -> bool:
        """Return True if the tenant already has items like this, as far as the choices reach."""
        return bool(self.actions.get(Action.NONE))

    @property
    def has_result(self) -> bool:
        return self.restore.state in (RestoreState.EXECUTING, RestoreState.WAITING, RestoreState.DONE)

    @property
    def can_be_undone(self) -> bool:
        return self.restore.state == RestoreState.DONE and self.has_written

    @property
    def can_be_repeated(self) -> bool:
        """Return True if items were not restored that can be previewed again."""
        return self.restore.state == RestoreState.DONE and self.has_unfinished

    @property
    def plan(self) -> list[tuple[str, int]]:
        """Return the numbers of items by action, in a fixed order."""
        return [(action.value, number) for action in Action if (number := self.actions.get(action, 0))]

    @property
    def results(self) -> list[tuple[str, int]]:
        """Return the numbers of items by state, in a fixed order."""
        has_ended = self.restore.state == RestoreState.DONE
        return [
            (outcome_of(state, has_ended=has_ended), number)
            for state in ItemState
            if (number := self.states.get(state, 0))
        ]

    @property
    def has_begun(self) -> bool:
        return self.restore.state != RestoreState.CONFIRMED


def outcome_of(state: str, *, has_ended: bool) -> str:
    return NOT_YET if state == ItemState.PENDING and not has_ended else str(state)


def restore_of(request: TenantRequest, restore_id: int) -> RestoreRun:
    """Return a restore of the tenant, settled. Raises Http404."""
    rows = RestoreRun.objects.of_tenant(request.tenant).select_related(
        "tenant", "source_tenant", "created_by", "confirmed_by", "approved_by", "preview_run", "execute_run", "undo_of"
    )
    restore: RestoreRun | None = rows.filter(pk=restore_id).first()
    if restore is None:
        raise Http404
    return settle(restore, now=timezone.now())


def place_in_address(request: TenantRequest) -> int:
    """Return the place behind which the address asks to go on; 0 for the beginning."""
    text = parameters.text(request.GET, "after", longest=9)
    return int(text) if text.isascii() and text.isdecimal() else 0


def frame_of(request: TenantRequest, restore: RestoreRun) -> Frame:
    """Return the frame that every page of the restore shows."""
    is_done = restore.state == RestoreState.DONE
    may_approve = request.access.may(Capability.RESTORE_APPROVE)
    run = active_run(restore) if restore.state not in (RestoreState.DONE, RestoreState.DISCARDED) else None
    return Frame(
        restore,
        run,
        **_counts(restore),
        may_prepare=request.access.may(Capability.RESTORE_PREVIEW),
        may_execute=request.access.may(Capability.RESTORE_EXECUTE),
        why_not_prepare=request.access.why_not(Capability.RESTORE_PREVIEW),
        why_not_execute=request.access.why_not(Capability.RESTORE_EXECUTE),
        has_written=is_done and has_written(restore),
        has_unfinished=is_done and unfinished_items(restore).exists(),
        begun_copies=begun_copies(restore) if is_done else 0,
        why_not_enforce=request.access.why_not(Capability.RESTORE_ENFORCE),
        may_choose_accounts=request.access.may(Capability.TENANT_MANAGE),
        may_approve=may_approve,
        **_requests(restore, request.user, may_approve=may_approve),
    )


def _counts(restore: RestoreRun) -> dict[str, Any]:
    """Return the numbers of items by action and by state, and which changes of states of policies there are."""
    counted = RestoreItem.objects.of_run(restore.pk).order_by()
    rows = counted.values_list("action", "state", "live_state", "planned_state").annotate(Count("pk"))
    actions: Counter[str] = Counter()
    states: Counter[str] = Counter()
    changes: set[str] = set()
    for action, state, live_state, planned_state, number in rows:
        actions[action] += number
        states[state] += number
        if action in WRITING and planned_state and live_state != planned_state:
            changes.add(planned_state)
    return {
        "actions": actions,
        "states": states,
        "becomes_enforced": ENABLED in changes,
        "changes_states": bool(changes),
    }


def _requests(restore: RestoreRun, person: User, *, may_approve: bool) -> dict[str, Any]:
    """Return the newest request for a second person, and who may decide about it while it waits."""
    now = timezone.now()
    if restore.state not in EDITABLE or (newest := newest_request(restore)) is None:
        return {}
    if (waiting := waiting_request(restore, now=now)) is None:
        return {"newest_request": newest}
    return {
        "newest_request": newest,
        "waiting_request": waiting,
        "approvers": possible_approvers(restore, waiting.requested_by, now=now),
        "why_not_decide": why_not_decide(waiting, person, now=now) if may_approve else "",
    }


def items_shown(
    items: Sequence[RestoreItem], retentions: Mapping[int, KeptByEntra] | None = None, *, has_ended: bool = True
) -> list[ItemShown]:
    """Return the items in words; `retentions` say which of them Entra keeps after their deletion."""
    is_open = len(items) <= OPEN_BELOW
    return [_shown(item, (retentions or {}).get(item.pk), is_open=is_open, has_ended=has_ended) for item in items]


def typed_name(request: TenantRequest, restore: RestoreRun) -> str:
    """Return the name of the tenant as it was typed. Letters of it that nobody can type are ignored."""
    name = parameters.text(request.POST, "name", longest=120)
    return restore.tenant.name.strip() if name == parameters.printable(restore.tenant.name) else name


def warnings_of(restore: RestoreRun) -> list[WarnedOf]:
    """Return the warnings of all items that would be written."""
    rows = RestoreItem.objects.of_run(restore.pk).filter(action__in=WRITING).exclude(warnings=[]).in_order()
    return warnings_shown(rows.only("name", "warnings", "restore_run"))


def warnings_shown(items: Iterable[RestoreItem]) -> list[WarnedOf]:
    """Return the warnings of items, each with the objects that it is about."""
    by_code: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        for code in item.warnings:
            by_code.setdefault(code, []).append((f"{item.pk}:{code}", item.name))
    return [WarnedOf(code, warning_words(code), tuple(objects)) for code, objects in sorted(by_code.items())]


def reason_words(code: str) -> Reason | None:
    """Return a reason in words; None where there is none."""
    if not code:
        return None
    reason_code = code if ReasonCatalog.knows(code) else "internal_error"
    return Reason(ReasonCatalog.describe(reason_code), str(ReasonCatalog.get(reason_code).next_step))


def _shown(item: RestoreItem, retention: KeptByEntra | None, *, is_open: bool, has_ended: bool) -> ItemShown:
    reasons = [(entry, reason_words(str(entry.get("code")))) for entry in item.blockers]
    return ItemShown(
        item=item,
        blockers=tuple(_with_details(reason, entry) for entry, reason in reasons if reason),
        warnings=tuple(Warned(f"{item.pk}:{code}", warning_words(code)) for code in item.warnings),
        reason=reason_words(item.reason_code),
        is_open=is_open,
        retention=retention,
        has_ended=has_ended,
    )


def _with_details(reason: Reason, entry: Mapping[str, Any]) -> Reason:
    """Name the permission that is missing, and why an object is only previewed: the reason alone says neither."""
    if permission := str(entry.get("permission") or ""):
        return Reason(f"{reason.text} ({permission})", reason.next_step)
    if explanation := restorable_words(str(entry.get("why") or "")):
        return Reason(f"{reason.text} {explanation}", reason.next_step)
    return reason
