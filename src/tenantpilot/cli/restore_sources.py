"""The versions that `tenantpilot restores preview` is asked for: of policies, or from a backup set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.cli.problems import Problem
from tenantpilot.restores.drafting import draft_of_set, draft_of_versions
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.set_selection import SetSelection
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import PolicyVersion


class Drafting(Protocol):
    """The preparation of a restore, which still needs to know who prepares it and when."""

    def __call__(self, *, actor: User, now: datetime) -> RestoreRun:
        """Prepare the restore. Raises CannotDraft."""


@dataclass(frozen=True)
class SetPart:
    """The part of a backup set that the options name."""

    set_id: int | None
    is_whole: bool
    types: frozenset[str]


def drafting(tenant: Tenant, graph_ids: Sequence[str], number: int | None, part: SetPart | None) -> Drafting:
    """Return the preparation of what the options name: versions of policies, or a part of a backup set.

    Raises Problem where they name nothing, do not fit each other, or name what is not there.
    """
    if part is not None:
        if number is not None:
            raise Problem("--version does not go with a backup set.", "Leave it out: the set names the versions.")
        return _of_set(tenant, part, graph_ids)
    if not graph_ids:
        raise Problem("Nothing is named to restore.", "Name a policy: --policy ID, or a backup set: --set SET --whole.")
    versions = [_version(tenant, graph_id, number) for graph_id in graph_ids]
    return partial(draft_of_versions, tenant=tenant, versions=versions, source=_words(versions))


def _of_set(tenant: Tenant, part: SetPart, graph_ids: Collection[str]) -> Drafting:
    backup_set = _set(tenant, part.set_id)
    if not (part.is_whole or part.types or graph_ids):
        raise Problem("Nothing of the backup set is named.", "Add --whole, --type TYPE or --policy ID.")
    selection = SetSelection(part.is_whole, part.types, _keys(backup_set, graph_ids))
    source = f"Backup {backup_set.chain.name}"
    return partial(draft_of_set, tenant=tenant, backup_set=backup_set, selection=selection, source=source)


def _set(tenant: Tenant, set_id: int | None) -> BackupSet:
    see_sets = f"Run: tenantpilot backups list {tenant.slug}"
    if set_id is None:
        raise Problem("--whole and --type are about a backup set: add --set SET.", see_sets)
    sets = BackupSet.everywhere.of_tenant(tenant).kept().select_related("tenant", "chain")
    backup_set = sets.filter(pk=set_id).first()
    if backup_set is None:
        raise Problem(f"{tenant.name} has no backup set {set_id}.", see_sets)
    return backup_set


def _keys(backup_set: BackupSet, graph_ids: Collection[str]) -> frozenset[int]:
    rows = versions_of_set(backup_set).filter(policy__graph_id__in=graph_ids)
    keys = dict(rows.values_list("policy__graph_id", "policy"))
    if missing := sorted(set(graph_ids) - keys.keys()):
        raise Problem(f"The backup set holds no policy {missing[0]}.", "Leave it out, or choose another set.")
    return frozenset(keys.values())


def _version(tenant: Tenant, graph_id: str, number: int | None) -> PolicyVersion:
    rows = PolicyVersion.everywhere.of_tenant(tenant).filter(policy__graph_id=graph_id)
    versions = rows.select_related("policy", "tenant")
    version = versions.filter(number=number).first() if number else versions.newest_first().first()
    if version is None:
        raise Problem(f"{tenant.name} has no such version of policy {graph_id}.", "Run: tenantpilot policies --help")
    return version


def _words(versions: Sequence[PolicyVersion]) -> str:
    first, more = versions[0], len(versions) - 1
    return f"{first.policy.name[:120]}, version {first.number}" + (f" and {more} more" if more else "")
