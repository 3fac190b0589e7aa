"""Damage that a verification has found: a later set that would hold the same bytes is not complete."""

from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.states import Verdict
from tenantpilot.core.errors import ReasonedError
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import PayloadDamaged, content_of

CODE = "payload_damaged"
NEWEST = 50
"""So many damaged sets are asked: those before them held the same bytes, or others than today."""


class StillDamaged(ReasonedError):
    """The policy is as it was, and the bytes of its version are damaged."""

    reason_code = CODE


class KnownDamage:
    """The policies of a tenant of which a verification has found damaged bytes."""

    def __init__(self, tenant: Tenant) -> None:
        sets = BackupSet.everywhere.of_tenant(tenant).filter(verdict=Verdict.DAMAGED).newest_first()
        faults = (fault for of_set in sets.values_list("faults", flat=True)[:NEWEST] for fault in of_set)
        self._places = {(fault["type"], fault["graph_id"]) for fault in faults if fault["code"] == CODE}

    def require_whole(self, policy: Policy, version: PolicyVersion) -> None:
        """Raises StillDamaged. Where no damage was found, nothing is read."""
        if (policy.type, policy.graph_id) not in self._places:
            return
        try:
            content_of(version.payload)
        except PayloadDamaged as error:
            raise StillDamaged from error
