"""Writing a page of Graph's changes into groups and nested groups. The same page twice changes nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.visible import visible_name
from tenantpilot.directory.models import LONGEST_ID, LONGEST_NAME, Group, GroupCursor, NestedGroup
from tenantpilot.directory.states import GroupKind, Phase
from tenantpilot.tenancy.models import Tenant

SELECT = (
    "id", "displayName", "groupTypes", "securityEnabled", "mailEnabled", "onPremisesSyncEnabled", "members",
)  # fmt: skip
GROUP_TYPE = "#microsoft.graph.group"
USABLE_ID = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}")
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
KEPT_BY_ENTRA = timedelta(days=30)
WRITTEN = ("name", "kind", "is_dynamic", "is_on_premises", "changed_at", "deleted_at", "gone_at", "round")
BATCH = 500


class GroupUnusable(ReasonedError):
    """No database can hold the group as Graph sends it."""

    reason_code = "group_unusable"


@dataclass
class PageTally:
    """The numbers of groups by what became of them, and the names of those that cannot be kept."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    unusable: list[str] = field(default_factory=list)


def record_page(tenant: Tenant, cursor: GroupCursor, items: Sequence[Mapping[str, Any]], *, now: datetime) -> PageTally:
    """Write the items of a page, in their order. Call it in the transaction that moves the cursor."""
    return _Page(tenant, cursor, now).record(items)


def mark_unseen(tenant: Tenant, cursor: GroupCursor, *, now: datetime) -> int:
    """Mark as gone what a full reading did not see; return how many. Call it with the last page of a full reading.

    A deleted group is in no list: it counts as gone when Entra keeps it no longer.
    """
    if cursor.phase == Phase.CURRENT:
        return 0
    unseen = Group.everywhere.of_tenant(tenant).filter(round__lt=cursor.round, gone_at=None)
    expired = Q(deleted_at=None) | Q(deleted_at__lte=now - KEPT_BY_ENTRA)
    NestedGroup.everywhere.filter(tenant=tenant, round__lt=cursor.round, parent__deleted_at=None).delete()
    return unseen.filter(expired).update(gone_at=now, changed_at=now)


class _Page:
    """A page on the way into the database."""

    def __init__(self, tenant: Tenant, cursor: GroupCursor, now: datetime) -> None:
        self._tenant, self._round, self._now = tenant, cursor.round, now
        self._tally = PageTally()
        self._rows: dict[str, Group] = {}
        self._before: dict[str, tuple[Any, ...]] = {}
        self._members: dict[tuple[str, str], bool] = {}

    def record(self, items: Sequence[Mapping[str, Any]]) -> PageTally:
        usable = [(graph_id, item) for item in items if (graph_id := self._id_of(item))]
        ids = {graph_id for graph_id, _item in usable}
        known_groups = Group.everywhere.of_tenant(self._tenant).filter(graph_id__in=ids)
        self._rows = {row.graph_id: row for row in known_groups}
        self._before = {graph_id: _shown(row) for graph_id, row in self._rows.items()}
        for graph_id, item in usable:
            self._take(graph_id, item)
        self._write()
        return self._tally

    def _id_of(self, item: Mapping[str, Any]) -> str:
        graph_id = item.get("id")
        if isinstance(graph_id, str) and USABLE_ID.fullmatch(graph_id):
            return graph_id.lower()
        self._tally.unusable.append(_text(item.get("displayName")) or "?")
        return ""

    def _take(self, graph_id: str, item: Mapping[str, Any]) -> None:
        row = self._rows.get(graph_id)
        if removed := item.get("@removed"):
            if row is not None:
                self._remove(row, removed)
            return
        if row is None:
            row = self._rows[graph_id] = self._new(graph_id)
        row.deleted_at = row.gone_at = None
        row.round = self._round
        _fill(row, item)
        for member_id, is_member in _nested_members(item):
            self._members[graph_id, member_id] = is_member

    def _new(self, graph_id: str) -> Group:
        return Group(
            workspace_id=self._tenant.workspace_id,
            tenant=self._tenant,
            graph_id=graph_id,
            first_seen_at=self._now,
            changed_at=self._now,
        )

    def _remove(self, row: Group, removed: object) -> None:
        """`changed` means that Entra keeps it for 30 days, `deleted` that it is gone."""
        row.round = self._round
        if isinstance(removed, Mapping) and removed.get("reason") == "changed":
            row.deleted_at = row.deleted_at or self._now
        else:
            row.gone_at = row.gone_at or self._now

    def _write(self) -> None:
        for row in self._rows.values():
            self._count(row)
        new = [row for row in self._rows.values() if row.graph_id not in self._before]
        Group.everywhere.bulk_create(new, batch_size=BATCH)
        known_rows = [row for row in self._rows.values() if row.graph_id in self._before]
        Group.everywhere.bulk_update(known_rows, WRITTEN, batch_size=BATCH)
        self._write_members()

    def _count(self, row: Group) -> None:
        before, after = self._before.get(row.graph_id), _shown(row)
        if before == after:
            self._tally.unchanged += 1
            return
        row.changed_at = self._now
        if before is None:
            self._tally.created += 1
        elif row.presence != "present":
            self._tally.deleted += 1
        else:
            self._tally.updated += 1

    def _write_members(self) -> None:
        gone = [row.pk for row in self._rows.values() if row.gone_at and row.pk]
        NestedGroup.everywhere.filter(parent__in=gone).delete()
        NestedGroup.everywhere.bulk_create(
            [self._nested(parent, member) for (parent, member), is_member in self._members.items() if is_member],
            update_conflicts=True,
            update_fields=["round"],
            unique_fields=["parent", "member_id"],
            batch_size=BATCH,
        )
        for parent, members in _by_parent(self._members).items():
            NestedGroup.everywhere.filter(parent=self._rows[parent], member_id__in=members).delete()

    def _nested(self, parent: str, member_id: str) -> NestedGroup:
        return NestedGroup(
            workspace_id=self._tenant.workspace_id,
            tenant=self._tenant,
            parent=self._rows[parent],
            member_id=member_id,
            round=self._round,
        )


