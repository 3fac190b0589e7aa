"""Writing down what was seen of one type: in bulk, and so that doing it again changes nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, QuerySet, Value, When

from tenantpilot.graph.compare.form import hash_of_values
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.tenancy.models import Tenant

CHUNK = 500
CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""A row whose time lies further ahead was written by a wrong clock: it is not newer than what is read now."""
WRITTEN = (
    "name", "description", "platform", "last_modified_at", "properties", "content_hash",
    "last_seen_at", "changed_at", "missing_since", "last_seen_run", "changed_run",
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
    as_of: datetime
    """The time for which the row speaks: its object was there, or gone."""

    def is_newer_than(self, read_at: datetime, *, now: datetime) -> bool:
        return read_at < self.as_of <= now + CLOCKS_DIFFER_BY


@dataclass(frozen=True)
class Reading:
    """All objects of one type. What has an `unusable` id is there, though nothing of it could be kept.

    `began_at` is the time before the first request. A row that speaks for a later time is left as it is.
    """

    observations: Sequence[Observation]
    began_at: datetime
    unusable: Collection[str] = ()


def record_types(tenant: Tenant, readings: Mapping[str, Reading], *, run_id: int, now: datetime) -> dict[str, Tally]:
    """Upsert what was seen of these types and mark what is gone, in as many statements as one type takes.

    Call it in a transaction. Changed is what differs from the last observation: what comes back as it was is unchanged.
    What is unusable is neither seen nor gone. What another run has read or written since a reading began is unchanged.
    """
    policies = Policy.everywhere.of_tenant(tenant).filter(type__in=list(readings))
    rows = _known(policies)
    changes = {key: _compare(reading, rows.get(key, {}), now=now) for key, reading in readings.items()}

    def rows_of(kind: Callable[[_Change], Iterable[Observation]]) -> list[Policy]:
        return [
            _row(tenant, key, item, run_id=run_id, read_at=readings[key].began_at, now=now)
            for key, change in changes.items()
            for item in kind(change)
        ]

    _insert(rows_of(lambda change: change.new))
    _upsert(rows_of(lambda change: change.changed))
    read_at = _began_at(readings)
    _still_there(policies, (pk for change in changes.values() for pk in change.same), run_id=run_id, read_at=read_at)
    _mark_missing(policies, [pk for change in changes.values() for pk in change.gone], read_at=read_at)
    _note(tenant, readings, attempted_at=now, succeeded_at=now)
    return {key: change.tally for key, change in changes.items()}


def record_type(
    tenant: Tenant,
    key: str,
    observations: Sequence[Observation],
    *,
    run_id: int,
    now: datetime,
    began_at: datetime | None = None,
    unusable: Collection[str] = (),
) -> Tally:
    """Record what was read of one type, just now unless `began_at` says since when."""
    reading = Reading(observations, began_at or now, unusable)
    return record_types(tenant, {key: reading}, run_id=run_id, now=now)[key]


def record_one(
    tenant: Tenant, key: str, observation: Observation, *, run_id: int, read_at: datetime, now: datetime
) -> Policy:
    """Upsert one object that was read by itself, and return its policy. Nothing is said about others of its type.

    Call it in a transaction. A row that speaks for a time after `read_at` is left as it is.
    """
    policies = Policy.everywhere.of_tenant(tenant).filter(type=key, graph_id=observation.graph_id)
    row = _known(policies).get(key, {}).get(observation.graph_id)
    if row is None or not row.is_newer_than(read_at, now=now):
        _upsert([_row(tenant, key, observation, run_id=run_id, read_at=read_at, now=now)])
    return policies.get()


def record_failure(tenant: Tenant, key: str, reason_code: str, *, now: datetime) -> None:
    """The type could not be read: what is known of it stays as it is, and says how old it is."""
    _note(tenant, [key], attempted_at=now, reason_code=reason_code)


@dataclass(frozen=True)
class _Change:
    """The difference between a reading and the rows of its type: what is written, and the keys of the other rows.

    `outdated` is the number of objects of which the rows say something newer than the reading.
    """

    new: Sequence[Observation]
    changed: Sequence[Observation]
    same: Sequence[int]
    gone: Sequence[int]
    outdated: int = 0

    @property
    def tally(self) -> Tally:
        return Tally(len(self.new), len(self.changed), len(self.same) + self.outdated, len(self.gone))


def _compare(reading: Reading, rows: Mapping[str, _Known], *, now: datetime) -> _Change:
    newer = {graph_id for graph_id, row in rows.items() if row.is_newer_than(reading.began_at, now=now)}
    new = [item for item in reading.observations if item.graph_id not in rows]
    old = [item for item in reading.observations if item.graph_id in rows and item.graph_id not in newer]
    changed = [item for item in old if _differs(item, rows[item.graph_id])]
    same = _ids(old) - _ids(changed)
    present = _ids(reading.observations)
    stays = present.union(reading.unusable, newer)
    gone = [row.pk for graph_id, row in rows.items() if not row.is_missing and graph_id not in stays]
    return _Change(new, changed, [rows[graph_id].pk for graph_id in same], gone, len(present & newer))


def _known(policies: QuerySet[Policy]) -> dict[str, dict[str, _Known]]:
    """Return the rows by type and Graph's id, and lock them: nobody writes something newer before this transaction."""
    rows: dict[str, dict[str, _Known]] = {}
    columns = policies.values_list("type", "graph_id", "pk", "content_hash", "missing_since", "last_seen_at")
    for key, graph_id, pk, digest, missing, seen_at in columns.order_by("pk").select_for_update(no_key=True):
        rows.setdefault(key, {})[graph_id] = _Known(pk, digest, missing is not None, max(missing or seen_at, seen_at))
    return rows


def _differs(observation: Observation, row: _Known) -> bool:
    return row.content_hash != observation.content_hash


def _ids(observations: Iterable[Observation]) -> set[str]:
    return {observation.graph_id for observation in observations}


def _insert(rows: list[Policy]) -> None:
    """Insert what was not there; a row that another run has inserted in this moment is the newer one."""
    Policy.everywhere.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)


