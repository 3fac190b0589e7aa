"""Writing and verifying the audit log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction

from tenantpilot.audit.actions import AuditAction
from tenantpilot.audit.chain import GENESIS, HASHED, hash_of
from tenantpilot.audit.models import AuditChain, AuditLog
from tenantpilot.core.fast_insert import Insert
from tenantpilot.core.request_id import current_request_id
from tenantpilot.core.sanitizing import harmless

INSTALLATION = 0

_INSERT = Insert(AuditLog)
_COLUMNS = (*HASHED, "at", "previous_hash", "hash")

Facts = dict[str, Any] | None


class Actor(Protocol):
    """The person who did it."""

    @property
    def pk(self) -> Any: ...
    @property
    def display_name(self) -> str: ...


def record(
    action: AuditAction,
    *,
    workspace_id: int,
    at: datetime,
    tenant_id: int | None = None,
    actor: Actor | None = None,
    target_type: str = "",
    target_id: str | int = "",
    before: Facts = None,
    after: Facts = None,
) -> AuditLog:
    """Append one entry in the caller's transaction, which fails with it if it cannot be written.

    Without `actor` the system did it. `before` and `after` are kept as JSON without what looks
    secret (OPS-12). Raises RuntimeError outside a transaction.
    """
    _require_transaction()
    before_it = _locked_head(workspace_id)
    entry = AuditLog(
        workspace_id=workspace_id,
        sequence=before_it.sequence + 1,
        tenant_id=tenant_id,
        action=action,
        actor_id=actor.pk if actor else None,
        actor_name=actor.display_name if actor else "",
        target_type=target_type,
        target_id=str(target_id),
        request_id=current_request_id()[:64],
        before=harmless(before),
        after=harmless(after),
        at=at,
        previous_hash=before_it.hash,
    )
    entry.hash = hash_of(entry)
    entry.pk = _INSERT(**{name: getattr(entry, name) for name in _COLUMNS})
    _move_head(Head(entry.sequence, entry.hash), workspace_id)
    return entry


def lock_chain(workspace_id: int) -> None:
    """Let nobody else append to this chain until the transaction ends.

    A transaction that appends to two chains locks that of the workspace first and that of the installation last: two
    that went the other way round would wait for each other.
    """
    _require_transaction()
    _locked_head(workspace_id)


@dataclass(frozen=True)
class Head:
    """The last entry of a chain."""

    sequence: int
    hash: str


BEGINNING = Head(0, GENESIS)


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    workspace_id: int
    sequence: int
    fault: str


@dataclass(frozen=True)
class Verification:
    entries: int
    breaks: tuple[Break, ...]

    @property
    def holds(self) -> bool:
        return not self.breaks


def heads() -> dict[int, Head]:
    """Return the end of each workspace's chain. Kept elsewhere, they reveal a chain that was rewritten."""
    return {chain.workspace_id: Head(chain.sequence, chain.hash) for chain in AuditChain.objects.order_by("pk")}


def verify(anchors: Mapping[int, Head] | None = None) -> Verification:
    """Recompute every chain and compare: changed, missing, added and cut-off entries are found.

    `anchors` are heads that were kept elsewhere. Safe while entries are being appended.
    """
    expected = [heads(), dict(anchors or {})]
    breaks: list[Break] = []
    ends: dict[int, Head] = {}
    entries = 0
    for entry in AuditLog.objects.all().order_by("workspace_id", "sequence").iterator(chunk_size=1000):
        breaks.extend(_breaks(entry, ends.get(entry.workspace_id, BEGINNING)))
        breaks.extend(_other_than_expected(entry, expected))
        ends[entry.workspace_id] = Head(entry.sequence, entry.hash)
        entries += 1
    for heads_then in expected:
        breaks.extend(_cut_off(heads_then, ends))
    breaks.extend(_beyond_the_end(ends, heads()))
    return Verification(entries, tuple(dict.fromkeys(breaks)))


def _breaks(entry: AuditLog, before: Head) -> Iterator[Break]:
    if entry.sequence != before.sequence + 1:
        yield Break(
            entry.workspace_id, entry.sequence, f"entries {before.sequence + 1} to {entry.sequence - 1} are gone"
        )
    elif entry.previous_hash != before.hash:
        yield Break(entry.workspace_id, entry.sequence, "it does not follow the entry before it")
    if hash_of(entry) != entry.hash:
        yield Break(entry.workspace_id, entry.sequence, "it was changed")


def _other_than_expected(entry: AuditLog, expected: list[dict[int, Head]]) -> Iterator[Break]:
    for chains in expected:
        head = chains.get(entry.workspace_id)
        if head is not None and head.sequence == entry.sequence and head.hash != entry.hash:
            yield Break(entry.workspace_id, entry.sequence, "it is not the entry that was there")


def _cut_off(expected: Mapping[int, Head], ends: Mapping[int, Head]) -> Iterator[Break]:
    for workspace_id, head in expected.items():
        last_sequence = ends.get(workspace_id, BEGINNING).sequence
        if last_sequence < head.sequence:
            yield Break(workspace_id, head.sequence, f"the chain ends at {last_sequence} and should at {head.sequence}")


def _beyond_the_end(ends: Mapping[int, Head], now: Mapping[int, Head]) -> Iterator[Break]:
    """Entries that were put in without the service, or a chain whose end was taken away."""
    for workspace_id, end in ends.items():
        if end.sequence > now.get(workspace_id, BEGINNING).sequence:
            yield Break(workspace_id, end.sequence, "it lies beyond the recorded end of the chain")


def _locked_head(workspace_id: int) -> Head:
    """On PostgreSQL the row lock, on SQLite BEGIN IMMEDIATE makes appends to one chain wait in line."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        for _try in (1, 2):
            cursor.execute("SELECT sequence, hash FROM audit_chains WHERE workspace_id = %s" + lock, [workspace_id])
            if (row := cursor.fetchone()) is not None:
                return Head(*row)
            beginning = AuditChain(workspace_id=workspace_id, sequence=0, hash=GENESIS)
            AuditChain.objects.bulk_create([beginning], ignore_conflicts=True)
    raise RuntimeError(f"the chain of workspace {workspace_id} cannot be begun")


def _move_head(head: Head, workspace_id: int) -> None:
    with connection.cursor() as cursor:
        moved = "UPDATE audit_chains SET sequence = %s, hash = %s WHERE workspace_id = %s"
        cursor.execute(moved, [head.sequence, head.hash, workspace_id])


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry is written in the transaction of what it records.")
