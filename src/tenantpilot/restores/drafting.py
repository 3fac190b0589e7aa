"""Drafts of restores: made of versions or of before-images, for a person to edit."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.inventory.models import PolicyQuerySet
from tenantpilot.restores.audit_actions import RESTORE_DRAFTED
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.policy_state import ENABLED
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.set_selection import SetSelection
from tenantpilot.restores.states import Action, Assignments, Choice, RestoreState, StateChoice
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import PolicyVersion

MOST_ITEMS = 5_000
WRITTEN = Q(before_version__isnull=False) | (Q(action=Action.CREATE) & ~Q(target_id=""))
"""The items of which the tenant has changed: the object was there before, or it was created."""


class CannotDraft(TenantPilotError):
    """`str()` says to a person why no restore is prepared."""


class NothingToRestore(CannotDraft):
    """A restore needs at least one version."""


class TooManyItems(CannotDraft):
    """More policies than one restore may have."""


class ChosenTwice(CannotDraft):
    """Two versions of one policy cannot both be restored."""


class NotKept(CannotDraft):
    """Something that was chosen is not there any more. To restore the rest alone would surprise."""


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
    state_choice: StateChoice = StateChoice.USUAL
    picked_id: str = ""
    state_chosen_by: User | None = None
    """The person who chose the state before; None for the one who prepares this restore."""


@dataclass(frozen=True)
class Begun:
    """An object to delete that a restore has created and kept no image of. `item` says what it should have become."""

    item: RestoreItem


Pick = Chosen | Begun


def draft_of_versions(
    *, tenant: Tenant, versions: Sequence[PolicyVersion], source: str, actor: User, now: datetime
) -> RestoreRun:
    """Prepare a restore of versions, of the tenant itself or of another one of its workspace. Raises CannotDraft."""
    origin = versions[0].tenant if versions else tenant
    twice = [name for name, number in Counter(version.policy for version in versions).items() if number > 1]
    if twice:
        raise ChosenTwice(f"Choose one version of {twice[0].name}: two were chosen.")
    return store_draft(tenant, Origin(origin, source), [Chosen(version) for version in versions], actor, now)


def kept_versions(tenant: Tenant, keys: Collection[int]) -> list[PolicyVersion]:
    """Return the versions of a tenant that were chosen, by the names of their policies.

    Raises NotKept, TooManyItems: what was chosen is never cut.
    """
    _require_few(len(set(keys)))
    rows = PolicyVersion.everywhere.of_tenant(tenant).filter(pk__in=keys).select_related("policy", "tenant")
    versions = sorted(rows, key=lambda version: version.policy.name)
    _require_none_missing(len(set(keys)) - len(versions))
    return versions


def newest_version_of_each(policies: PolicyQuerySet) -> list[PolicyVersion]:
    """Return the newest version of each of the policies that has one, by the names of the policies.

    Raises TooManyItems.
    """
    rows = PolicyVersion.everywhere.filter(policy__in=policies.values("pk")).newest_alone()
    _require_few(rows.count())
    return list(rows.select_related("policy", "tenant").order_by("policy__name", "pk"))


def draft_of_set(
    *, tenant: Tenant, backup_set: BackupSet, selection: SetSelection, source: str, actor: User, now: datetime
) -> RestoreRun:
    """Prepare a restore of the selected policies as a backup set holds them. Raises CannotDraft."""
    versions_held = versions_of_set(backup_set)
    _require_none_missing(selection.count_of_missing(versions_held))
    rows = selection.narrow(versions_held)
    _require_few(rows.count())
    versions = list(rows.select_related("policy", "tenant").order_by("policy__name", "pk"))
    origin = Origin(backup_set.tenant, source, backup_set.pk, backup_set.digest or "")
    return store_draft(tenant, origin, [Chosen(version) for version in versions], actor, now)


def draft_to_undo(restore: RestoreRun, *, source: str, actor: User, now: datetime) -> RestoreRun:
    """Prepare a restore of what was there before another one. What that one created is offered for deletion.

    A deletion is left out until a person ticks it. Raises CannotDraft, also while that one is under way.
    """
    require_done(restore)
    rows = RestoreItem.everywhere.of_run(restore.pk).in_order().filter(WRITTEN)
    chosen: list[Pick] = []
    for item in rows.select_related("before_version__policy__tenant", "after_version__policy__tenant"):
        if item.before_version is not None:
            chosen.append(Chosen(item.before_version, state_choice=_state_back(item)))
        elif item.after_version is not None:
            chosen.append(Chosen(item.after_version, Choice.DELETE))
        else:
            chosen.append(Begun(item))
    if not chosen:
        raise NothingToRestore("It has written nothing that an undo could bring back.")
    options = RestoreOptions(assignments=Assignments.EXACT)
    return store_draft(restore.tenant, Origin(restore.tenant, source), chosen, actor, now, options, undo_of=restore)


def _state_back(item: RestoreItem) -> StateChoice:
    """Return the choice that takes an enforcement back; a person accepts its warning, as of every weakening."""
    was_enforced_here = item.planned_state == ENABLED and item.live_state not in ("", ENABLED)
    return StateChoice.WEAKEN if was_enforced_here else StateChoice.USUAL


def _require_few(number: int) -> None:
    if number > MOST_ITEMS:
        raise TooManyItems(
            f"At most {MOST_ITEMS:,} objects are restored at once, and {number:,} were chosen. "
            "Make several restores, for example one for each type."
        )


def _require_none_missing(number: int) -> None:
    if number:
        raise NotKept(f"{number:,} of what was chosen is not kept any more. Choose again.")


def require_done(restore: RestoreRun) -> None:
    """Raises NothingToRestore: what a restore under way will have written is not known yet."""
    if not RestoreRun.everywhere.filter(pk=restore.pk, state=RestoreState.DONE).exists():
        raise NothingToRestore("The restore has not ended yet.")


def has_written(restore: RestoreRun) -> bool:
    """Return True if the restore has changed or created anything that an undo can bring back."""
    return RestoreItem.everywhere.of_run(restore.pk).filter(WRITTEN).exists()


def store_draft(
    tenant: Tenant,
    origin: Origin,
    chosen: Sequence[Pick],
    actor: User,
    now: datetime,
    options: RestoreOptions | None = None,
    undo_of: RestoreRun | None = None,
) -> RestoreRun:
    """Store the draft with its items, and record it. Raises NothingToRestore, TooManyItems."""
    newest = {_key_of(pick): pick for pick in chosen}
    if not newest:
        raise NothingToRestore("Choose at least one version to restore.")
    _require_few(len(newest))
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


def _key_of(pick: Pick) -> tuple[str, str]:
    """Return the type and the id of the object."""
    if isinstance(pick, Begun):
        return pick.item.type, pick.item.target_id
    return pick.version.policy.type, pick.version.policy.graph_id


def _rows(restore: RestoreRun, chosen: Iterable[Pick]) -> list[RestoreItem]:
    rows = [_begun(pick.item) if isinstance(pick, Begun) else _row(restore, pick) for pick in chosen]
    for position, row in enumerate(rows, start=1):
        row.restore_run, row.position = restore, position
        row.workspace_id, row.tenant_id = restore.workspace_id, restore.tenant_id
    return rows


def _begun(item: RestoreItem) -> RestoreItem:
    return RestoreItem(
        type=item.type,
        name=item.name,
        source_id=item.target_id,
        payload_id=item.payload_id,
        names=item.names,
        choice=Choice.SKIP,
        may_delete=True,
    )


def _row(restore: RestoreRun, pick: Chosen) -> RestoreItem:
    return RestoreItem(
        type=pick.version.policy.type,
        name=pick.version.policy.name,
        source_id=pick.version.policy.graph_id,
        payload_id=pick.version.payload_id,
        version=pick.version if restore.is_same_tenant else None,
        names=pick.version.names,
        choice=Choice.SKIP if pick.choice is Choice.DELETE else pick.choice,
        state_choice=pick.state_choice,
        picked_id=pick.picked_id,
        state_chosen_by=_chooser(restore, pick),
        may_delete=pick.choice is Choice.DELETE,
    )


def _chooser(restore: RestoreRun, pick: Chosen) -> User | None:
    return None if pick.state_choice is StateChoice.USUAL else pick.state_chosen_by or restore.created_by
