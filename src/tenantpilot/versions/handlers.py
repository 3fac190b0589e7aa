"""The capture that workers run. Nobody else imports it: it reaches Graph (GUARD-F).

The chosen policies are read whole (`reading`), and a version of each is taken that says anything new (`taking`). An
item is settled in the transaction that keeps its version, so a worker that takes over goes on behind it.
"""

from collections import defaultdict
from collections.abc import Callable

from tenantpilot.graph.errors import GraphNotFound
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import find_policies
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.actors import fill_actors
from tenantpilot.versions.operations import CaptureInputs
from tenantpilot.versions.reading import Portion, portions, read_chosen
from tenantpilot.versions.setting_names import name_settings
from tenantpilot.versions.states import Source
from tenantpilot.versions.taking import Prepared, Taker

Capture = RunContext[CaptureInputs]


def capture_policies(run: Capture) -> None:
    """Read the chosen policies whole, and take a version of each that says anything new."""
    items = RunItems(run, find=find_policies)
    by_type, item_of = _by_type(run, items)
    if not by_type:
        return
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        taker = Taker(client, run.tenant, source=Source.CAPTURE, run_id=run.run_id)
        for portion in read_chosen(client, run.tenant, by_type):
            run.safe_point()
            _settle(run, items, item_of, taker, portion)
        name_settings(client, run.tenant, now=run.now)
        fill_actors(client, run.tenant, now=run.now)


def _by_type(run: Capture, items: RunItems[CaptureInputs]) -> tuple[dict[str, list[Policy]], dict[int, Item]]:
    """Return the policies of the pending items, and each one's item; an item without a policy has failed."""
    by_type: dict[str, list[Policy]] = defaultdict(list)
    item_of: dict[int, Item] = {}
    for chunk in portions(items.pending()):
        keys = [int(item.key) for item in chunk]
        policies = Policy.everywhere.of_tenant(run.tenant).filter(pk__in=keys).in_bulk()
        for item in chunk:
            if policy := policies.get(int(item.key)):
                by_type[policy.type].append(policy)
                item_of[policy.pk] = item
            else:
                items.failed(item, PolicyNotFound())
    return by_type, item_of


def _settle(
    run: Capture, items: RunItems[CaptureInputs], item_of: dict[int, Item], taker: Taker, portion: Portion
) -> None:
    if portion.error is not None:
        for policy in portion.policies:
            items.failed(item_of[policy.pk], portion.error)
        return
    for prepared in taker.prepare(portion.contract, portion.policies, portion.reads, read_at=run.now):
        items.attempt(item_of[prepared.policy.pk], _taking(taker, prepared))


def _taking(taker: Taker, prepared: Prepared) -> Callable[[Capture, Item], ItemState | ItemResult]:
    def work(run: Capture, _item: Item) -> ItemState | ItemResult:
        if isinstance(prepared.error, GraphNotFound):
            run.count("missing")
            return skipped("policy_missing")
        if not taker.take(prepared).is_new:
            return ItemState.UNCHANGED
        run.count("versions")
        return ItemState.SUCCEEDED

    return work
