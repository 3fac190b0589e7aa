"""Drafts of restores: made of versions or of before-images, edited by a person, and discarded."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_DISCARDED, RESTORE_DRAFTED, RESTORE_EDITED
from tenantpilot.restores.fingerprint import ItemPart, MappingPart, fingerprint_of
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import WRITING, Action, Choice, ItemState, MappingAction, MappingHow, RestoreState
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import PolicyVersion

MOST_ITEMS = 5_000
ID = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.-]*")
"""What stands in an id of Graph: nothing that leads an address elsewhere."""
UNFINISHED = Q(state=ItemState.FAILED) | Q(state__in=[ItemState.PENDING, ItemState.WRITING], action__in=WRITING)
"""The items of a restore that has ended which were not restored."""


class NothingToRestore(TenantPilotError):
    """A restore needs at least one version."""


class TooManyItems(TenantPilotError):
    """So many are not restored at once."""


class NotEditable(TenantPilotError):
    """The restore is under way, has ended, or was discarded."""


class ChoiceNotPossible(TenantPilotError):
    """The choice does not fit the item or the reference."""


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
        _record(RESTORE_DRAFTED, restore, actor, now, after={"items": len(newest), "source": restore.source})
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


def edit_options(restore: RestoreRun, options: RestoreOptions, *, actor: User, now: datetime) -> None:
    """Choose other options; the restore needs a new preview. Raises NotEditable."""
    with transaction.atomic():
        before = restore.chosen
        if before == options:
            return
        _reopen(restore)
        RestoreRun.everywhere.filter(pk=restore.pk).update(options=options.to_json())
        _record(RESTORE_EDITED, restore, actor, now, before=vars(before), after=vars(options))


@dataclass(frozen=True)
class ItemEdit:
    """A person's wish for an item."""

    choice: Choice = Choice.PROPOSED
    picked_id: str = ""


def edit_items(restore: RestoreRun, edits: Mapping[int, ItemEdit], *, actor: User, now: datetime) -> int:
    """Change what is wished for items, and return how many changed. Raises NotEditable, ChoiceNotPossible."""
    with transaction.atomic():
        rows = RestoreItem.everywhere.of_run(restore.pk).filter(pk__in=list(edits)).select_for_update()
        changed = [(item, edits[item.pk]) for item in rows if _differs(item, edits[item.pk])]
        if not changed:
            return 0
        _reopen(restore)
        for item, edit in changed:
            _require_possible(item, edit)
            RestoreItem.everywhere.filter(pk=item.pk).update(choice=edit.choice, picked_id=edit.picked_id)
        wishes = {item.name[:80]: str(edit.choice.label) for item, edit in changed[:20]}
        _record(RESTORE_EDITED, restore, actor, now, after={"items": len(changed), "choices": wishes})
    return len(changed)


def _differs(item: RestoreItem, edit: ItemEdit) -> bool:
    return (item.choice, item.picked_id) != (edit.choice.value, edit.picked_id)


def _require_possible(item: RestoreItem, edit: ItemEdit) -> None:
    """A deletion is offered by an undo alone, and a target is one of those that the preview has found."""
    offered = {str(one.get("id")) for one in item.candidates}
    if edit.choice is Choice.DELETE and not item.may_delete:
        raise ChoiceNotPossible(f"{item.name} is not offered for deletion.")
    if item.may_delete and edit.choice not in (Choice.DELETE, Choice.SKIP):
        raise ChoiceNotPossible(f"{item.name} is deleted or left out.")
    if (edit.choice is Choice.TARGET) != bool(edit.picked_id) or (edit.picked_id and edit.picked_id not in offered):
        raise ChoiceNotPossible(f"Choose one of the objects that are listed for {item.name}.")


@dataclass(frozen=True)
class MappingEdit:
    """A person's decision about a reference."""

    action: MappingAction
    target_id: str = ""
    target_name: str = ""


def edit_mappings(restore: RestoreRun, edits: Mapping[int, MappingEdit], *, actor: User, now: datetime) -> int:
    """Decide about references, and return how many decisions changed. Raises NotEditable, ChoiceNotPossible."""
    with transaction.atomic():
        rows = RestoreMapping.everywhere.filter(restore_run=restore, pk__in=list(edits)).select_for_update()
        changed = [(row, edits[row.pk]) for row in rows if _mapping_differs(row, edits[row.pk])]
        if not changed:
            return 0
        _reopen(restore)
        for row, edit in changed:
            _decide(row, edit)
        said = {f"{row.kind} {row.source_name or row.source_id}"[:80]: str(edit.action.label) for row, edit in changed}
        _record(RESTORE_EDITED, restore, actor, now, after={"references": said})
    return len(changed)


def _mapping_differs(row: RestoreMapping, edit: MappingEdit) -> bool:
    return (row.action, row.target_id) != (edit.action.value, edit.target_id)


def _decide(row: RestoreMapping, edit: MappingEdit) -> None:
    if edit.action not in (MappingAction.MAP, MappingAction.SKIP, MappingAction.BLOCK):
        raise ChoiceNotPossible("Choose another object, leave the reference out, or decide later.")
    if (edit.action is MappingAction.MAP) != bool(edit.target_id):
        raise ChoiceNotPossible(f"Choose the object that stands for {row.source_name or row.source_id}.")
    if edit.target_id and not ID.fullmatch(edit.target_id):
        raise ChoiceNotPossible(f"What is written for {row.source_name or row.source_id} is no id of an object.")
    how = MappingHow.NOBODY if edit.action is MappingAction.BLOCK else MappingHow.PERSON
    RestoreMapping.everywhere.filter(pk=row.pk).update(
        action=edit.action, how=how, target_id=edit.target_id, target_name=edit.target_name[:200]
    )


def discard(restore: RestoreRun, *, actor: User, now: datetime) -> None:
    """Give a restore up before it is confirmed. Raises NotEditable."""
    with transaction.atomic():
        if not moving.discard(restore.pk, now=now):
            raise NotEditable("It is under way or has ended, so it cannot be discarded.")
        _record(RESTORE_DISCARDED, restore, actor, now)


def fingerprint_of_restore(restore: RestoreRun) -> str:
    """Return the fingerprint of what is stored now."""
    items = RestoreItem.everywhere.of_run(restore.pk).select_related("payload").defer("payload__data", "sentences")
    return fingerprint_of(
        tenant=f"{restore.tenant_id}",
        source_digest=restore.source_digest,
        options=restore.options,
        items=[_part_of(item) for item in items],
        mappings=[
            MappingPart(row.kind, row.source_id, row.action, row.target_id)
            for row in RestoreMapping.everywhere.filter(restore_run=restore)
        ],
    )


def _part_of(item: RestoreItem) -> ItemPart:
    return ItemPart(
        key=f"{item.type}/{item.source_id}",
        payload_sha=item.payload.sha256,
        action=item.action,
        target_id=item.found_id,
        live_hash=item.live_hash,
        live_modified=item.live_modified,
        turn=item.turn,
        choice=item.choice,
        picked_id=item.picked_id,
        blockers=tuple(str(one.get("code")) for one in item.blockers),
    )


def _reopen(restore: RestoreRun) -> None:
    if not moving.to_draft(restore.pk):
        raise NotEditable("It is under way or has ended, so it cannot be edited.")


def _record(
    action: AuditAction,
    restore: RestoreRun,
    actor: User,
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        action,
        workspace_id=restore.workspace_id,
        tenant_id=restore.tenant_id,
        actor=actor,
        target_type="restore",
        target_id=restore.pk,
        before=dict(before) if before else None,
        after=dict(after) if after else None,
        at=now,
    )
