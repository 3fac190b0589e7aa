"""Removing old versions of policies: never the newest of a policy, and none that something else holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import PROTECT

from tenantpilot.core.stored import StoredData
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion

MOST_CHOSEN = 10_000
NEWEST = "version_newest"
HELD_BY = {"backups": "held_by_backup", "restores": "held_by_restore", "drift": "held_by_baseline"}
"""The reason by the room whose rows hold a version."""


@dataclass(frozen=True)
class PruneInputs(StoredData):
    """The keys of the versions to remove."""

    versions: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for a key that is no number."""
        if not all(key.isascii() and key.isdigit() for key in self.versions):
            raise ValueError("a key of a version is a number")


def reasons_to_keep(versions: Sequence[PolicyVersion]) -> dict[int, str]:
    """Return the reasons to keep versions, by their keys; any other can be removed. Few queries for any number."""
    keys = [version.pk for version in versions]
    newest = PolicyVersion.everywhere.filter(pk__in=keys).newest_alone().values_list("pk", flat=True)
    return {**_held(keys), **dict.fromkeys(newest, NEWEST)}


def chosen_versions(tenant: Tenant, keys: Collection[int]) -> list[PolicyVersion]:
    """Return those of the versions that the tenant has, with their policies, the newest first."""
    rows = PolicyVersion.everywhere.of_tenant(tenant).filter(pk__in=list(keys)).select_related("policy")
    return list(rows.defer("names", "actors").order_by("-read_at", "-pk"))


def _held(keys: Sequence[int]) -> dict[int, str]:
    """Return the reasons of the rows of other rooms that point at a version and protect it."""
    reasons: dict[int, str] = {}
    for relation in PolicyVersion._meta.related_objects:
        if relation.on_delete is PROTECT:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            held = rows.values_list(f"{relation.field.name}_id", flat=True).distinct()
            reasons |= dict.fromkeys(held, HELD_BY.get(relation.related_model._meta.app_label, "held_by_backup"))
    return reasons
