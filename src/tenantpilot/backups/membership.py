"""Members of a chain while one of its sets is being built."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Q

from tenantpilot.backups.models import BackupChain, BackupMember, BackupMemberQuerySet
from tenantpilot.versions.models import PolicyVersion

CHUNK = 500


class Membership:
    """Holds versions in the set `seq` of a chain, and drops policies from it. Call its verbs in a transaction."""

    def __init__(self, chain: BackupChain, seq: int) -> None:
        self._chain, self._seq = chain, seq

    def of_type(self, key: str) -> dict[int, BackupMember]:
        """Return the open members of a type, by policy."""
        return {row.policy_id: row for row in self.open_members().filter(policy__type=key)}

    def open_members(self) -> BackupMemberQuerySet:
        members = BackupMember.everywhere.filter(tenant_id=self._chain.tenant_id)
        return members.open_of(self._chain)

    def hold(self, versions: Iterable[PolicyVersion], members_by_policy: Mapping[int, BackupMember]) -> None:
        """Let the set hold these versions. What the chain holds already costs no row."""
        _require_transaction()
        new = [version for version in versions if not self._is_held(version, members_by_policy.get(version.policy_id))]
        if not new:
            return
        self.drop(members_by_policy[version.policy_id] for version in new if version.policy_id in members_by_policy)
        BackupMember.everywhere.bulk_create([self._row(version) for version in new], batch_size=CHUNK)

    def drop(self, members: Iterable[BackupMember]) -> None:
        """Let the set hold these no more; the sets before it still do."""
        _require_transaction()
        keys = [row.pk for row in members]
        for start in range(0, len(keys), CHUNK):
            rows = BackupMember.everywhere.filter(pk__in=keys[start : start + CHUNK], to_seq=None)
            rows.filter(from_seq=self._seq).delete()
            rows.filter(from_seq__lt=self._seq).update(to_seq=self._seq - 1)

    def drop_other_types(self, keys: Iterable[str]) -> None:
        """Let the set hold no policy of a type that it was not asked for."""
        self.drop(self.open_members().exclude(policy__type__in=list(keys)))

    def has_changes(self) -> bool:
        """Return True if the set holds anything that the one before does not hold, or lacks what that one holds."""
        members = BackupMember.everywhere.filter(tenant_id=self._chain.tenant_id, chain=self._chain)
        return bool(members.filter(Q(from_seq=self._seq) | Q(to_seq=self._seq - 1)).exists())

    def _is_held(self, version: PolicyVersion, member: BackupMember | None) -> bool:
        return member is not None and member.version_id == version.pk

    def _row(self, version: PolicyVersion) -> BackupMember:
        return BackupMember(
            workspace_id=self._chain.workspace_id,
            tenant_id=self._chain.tenant_id,
            chain=self._chain,
            policy_id=version.policy_id,
            version=version,
            from_seq=self._seq,
        )


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Members change in the transaction of what they belong to.")
