"""Refusing a manifest that says what no export says, before a row is written: whoever made it knows the recipient."""

from datetime import UTC, datetime, timedelta

from tenantpilot.backups.portable.manifest import SetManifest
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.observing import is_usable

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""The most by which the clocks of two machines may differ. A set from the future would count as young until then."""


def require_plausible(manifest: SetManifest, *, now: datetime) -> None:
    """Raises ArchiveRefused."""
    moments = [manifest.created_at, manifest.read_from, manifest.read_until]
    moments += [policy.read_at for policy in manifest.policies]
    if not all(_is_plausible(moment, now) for moment in moments if moment is not None):
        raise ArchiveRefused("archive_changed")
    if not all(is_usable(policy.graph_id) for policy in manifest.policies):
        raise ArchiveRefused("archive_changed")
    request = manifest.was_asked
    known_types = {contract.key for contract in registry.every()}
    if not {*request.policy_types, *request.left_out} <= known_types or (request.policies or 0) < 0:
        raise ArchiveRefused("archive_version")


def _is_plausible(moment: datetime, now: datetime) -> bool:
    return moment.tzinfo is not None and EARLIEST <= moment <= now + AHEAD
