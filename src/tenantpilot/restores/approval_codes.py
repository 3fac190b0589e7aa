"""Codes of Multi Admin Approval, sealed beside the item that waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.states import ItemState
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, newest_key_id, sealed_anew, unseal

APPROVAL_PENDING = "approval_pending"
DEPENDENCY_PENDING = "dependency_pending"
"""The reasons for which an item waits: for an approval, or for an item that waits for one."""
WAITS_AT_MOST = timedelta(days=7)
ANSWERS = ("approved", "completed", "rejected", "cancelled", "expired")
"""The statuses, in Graph's words, behind which nothing more is waited for."""


def is_overdue(item: RestoreItem, *, now: datetime) -> bool:
    """Return True if nobody has approved the item for a week. One that waits for another item ends with that one."""
    if item.reason_code == DEPENDENCY_PENDING:
        return False
    return item.waits_since is not None and item.waits_since <= now - WAITS_AT_MOST


def approval_place(tenant: Tenant, item: RestoreItem) -> str:
    """Return the name of the place that the seal of an approval's code is bound to."""
    return f"{tenant.workspace_id}|{tenant.pk}|restore-item:{item.pk}|approval"


def opened_code(tenant: Tenant, item: RestoreItem) -> str:
    """Return the code of the approval that the item waits for; empty where none is known."""
    if item.approval_sealed is None:
        return ""
    try:
        return unseal(
            Sealed(item.approval_key_id, bytes(item.approval_sealed)), belongs_to=approval_place(tenant, item)
        )
    except CannotOpen:
        return ""


@dataclass(frozen=True)
class Resealed:
    """`unreadable` counts the items that wait with a code that no key of this installation opens."""

    changed: int
    unreadable: int


def reseal_all() -> Resealed:
    """Seal every code with the newest key; may be stopped and repeated. One that does not open stops nothing."""
    changed = unreadable = 0
    old = RestoreItem.everywhere.filter(approval_sealed__isnull=False).exclude(approval_key_id=newest_key_id())
    for item in old.select_related("tenant").order_by("pk").iterator(chunk_size=500):
        sealed = Sealed(item.approval_key_id, bytes(item.approval_sealed or b""))
        try:
            fresh = sealed_anew(sealed, belongs_to=approval_place(item.tenant, item))
        except CannotOpen:
            unreadable += item.state == ItemState.WAITING
            continue
        same = RestoreItem.everywhere.filter(pk=item.pk, approval_key_id=item.approval_key_id)
        changed += same.update(approval_sealed=fresh.value, approval_key_id=fresh.key_id)
    return Resealed(changed, unreadable)


def sealed_with(key_id: str) -> int:
    """Count the codes that need this key."""
    return int(RestoreItem.everywhere.filter(approval_key_id=key_id).count())
