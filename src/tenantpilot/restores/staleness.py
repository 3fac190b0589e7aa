"""Objects that TenantPilot knows to have changed since a preview, which shows them as they were."""

from dataclasses import dataclass

from tenantpilot.inventory.models import Policy
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.states import WRITING
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.overlay import differing, secrets_of


@dataclass(frozen=True)
class Changed:
    """An object that has changed since the preview, by the name of its item."""

    name: str
    is_gone: bool


def changed_since_preview(restore: RestoreRun) -> list[Changed]:
    """Return the objects to write that are known to have changed since the preview, in the order of their items."""
    rows = _shown(restore)
    policies = _policies(restore, {(policy_type, graph_id) for policy_type, graph_id, _name, _seen in rows})
    newest = _newest_version_ids([key for key, _is_gone in policies.values()])
    replaced = {
        (shown_id, newest[key])
        for policy_type, graph_id, _name, shown_id in rows
        if (key := policies.get((policy_type, graph_id), (0, False))[0]) in newest and newest[key] != shown_id
    }
    changed = {shown_id for shown_id, _newest in replaced} - _equal(replaced)
    return [
        Changed(name, is_gone)
        for policy_type, graph_id, name, shown_id in rows
        for is_gone in [policies.get((policy_type, graph_id), (0, False))[1]]
        if is_gone or shown_id in changed
    ]


def _shown(restore: RestoreRun) -> list[tuple[str, str, str, int]]:
    """Return type, id, name and version of each object that would be written, as the preview has shown it."""
    items = RestoreItem.everywhere.of_run(restore.pk).filter(action__in=WRITING).exclude(found_id="")
    rows = items.exclude(seen_version=None).in_order()
    return list(rows.values_list("type", "found_id", "name", "seen_version"))


def _policies(restore: RestoreRun, keys: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, bool]]:
    """Return the key of each policy, and if it is gone, by type and id."""
    types, ids = sorted({key[0] for key in keys}), sorted({key[1] for key in keys})
    rows = Policy.everywhere.filter(tenant_id=restore.tenant_id, type__in=types, graph_id__in=ids)
    facts = rows.values_list("type", "graph_id", "pk", "missing_since")
    return {(policy_type, graph_id): (key, bool(missing)) for policy_type, graph_id, key, missing in facts}


def _newest_version_ids(policy_ids: list[int]) -> dict[int, int]:
    return dict(PolicyVersion.everywhere.newest_of_each(policy_ids).values_list("policy_id", "pk"))


def _equal(pairs: set[tuple[int, int]]) -> set[int]:
    """Return the versions before that say the same as those behind them, as behind the import of an older set."""
    keys = {key for pair in pairs for key in pair}
    rows = PolicyVersion.everywhere.filter(pk__in=keys).values_list("pk", "payload_id", "form_hash")
    contents = {key: (payload, form) for key, payload, form in rows}
    same = [(before, after) for before, after in pairs if contents[before] == contents[after]]
    secrets = secrets_of({key for pair in same for key in pair})
    return {before for before, after in same if not differing(secrets.get(before, ()), secrets.get(after, ()))}
