"""The fingerprint of a restore: a hash over everything that a person is shown before confirming it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun

FORMAT = 2
ADDED_LATER = ("state_choice", "planned_state")
"""Parts of an item that count where they are set, so that restores from before them keep their fingerprint."""


@dataclass(frozen=True)
class ItemPart:
    """An item, as far as it decides what is written."""

    key: str
    payload_sha: str
    action: str
    target_id: str
    live_hash: str
    live_modified: str
    turn: int
    choice: str
    picked_id: str
    blockers: tuple[str, ...]
    warnings: tuple[str, ...]
    state_choice: str = ""
    planned_state: str = ""


@dataclass(frozen=True)
class MappingPart:
    """A decision about a reference."""

    kind: str
    source_id: str
    action: str
    target_id: str


def fingerprint_of(
    *,
    tenant: str,
    source_digest: str,
    options: Mapping[str, Any],
    basis: Mapping[str, Any],
    items: Sequence[ItemPart],
    mappings: Sequence[MappingPart],
) -> str:
    """Return the same for the same restore, in hexadecimal; the order of items and mappings counts for nothing."""
    parts = {
        "format": FORMAT,
        "tenant": tenant,
        "source_digest": source_digest,
        "options": dict(options),
        "basis": dict(basis),
        "items": sorted((_stated(item) for item in items), key=lambda item: str(item["key"])),
        "mappings": sorted((asdict(mapping) for mapping in mappings), key=lambda row: (row["kind"], row["source_id"])),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint_of_restore(restore: RestoreRun) -> str:
    """Return the fingerprint of what is stored now."""
    items = RestoreItem.everywhere.of_run(restore.pk).select_related("payload").defer("payload__data", "sentences")
    return fingerprint_of(
        tenant=f"{restore.tenant_id}",
        source_digest=restore.source_digest,
        options=restore.options,
        basis=restore.basis or {},
        items=[_part_of(item) for item in items],
        mappings=[
            MappingPart(row.kind, row.source_id, row.action, row.target_id)
            for row in RestoreMapping.everywhere.filter(restore_run=restore)
        ],
    )


def _stated(item: ItemPart) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if value or name not in ADDED_LATER}


def _part_of(item: RestoreItem) -> ItemPart:
    return ItemPart(
        key=f"{item.type}/{item.source_id}",
        payload_sha=item.payload.sha256,
        action=item.action,
        target_id=item.found_id,
        live_hash=item.live_hash,
        live_modified=item.live_modified,
        turn=item.turn,
        choice=item.choice,
        picked_id=item.picked_id,
        blockers=tuple(str(blocker.get("code")) for blocker in item.blockers),
        warnings=tuple(item.warnings),
        state_choice=item.state_choice,
        planned_state=item.planned_state,
    )
