"""The good sets that stay: those of a policy type that no other set speaks for.

A set speaks for each policy type that it asked for whole. One of chosen policies speaks for no type, however new it is.
"""

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.requests import BackupRequest


def last_good_sets(tenant_id: int) -> set[int]:
    """Return the newest good set of the tenant, and of each policy type the newest good one that asked for it whole."""
    newest_first = _types_by_set(tenant_id)
    last = set(list(newest_first)[:1])
    by_type: dict[str, int] = {}
    for key, types in newest_first.items():
        for policy_type in types:
            by_type.setdefault(policy_type, key)
    return last | set(by_type.values())


def is_last_of_a_type(backup_set: BackupSet) -> bool:
    """Return True if no other good set, newer or older, asked for one of its policy types whole."""
    types_by_set = _types_by_set(backup_set.tenant_id)
    own = types_by_set.pop(backup_set.pk, frozenset())
    return not own <= {policy_type for types in types_by_set.values() for policy_type in types}


def _types_by_set(tenant_id: int) -> dict[int, frozenset[str]]:
    """Return the policy types that each good set asked for whole, the newest set first."""
    good = BackupSet.everywhere.filter(tenant=tenant_id).good().newest_first()
    return {
        key: frozenset(BackupRequest.from_json(request).policy_types) if width else frozenset()
        for key, width, request in good.values_list("pk", "width", "asked")
    }
