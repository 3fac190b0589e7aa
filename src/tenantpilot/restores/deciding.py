"""Deciding about the references of a restore: what is certain is decided, what a person decided stays so."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tenantpilot.inventory.models import Policy
from tenantpilot.restores.matching import normal_name
from tenantpilot.restores.models import RestoreMapping, RestoreRun
from tenantpilot.restores.references import Decision, Key
from tenantpilot.restores.states import MappingAction, MappingHow

LONGEST_NAME = 200


@dataclass(frozen=True)
class ReferenceFacts:
    """The facts about references: names by id, objects of the target tenant, and items of the same restore.

    `selected` holds the id of the object that an item is written to; empty where it is created.
    """

    names: Mapping[str, str]
    present: frozenset[Key]
    selected: Mapping[Key, str]


def decide(restore: RestoreRun, uses: Iterable[Key], facts: ReferenceFacts) -> dict[Key, RestoreMapping]:
    """Write one row for each reference that the items use, and return them. Call it in a transaction."""
    counted = Counter(uses)
    rows = {(row.kind, row.source_id): row for row in RestoreMapping.everywhere.filter(restore_run=restore)}
    gone = [row.pk for key, row in rows.items() if key not in counted]
    RestoreMapping.everywhere.filter(pk__in=gone).delete()
    suggestions = _suggestions(restore, [key for key in counted if key not in facts.present], facts.names)
    decided: dict[Key, RestoreMapping] = {}
    for key, number in counted.items():
        row = rows.get(key) or _new_row(restore, key)
        row.used_by = number
        row.source_name = facts.names.get(key[1], row.source_name)[:LONGEST_NAME]
        _settle(restore, row, key, facts, suggestions.get(key))
        row.save()
        decided[key] = row
    return decided


def decide_in_memory(restore: RestoreRun, uses: Iterable[Key], facts: ReferenceFacts) -> dict[Key, RestoreMapping]:
    """Return the row of each reference as far as it is certain. Nothing is written, and nobody is asked."""
    decided: dict[Key, RestoreMapping] = {}
    for key in dict.fromkeys(uses):
        decided[key] = row = _new_row(restore, key)
        _settle(restore, row, key, facts, None)
    return decided


def decisions_of(rows: Mapping[Key, RestoreMapping], created: Mapping[Key, str] | None = None) -> dict[Key, Decision]:
    """Return the ids to put in the place of others. `created` has those of items that were created meanwhile.

    An item that is still to be created stands for itself: its id is known when it is needed.
    """
    decisions: dict[Key, Decision] = {}
    for key, row in rows.items():
        if row.action == MappingAction.SKIP:
            decisions[key] = Decision(is_left_out=True)
        elif row.action == MappingAction.SELECTION:
            decisions[key] = Decision((created or {}).get(key) or row.target_id or row.source_id)
        elif row.action != MappingAction.BLOCK:
            decisions[key] = Decision(row.target_id)
    return decisions


def _settle(
    restore: RestoreRun, row: RestoreMapping, key: Key, facts: ReferenceFacts, suggestion: tuple[str, str] | None
) -> None:
    row.suggested_id, row.suggested_name = suggestion or ("", "")
    if key in facts.selected:
        row.action, row.how, row.target_id = MappingAction.SELECTION, MappingHow.BY_ID, facts.selected[key]
        row.target_name = row.source_name
    elif row.how == MappingHow.PERSON:
        return
    elif restore.is_same_tenant and key in facts.present:
        row.action, row.how, row.target_id = MappingAction.SAME, MappingHow.BY_ID, row.source_id
        row.target_name = row.source_name
    else:
        row.action, row.how, row.target_id, row.target_name = MappingAction.BLOCK, MappingHow.NOBODY, "", ""


def _new_row(restore: RestoreRun, key: Key) -> RestoreMapping:
    object_type, source_id = key
    return RestoreMapping(
        workspace_id=restore.workspace_id,
        tenant_id=restore.tenant_id,
        restore_run=restore,
        kind=object_type,
        source_id=source_id,
    )


def _suggestions(restore: RestoreRun, keys: Sequence[Key], names: Mapping[str, str]) -> dict[Key, tuple[str, str]]:
    """Return the one object of the target tenant that has the name, for each reference for which there is just one."""
    names_by_key = {key: name for key in keys if (name := normal_name(names.get(key[1])))}
    if not names_by_key:
        return {}
    kinds = sorted({policy_type for policy_type, _graph_id in names_by_key})
    policies = Policy.everywhere.filter(tenant_id=restore.tenant_id, type__in=kinds, missing_since=None)
    by_name: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for policy_type, graph_id, name in policies.values_list("type", "graph_id", "name"):
        by_name.setdefault((policy_type, normal_name(name)), []).append((graph_id, name[:LONGEST_NAME]))
    matches = {key: by_name.get((key[0], name), []) for key, name in names_by_key.items()}
    return {key: fitting[0] for key, fitting in matches.items() if len(fitting) == 1}
