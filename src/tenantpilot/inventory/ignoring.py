"""Taking policies out of care, and back: a mark of ours, nothing changes in the tenant. What workers run."""

from tenantpilot.core.errors import ReasonedError
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
    return _state(_policy(run, item).in_care().update(**mark))


def _unignore(run: RunContext, item: Item) -> ItemState:
    return _state(_policy(run, item).ignored().update(ignored_at=None, ignored_by=None, ignore_reason=""))


def _policy(run: RunContext, item: Item) -> PolicyQuerySet:
    """Raises PolicyNotFound."""
    matches = Policy.everywhere.of_tenant(run.tenant).filter(pk=int(item.key))
    if not matches.exists():
        raise PolicyNotFound
    return matches


def _state(changed: int) -> ItemState:
    return ItemState.SUCCEEDED if changed else ItemState.UNCHANGED