def _upsert(rows: list[Policy]) -> None:
    Policy.everywhere.bulk_create(
        rows,
        batch_size=CHUNK,
        update_conflicts=True,
        update_fields=WRITTEN,
        unique_fields=("tenant", "type", "graph_id"),
    )


def _row(
    tenant: Tenant, key: str, observation: Observation, *, run_id: int, read_at: datetime, now: datetime
) -> Policy:
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
        first_seen_at=read_at,
        last_seen_at=read_at,
        changed_at=now,
        missing_since=None,
        last_seen_run_id=run_id,
        changed_run_id=run_id,
    )


def _began_at(readings: Mapping[str, Reading]) -> Case:
    """Return the time at which the reading of a row's type began."""
    times = (When(type=key, then=Value(reading.began_at)) for key, reading in readings.items())
    return Case(*times, output_field=DateTimeField())


def _still_there(policies: QuerySet[Policy], pks: Iterable[int], *, run_id: int, read_at: Case) -> None:
    for chunk in _chunks(list(pks)):
        policies.filter(pk__in=chunk).update(last_seen_at=read_at, last_seen_run_id=run_id, missing_since=None)


def _mark_missing(policies: QuerySet[Policy], pks: list[int], *, read_at: Case) -> None:
    for chunk in _chunks(pks):
        policies.filter(pk__in=chunk, missing_since=None).update(missing_since=read_at)


def _chunks(pks: list[int]) -> Iterable[list[int]]:
    return (pks[start : start + CHUNK] for start in range(0, len(pks), CHUNK))


def _note(tenant: Tenant, keys: Iterable[str], *, reason_code: str = "", **times: datetime) -> None:
    """Write how the reading of these types went, and when: the times that are not given stay."""
    rows = [
        PolicyTypeSync(workspace_id=tenant.workspace_id, tenant=tenant, type=key, reason_code=reason_code, **times)
        for key in keys
    ]
    PolicyTypeSync.everywhere.bulk_create(
        rows, update_conflicts=True, update_fields=("reason_code", *times), unique_fields=("tenant", "type")
    )
