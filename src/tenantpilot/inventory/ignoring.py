"""Taking policies out of care, and back: a mark of ours, nothing changes in the tenant. What workers run."""

from typing import Any

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import ReasonedError
from tenantpilot.inventory.audit_actions import POLICY_IGNORED, POLICY_UNIGNORED
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import IgnoreInputs, UnignoreInputs, find_policies
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, work_through
from tenantpilot.operations.run_context import RunContext


class PolicyNotFound(ReasonedError):
    """It is not, or no longer, in the tenant's inventory."""

    reason_code = "policy_not_found"


def ignore_policies(run: RunContext[IgnoreInputs]) -> None:
    work_through(run, find=find_policies, work=_ignore)


def unignore_policies(run: RunContext[UnignoreInputs]) -> None:
    work_through(run, find=find_policies, work=_unignore)


def _ignore(run: RunContext[IgnoreInputs], item: Item) -> ItemState:
    mark = {"ignored_at": run.now, "ignored_by": run.initiator, "ignore_reason": run.inputs.reason}
    changed = _policy(run, item).in_care().update(**mark)
    if changed:
        _record(run, item, POLICY_IGNORED, {"ignored": False}, {"ignored": True, "reason": run.inputs.reason})
    return _state(changed)


def _unignore(run: RunContext, item: Item) -> ItemState:
    policy = _policy(run, item).ignored().first()
    if policy is None:
        return ItemState.UNCHANGED
    changed = _policy(run, item).ignored().update(ignored_at=None, ignored_by=None, ignore_reason="")
    if changed:
        before = {"ignored": True, "reason": policy.ignore_reason, "by": policy.ignored_by_id}
        _record(run, item, POLICY_UNIGNORED, before, {"ignored": False})
    return _state(changed)


def _record(run: RunContext, item: Item, action: AuditAction, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Reason and person stay in the audit log, whatever becomes of the mark."""
    audit.record(
        action,
        workspace_id=run.tenant.workspace_id,
        tenant_id=run.tenant.pk,
        actor=run.initiator,
        target_type="policy",
        target_id=item.key,
        before=before,
        after=after,
        at=run.now,
    )


def _policy(run: RunContext, item: Item) -> PolicyQuerySet:
    """Raises PolicyNotFound."""
    matches = Policy.everywhere.of_tenant(run.tenant).filter(pk=int(item.key))
    if not matches.exists():
        raise PolicyNotFound
    return matches


def _state(changed: int) -> ItemState:
    return ItemState.SUCCEEDED if changed else ItemState.UNCHANGED