def _by_parent(members: Mapping[tuple[str, str], bool]) -> dict[str, list[str]]:
    """Return the members that left, by their group."""
    left: dict[str, list[str]] = {}
    for (parent, member), is_member in members.items():
        if not is_member:
            left.setdefault(parent, []).append(member)
    return left


def _shown(row: Group) -> tuple[Any, ...]:
    return (row.name, row.kind, row.is_dynamic, row.is_on_premises, row.presence)


def _fill(row: Group, item: Mapping[str, Any]) -> None:
    """Take what the item says: a change names only the properties that it changes."""
    if "displayName" in item:
        row.name = _text(item["displayName"])
    if "onPremisesSyncEnabled" in item:
        row.is_on_premises = item["onPremisesSyncEnabled"] is True
    if "groupTypes" in item:
        types = item["groupTypes"] if isinstance(item["groupTypes"], list) else []
        row.is_dynamic = "DynamicMembership" in types
    if {"groupTypes", "securityEnabled", "mailEnabled"} <= item.keys():  # fewer facts do not say what it is
        row.kind = _kind(item)


def _kind(item: Mapping[str, Any]) -> GroupKind:
    types = item.get("groupTypes")
    if isinstance(types, list) and "Unified" in types:
        return GroupKind.MICROSOFT_365
    if item.get("mailEnabled") is True:
        return GroupKind.MAIL_SECURITY if item.get("securityEnabled") is True else GroupKind.DISTRIBUTION
    return GroupKind.SECURITY


def _nested_members(item: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    """Yield the groups among the members, with False for those that left. A removal may come without a type."""
    members = item.get("members@delta")
    for member in members if isinstance(members, list) else ():
        graph_id = member.get("id") if isinstance(member, Mapping) else None
        if not isinstance(graph_id, str) or not USABLE_ID.fullmatch(graph_id):
            continue
        if "@removed" in member:
            yield graph_id.lower(), False
        elif member.get("@odata.type") == GROUP_TYPE:
            yield graph_id.lower(), True


def _text(value: object) -> str:
    return visible_name(NOT_STORABLE.sub("\ufffd", value)[:LONGEST_NAME]) if isinstance(value, str) else ""
