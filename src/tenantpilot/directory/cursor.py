"""The cursor of a tenant's groups. Only this module moves it, and each move lands with the rows that it stands for."""

from datetime import datetime, timedelta

from tenantpilot.directory.models import GroupCursor
from tenantpilot.directory.states import Phase
from tenantpilot.tenancy.models import Tenant

LINK_IS_GOOD_FOR = timedelta(days=7)


def cursor_of(tenant: Tenant) -> GroupCursor:
    """Return the tenant's cursor, which is made when there is none."""
    row: GroupCursor
    row, _is_new = GroupCursor.everywhere.get_or_create(tenant=tenant, defaults={"workspace_id": tenant.workspace_id})
    return row


def begin(cursor: GroupCursor, *, now: datetime) -> bool:
    """Prepare the cursor for a sync; True if all groups are to be read again because its link is too old."""
    if cursor.phase == Phase.NONE:
        _start_round(cursor, Phase.INITIAL)
        return False
    if cursor.link_at is not None and now - cursor.link_at >= LINK_IS_GOOD_FOR:
        start_over(cursor)
        return True
    return False


def start_over(cursor: GroupCursor) -> None:
    """Read all groups from the first page on. What a full reading does not see counts as gone at its end."""
    _start_round(cursor, Phase.INITIAL if cursor.phase == Phase.INITIAL else Phase.RESYNC)


def advance(cursor: GroupCursor, link: str, *, now: datetime) -> None:
    """Go on behind a page that is not the last. Call it in the transaction of the page's rows."""
    cursor.link, cursor.link_at = link, now
    _save(cursor)


def complete(cursor: GroupCursor, link: str, *, now: datetime) -> None:
    """All is read: keep the link for what changes later. Call it in the transaction of the last page's rows."""
    cursor.phase, cursor.link, cursor.link_at, cursor.synced_at = Phase.CURRENT, link, now, now
    _save(cursor)


def _start_round(cursor: GroupCursor, phase: Phase) -> None:
    cursor.phase, cursor.link, cursor.link_at, cursor.round = phase, "", None, cursor.round + 1
    _save(cursor)


def _save(cursor: GroupCursor) -> None:
    cursor.save(update_fields=["phase", "link", "link_at", "round", "synced_at"])
