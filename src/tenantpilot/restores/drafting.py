"""Drafts of restores: made of versions or of before-images, for a person to edit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores.audit_actions import RESTORE_DRAFTED
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.states import WRITING, Action, Choice, ItemState, RestoreState
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import PolicyVersion

MOST_ITEMS = 5_000
UNFINISHED = Q(state=ItemState.FAILED) | Q(state__in=[ItemState.PENDING, ItemState.WRITING], action__in=WRITING)
"""The items of a restore that has ended which were not restored."""


class NothingToRestore(TenantPilotError):
    """A restore needs at least one version."""


class TooManyItems(TenantPilotError):
    """So many are not restored at once."""


@dataclass(frozen=True)
class Origin:
    """The tenant that the versions come from, in words the place where they were chosen, and the backup set."""

    tenant: Tenant
    words: str
    backup_set: int | None = None
    digest: str = ""


@dataclass(frozen=True)
class Chosen:
    """A version to restore, or an object to delete that a restore has created."""

    version: PolicyVersion
    choice: Choice = Choice.PROPOSED


def draft_of_versions(
    *, tenant: Tenant, versions: Sequence[PolicyVersion], source: str, actor: User, now: datetime
) -> RestoreRun:
    """Prepare a restore of versions, of the tenant itself or of another one of its workspace.

    Raises NothingToRestore, TooManyItems.
    """
    origin = versions[0].tenant if versions else tenant
    return _draft(tenant, Origin(origin, source), [Chosen(version) for version in versions], actor, now)


def draft_of_set(
    *, tenant: Tenant, backup_set: BackupSet, policy_ids: Sequence[int], source: str, actor: User, now: datetime
) -> RestoreRun:
    """Prepare a restore of policies as a backup set holds them. Raises NothingToRestore, TooManyItems."""
    rows = versions_of_set(backup_set).filter(policy__in=policy_ids[: MOST_ITEMS + 1])
    versions = rows.select_related("policy", "tenant").order_by("policy__name", "pk")
    origin = Origin(backup_set.tenant, source, backup_set.pk, backup_set.digest or "")
    return _draft(tenant, origin, [Chosen(version) for version in versions], actor, now)


def draft_to_undo(restore: RestoreRun, *, source: str, actor: User, now: datetime) -> RestoreRun:
    """Prepare a restore of what was there before another one. What that one created is offered for deletion.

    A deletion is left out until a person ticks it. Raises NothingToRestore, also while that one is under way.
    """
    _require_done(restore)
    written = [ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES, ItemState.FAILED, ItemState.WRITING]
    rows = RestoreItem.everywhere.of_run(restore.pk).in_order().filter(state__in=written)
    chosen: list[Chosen] = []
    for item in rows.select_related("before_version__policy__tenant", "after_version__policy__tenant"):
        if item.before_version is not None:
            chosen.append(Chosen(item.before_version))
        elif item.after_version is not None and item.action == Action.CREATE:
            chosen.append(Chosen(item.after_version, Choice.DELETE))
    options = RestoreOptions(assignments="exact")
    return _draft(restore.tenant, Origin(restore.tenant, source), chosen, actor, now, options, undo_of=restore)


def draft_of_failed(restore: RestoreRun, *, source: str, actor: User, now: datetime) -> RestoreRun:
    """Prepare a restore of the items that failed, or that its run did not come to.

    Raises NothingToRestore, also while it is under way. An item from another tenant is chosen there again.
    """
    _require_done(restore)
    rows = RestoreItem.everywhere.of_run(restore.pk).in_order().filter(UNFINISHED, may_delete=False)
    items = rows.exclude(version=None).select_related("version__policy__tenant")
    chosen = [Chosen(item.version) for item in items if item.version]
    origin = Origin(restore.tenant, source, restore.source_set, restore.source_digest)
    return _draft(restore.tenant, origin, chosen, actor, now, restore.chosen)


def _require_done(restore: RestoreRun) -> None:
    """Raises NothingToRestore: what a restore under way will have written is not known yet."""
    if not RestoreRun.everywhere.filter(pk=restore.pk, state=RestoreState.DONE).exists():
        raise NothingToRestore("The restore has not ended yet.")


def has_written(restore: RestoreRun) -> bool:
    """Return True if the restore has changed or created anything that an undo can bring back."""
    rows = RestoreItem.everywhere.of_run(restore.pk)
    return bool(rows.filter(Q(before_version__isnull=False) | Q(after_version__isnull=False)).exists())


def _draft(
    tenant: Tenant,
    origin: Origin,
    chosen: Sequence[Chosen],
    actor: User,
    now: datetime,
    options: RestoreOptions | None = None,
    undo_of: RestoreRun | None = None,
) -> RestoreRun:
    newest = {(one.version.policy.type, one.version.policy.graph_id): one for one in chosen}
    if not newest:
        raise NothingToRestore("Choose at least one version to restore.")
    if len(newest) > MOST_ITEMS:
        raise TooManyItems(f"At most {MOST_ITEMS:,} objects are restored at once.")
    with transaction.atomic():
        restore = RestoreRun.everywhere.create(
            workspace_id=tenant.workspace_id,
            tenant=tenant,
            source_tenant=origin.tenant,
            source=origin.words[:200],
            source_set=origin.backup_set,
            source_digest=origin.digest,
            undo_of=undo_of,
            options=(options or RestoreOptions()).to_json(),
            created_by=actor,
            created_at=now,
        )
        RestoreItem.everywhere.bulk_create(_rows(restore, newest.values()), batch_size=200)
        record_action(RESTORE_DRAFTED, restore, actor, now, after={"items": len(newest), "source": restore.source})
    return restore


def _rows(restore: RestoreRun, chosen: Iterable[Chosen]) -> list[RestoreItem]:
    is_own = restore.is_same_tenant
    return [
        RestoreItem(
            workspace_id=restore.workspace_id,
            tenant_id=restore.tenant_id,
            restore_run=restore,
            position=position,
            type=one.version.policy.type,
            name=one.version.policy.name,
            source_id=one.version.policy.graph_id,
            payload_id=one.version.payload_id,
            version=one.version if is_own else None,
            names=one.version.names,
            choice=Choice.SKIP if one.choice is Choice.DELETE else one.choice,
            may_delete=one.choice is Choice.DELETE,
        )
        for position, one in enumerate(chosen, start=1)
    ]
