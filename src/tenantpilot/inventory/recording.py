"""Writing down what was seen of one type: in bulk, and so that doing it again changes nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tenantpilot.graph.compare.form import hash_of_values
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.tenancy.models import Tenant

CHUNK = 500
WRITTEN = (
    "name", "description", "platform", "last_modified_at", "properties", "content_hash",
    "last_seen_at", "changed_at", "missing_since", "last_seen_run",
)  # fmt: skip


@dataclass(frozen=True)
class Observation:
    """An object, reduced to what inventory keeps (SEC-06)."""

    graph_id: str
    name: str
    description: str
    platform: str
    last_modified_at: datetime | None
    properties: Mapping[str, Any] = field(repr=False)

    @property
    def content_hash(self) -> str:
        """Return the same for other orders of sets and other spellings of a moment."""
        return hash_of_values(self.properties)


@dataclass(frozen=True)
class Tally:
    """The counts of one type's policies."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0

    @property
    def seen(self) -> int:
        return self.created + self.updated + self.unchanged


@dataclass(frozen=True)
class _Known:
    pk: int
    content_hash: str
    is_missing: bool


def record_type(
    tenant: Tenant,
    key: str,
    observations: Sequence[Observation],
    *,
    run_id: int,
    now: datetime,
    unusable: Collection[str] = (),
) -> Tally:
    """Upsert what was seen and mark what is gone. The observations must be all there are of the type.

    Call it in a transaction. Changed is what differs from the last observation, or was missing until now. What has an
    `unusable` id is there, though nothing of it could be kept: it is neither seen nor gone.
    """
    policies = Policy.everywhere.of_tenant(tenant).of_type(key)
    rows = _known(policies)
    new = [observation for observation in observations if observation.graph_id not in rows]
    old = [observation for observation in observations if observation.graph_id in rows]
    changed = [observation for observation in old if _differs(observation, rows[observation.graph_id])]
    same = _ids(observations) - _ids((*new, *changed))
    _upsert(tenant, key, (*new, *changed), run_id=run_id, now=now)
    _still_there(policies, (rows[graph_id].pk for graph_id in same), run_id=run_id, now=now)
    present = _ids(observations).union(unusable)
    gone = [row.pk for graph_id, row in rows.items() if not row.is_missing and graph_id not in present]
    _mark_missing(policies, gone, now=now)
    _note_success(tenant, key, now=now)
    return Tally(len(new), len(changed), len(same), len(gone))


def record_failure(tenant: Tenant, key: str, reason_code: str, *, now: datetime) -> None:
    """The type could not be read: what is known of it stays as it is, and says how old it is."""
    _note(tenant, key, {"attempted_at": now, "reason_code": reason_code})


def _known(policies: QuerySet[Policy]) -> dict[str, _Known]:
    rows = policies.values_list("graph_id", "pk", "content_hash", "missing_since")
    return {graph_id: _Known(pk, digest, missing is not None) for graph_id, pk, digest, missing in rows}


def _differs(observation: Observation, row: _Known) -> bool:
    return row.is_missing or row.content_hash != observation.content_hash


def _ids(observations: Iterable[Observation]) -> set[str]:
    return {observation.graph_id for observation in observations}


def _upsert(tenant: Tenant, key: str, observations: Iterable[Observation], *, run_id: int, now: datetime) -> None:
    Policy.everywhere.bulk_create(
        [_row(tenant, key, observation, run_id=run_id, now=now) for observation in observations],
        batch_size=CHUNK,
        update_conflicts=True,
        update_fields=WRITTEN,
        unique_fields=("tenant", "type", "graph_id"),
    )


def _row(tenant: Tenant, key: str, observation: Observation, *, run_id: int, now: datetime) -> Policy:
    return Policy(
        workspace_id=tenant.workspace_id,
        tenant=tenant,
        type=key,
        graph_id=observation.graph_id,
        name=observation.name,
        description=observation.description,
        platform=observation.platform,
        last_modified_at=observation.last_modified_at,
        properties=observation.properties,
        content_hash=observation.content_hash,
        first_seen_at=now,
        last_seen_at=now,
        changed_at=now,
        missing_since=None,
        last_seen_run_id=run_id,
    )


def _still_there(policies: QuerySet[Policy], pks: Iterable[int], *, run_id: int, now: datetime) -> None:
    for chunk in _chunks(list(pks)):
        policies.filter(pk__in=chunk).update(last_seen_at=now, last_seen_run_id=run_id)


def _mark_missing(policies: QuerySet[Policy], pks: list[int], *, now: datetime) -> None:
    for chunk in _chunks(pks):
        policies.filter(pk__in=chunk, missing_since=None).update(missing_since=now)


def _chunks(pks: list[int]) -> Iterable[list[int]]:
    return (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))


def _note_success(tenant: Tenant, key: str, *, now: datetime) -> None:
    _note(tenant, key, {"attempted_at": now, "succeeded_at": now, "reason_code": ""})


def _note(tenant: Tenant, key: str, values: dict[str, Any]) -> None:
    PolicyTypeSync.everywhere.update_or_create(
        tenant=tenant, type=key, defaults=values, create_defaults={**values, "workspace_id": tenant.workspace_id}
    )
