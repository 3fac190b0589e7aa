"""The handler that fills the setting index. Nobody else imports it: it reaches Graph (GUARD-F)."""

from collections.abc import Iterable

from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.connections import graph_client
from tenantpilot.versions.indexing import index_version, mark_indexed, unindexed
from tenantpilot.versions.payloads import PayloadDamaged, content_of
from tenantpilot.versions.setting_names import has_unnamed, read_setting_names
from tenantpilot.versions.storing import newest_versions


def fill_setting_index(run: RunContext) -> None:
    """Read the newest versions that no column speaks of yet, then ask Graph for names of settings that have none."""
    work_through(run, find=_find, work=_index)
    if not has_unnamed(run.tenant, now=run.now):
        return
    with graph_client(run.tenant, stop=lambda: run.cancelled, waits=run.must_wait) as client:
        client.sign_in()
        read_setting_names(client, run.tenant, now=run.now)


def _find(run: RunContext) -> Iterable[Item]:
    rows = unindexed(run.tenant).order_by("pk").values_list("pk", "name")
    return (Item(str(pk), ObjectName(name)) for pk, name in rows.iterator(chunk_size=500))


def _index(run: RunContext, item: Item) -> ItemState | ItemResult:
    """Index the newest version. One that cannot be read is left out, and not tried again and again."""
    policy = Policy.everywhere.of_tenant(run.tenant).select_for_update(no_key=True).filter(pk=int(item.key)).first()
    if policy is None:
        raise PolicyNotFound
    newest = newest_versions([policy.pk]).get(policy.pk)
    if newest is None:
        return ItemState.UNCHANGED
    try:
        payload = content_of(newest.version.payload)
    except PayloadDamaged:
        mark_indexed(policy, newest.version)
        return skipped("version_unreadable")
    index_version(policy, newest.version, registry.get(policy.type), payload)
    return ItemState.SUCCEEDED
