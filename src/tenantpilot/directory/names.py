"""Names behind ids, as the directory's rows know them. What was not found is looked up again after a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenantpilot.directory.models import LONGEST_NAME, DirectoryName, Group, GroupCursor
from tenantpilot.directory.recording import USABLE_ID
from tenantpilot.tenancy.models import Tenant

LOOKED_UP_AGAIN_AFTER = timedelta(days=1)
CHUNK = 500


@dataclass(frozen=True)
class Known:
    """An object of the directory. Without a name the directory did not find it."""

    kind: str
    name: str
    is_fresh: bool = True
    """False if it is time to look again."""


def known_names(tenant: Tenant, ids: Iterable[str], *, now: datetime) -> dict[str, Known]:
    """Return the names and states of the ids, by id in small letters. Groups that are gone keep their last name."""
    graph_ids = sorted(_usable(ids))
    is_synced = _is_synced(tenant, now=now)
    known_by_id: dict[str, Known] = {}
    for start in range(0, len(graph_ids), CHUNK):
        chunk = graph_ids[start : start + CHUNK]
        for row in DirectoryName.everywhere.filter(tenant=tenant, graph_id__in=chunk):
            known_by_id[row.graph_id] = Known(row.kind, row.name, now - row.looked_up_at < LOOKED_UP_AGAIN_AFTER)
        for group in Group.everywhere.of_tenant(tenant).filter(graph_id__in=chunk).exclude(name=""):
            answer = known_by_id.get(group.graph_id)
            if is_synced or answer is None or not (answer.is_fresh and answer.name):
                known_by_id[group.graph_id] = Known("group", group.name, is_synced)
    return known_by_id


def names_for_page(tenant: Tenant, ids: Iterable[str]) -> dict[str, Known]:
    """Return the names that a page of the tenant shows behind ids, however old they are; in two questions."""
    graph_ids = _usable(ids)
    looked_up = DirectoryName.objects.filter(tenant=tenant, graph_id__in=graph_ids).exclude(name="")
    groups = Group.objects.of_tenant(tenant).filter(graph_id__in=graph_ids).exclude(name="")
    known_by_id = {row.graph_id: Known(row.kind, row.name) for row in looked_up}
    return known_by_id | {group.graph_id: Known("group", group.name) for group in groups}


def _usable(ids: Iterable[str]) -> set[str]:
    """Return the ids in small letters, without those that no database can be asked for: Graph may send any text."""
    return {graph_id.lower() for graph_id in ids if USABLE_ID.fullmatch(graph_id)}


def _is_synced(tenant: Tenant, *, now: datetime) -> bool:
    synced = GroupCursor.everywhere.filter(tenant=tenant, synced_at__gt=now - LOOKED_UP_AGAIN_AFTER)
    return synced.exists()


def remember(tenant: Tenant, kinds: Mapping[str, str], names: Mapping[str, tuple[str, str]], *, now: datetime) -> None:
    """Keep the directory's answers: (kind, name) by id. An id without one was not found, and keeps the name it had."""
    rows = [
        DirectoryName(
            workspace_id=tenant.workspace_id,
            tenant=tenant,
            graph_id=graph_id,
            kind=names.get(graph_id, (object_type, ""))[0][:32],
            name=names.get(graph_id, (object_type, ""))[1][:LONGEST_NAME],
            looked_up_at=now,
        )
        for graph_id, object_type in sorted(kinds.items())
        if USABLE_ID.fullmatch(graph_id)
    ]
    _upsert([row for row in rows if row.graph_id in names], ["kind", "name", "looked_up_at"])
    _upsert([row for row in rows if row.graph_id not in names], ["looked_up_at"])


def _upsert(rows: list[DirectoryName], fields: list[str]) -> None:
    DirectoryName.everywhere.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=fields,
        unique_fields=["tenant", "graph_id"],
        batch_size=CHUNK,
    )
