"""Reading what backup sets hold."""

from datetime import datetime

from tenantpilot.backups.models import BackupMember, BackupMemberQuerySet, BackupSet
from tenantpilot.versions.models import PolicyVersion, PolicyVersionQuerySet


def versions_of_set(backup_set: BackupSet) -> PolicyVersionQuerySet:
    """Return the versions that the set holds, one for each policy. A set that is not finished, or failed, holds none.

    Whoever shows them to a person has found the set within that person's tenants.
    """
    versions = PolicyVersion.everywhere.all()
    if not backup_set.has_content:
        return versions.none()
    return versions.filter(pk__in=members_of_set(backup_set).values("version"))


def members_of_set(backup_set: BackupSet) -> BackupMemberQuerySet:
    """Return the members of a finished set."""
    members = BackupMember.everywhere.filter(tenant_id=backup_set.tenant_id)
    return members.at(backup_set.chain, backup_set.seq) if backup_set.has_content else members.none()


def mended_since_verified(backup_set: BackupSet) -> dict[tuple[str, str], datetime]:
    """Return the times at which policies of a set were stored again since its verification, by type and Graph's id."""
    rows = members_of_set(backup_set).filter(version__payload__damaged_at=None)
    mended = rows.filter(version__payload__mended_at__gte=backup_set.verified_at)
    return {
        (policy_type, graph_id): at
        for policy_type, graph_id, at in mended.values_list(
            "policy__type", "policy__graph_id", "version__payload__mended_at"
        )
        if at is not None
    }
