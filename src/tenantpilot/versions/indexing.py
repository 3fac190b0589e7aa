"""Keeping what the newest version of a policy says in columns, in the transaction of the version."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, QuerySet

from tenantpilot.graph.contracts.model import Contract
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import Target, targets_in
from tenantpilot.versions.index_models import INDEX_FORMAT, Assignment, PolicyIndex, SettingDefinition, SettingValue
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.settings_found import ON_DEVICES, FoundSetting, labels_of, settings_found

log = structlog.get_logger(__name__)

BATCH = 500
IMPOSSIBLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def index_version(policy: Policy, version: PolicyVersion, contract: Contract, payload: Mapping[str, Any]) -> None:
    """Replace what the columns say of a policy by what this version says. `payload` holds no secrets."""
    targets, settings = _read(policy, contract, payload)
    _keep_targets(policy, targets)
    _keep_settings(policy, settings, can_conflict=contract.key in ON_DEVICES)
    mark_indexed(policy, version)


def unindexed(tenant: Tenant) -> QuerySet[Policy]:
    """Return the policies whose newest version was not read yet, or by older rules."""
    indexed = PolicyIndex.everywhere.filter(policy=OuterRef("pk"), format=INDEX_FORMAT)
    versions = PolicyVersion.everywhere.filter(policy=OuterRef("pk"))
    return Policy.everywhere.of_tenant(tenant).filter(Exists(versions), ~Exists(indexed))


def mark_indexed(policy: Policy, version: PolicyVersion) -> None:
    """Note that the columns say what this version says."""
    PolicyIndex.everywhere.update_or_create(
        policy=policy,
        defaults={
            "workspace_id": policy.workspace_id,
            "tenant_id": policy.tenant_id,
            "version": version,
            "format": INDEX_FORMAT,
        },
    )


def _read(policy: Policy, contract: Contract, payload: Mapping[str, Any]) -> tuple[list[Target], list[FoundSetting]]:
    """Return nothing for a payload that cannot be understood: the version is worth more than its index."""
    try:
        return targets_in(contract.key, payload), settings_found(contract, payload)
    except IMPOSSIBLE:
        log.exception("version_not_indexed", policy=policy.pk)
        return [], []


def _keep_targets(policy: Policy, targets: Iterable[Target]) -> None:
    Assignment.everywhere.filter(policy=policy).delete()
    Assignment.everywhere.bulk_create(
        [
            Assignment(
                workspace_id=policy.workspace_id,
                tenant_id=policy.tenant_id,
                policy=policy,
                target_key=target.key,
                kind=target.kind,
                mode=target.mode,
                group_id=target.group_id,
                filter_id=target.filter_id,
                filter_mode=target.filter_mode,
                intent=target.intent,
            )
            for target in targets
        ],
        batch_size=BATCH,
    )


def _keep_settings(policy: Policy, settings: list[FoundSetting], *, can_conflict: bool) -> None:
    SettingValue.everywhere.filter(policy=policy).delete()
    definitions = _definitions(policy.workspace_id, settings)
    SettingValue.everywhere.bulk_create(
        [
            SettingValue(
                workspace_id=policy.workspace_id,
                tenant_id=policy.tenant_id,
                policy=policy,
                definition_id=definitions[setting.key],
                ordinal=setting.ordinal,
                value_text=setting.text,
                value_hash=setting.value_hash,
                is_secret=setting.is_secret,
                can_conflict=can_conflict and not setting.is_group,
            )
            for setting in settings
        ],
        batch_size=BATCH,
    )


def _definitions(workspace_id: int, settings: list[FoundSetting]) -> dict[str, int]:
    """Return the keys of the definitions' rows; those that are new are made, whoever else makes them too."""
    labels = labels_of(settings)
    ids_by_key = _ids_by_key(workspace_id, labels)
    missing = [labels[key] for key in labels if key not in ids_by_key]
    if not missing:
        return ids_by_key
    rows = [
        SettingDefinition(
            workspace_id=workspace_id, key=definition.key, label=definition.label, origin=definition.origin
        )
        for definition in sorted(missing, key=lambda definition: definition.key)
    ]
    SettingDefinition.everywhere.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    return ids_by_key | _ids_by_key(workspace_id, [definition.key for definition in missing])


def _ids_by_key(workspace_id: int, keys: Iterable[str]) -> dict[str, int]:
    all_keys = list(keys)
    ids_by_key: dict[str, int] = {}
    for start in range(0, len(all_keys), BATCH):
        rows = SettingDefinition.everywhere.filter(workspace=workspace_id, key__in=all_keys[start : start + BATCH])
        ids_by_key |= dict(rows.values_list("key", "pk"))
    return ids_by_key
