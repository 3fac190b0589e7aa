"""The policies that two sets hold in different versions, or that one of them holds alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.queries import members_of_set
from tenantpilot.inventory.models import Policy

AT_MOST = 200


@dataclass(frozen=True)
class Changed:
    """A policy with the number of its version in each set; None where the set does not hold it."""

    policy: Policy
    before: int | None
    after: int | None

    @property
    def kind(self) -> str:
        """Return the value of the `difference` badge."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True)
class Comparison:
    """The first policies that differ, and the numbers of all."""

    rows: Sequence[Changed]
    added: int
    removed: int
    changed: int
    same: int

    @property
    def count(self) -> int:
        return self.added + self.removed + self.changed


def compare_sets(before: BackupSet, after: BackupSet) -> Comparison:
    """Compare what two sets of one tenant hold. The versions that both hold are counted and not read."""
    old, new = _versions(before, not_in=after), _versions(after, not_in=before)
    removed = sorted(old.keys() - new.keys())
    added = sorted(new.keys() - old.keys())
    changed = sorted(old.keys() & new.keys())
    policy_ids = [*changed, *added, *removed][:AT_MOST]
    policies = Policy.everywhere.filter(tenant=after.tenant_id).defer("properties").in_bulk(policy_ids)
    rows = [Changed(policies[key], _number(old, key), _number(new, key)) for key in policy_ids]
    return Comparison(rows, len(added), len(removed), len(changed), same=after.items - len(new))


def _versions(backup_set: BackupSet, *, not_in: BackupSet) -> dict[int, tuple[int, int]]:
    """Return version and number of each policy that the other set does not hold in the same version."""
    shared = members_of_set(not_in).values("version")
    members = members_of_set(backup_set).exclude(version__in=shared)
    rows = members.values_list("policy", "version", "version__number")
    return {policy: (version, number) for policy, version, number in rows}


def _number(versions: dict[int, tuple[int, int]], policy: int) -> int | None:
    return versions[policy][1] if policy in versions else None
