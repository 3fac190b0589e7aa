"""Keeping payloads: JSON as Graph sent it, minified, compressed, and found by its hash.

A payload never changes. One whose stored bytes are damaged is stored again as soon as anybody brings the right ones: a
capture, a backup, an import. The database compares their hash itself (`guards`).
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.tenancy.models import User
from tenantpilot.versions.audit_actions import PAYLOAD_DAMAGED, PAYLOAD_MENDED
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.states import Codec

LEVEL = 6


class PayloadDamaged(ValueError):
    """The stored bytes are not what was stored."""


def encoded(payload: Mapping[str, Any]) -> bytes:
    """Return minified UTF-8 with the keys in Graph's order; half a surrogate pair, which has no UTF-8, is escaped."""
    try:
        return _json(payload, is_ascii=False).encode()
    except UnicodeEncodeError:
        return _json(payload, is_ascii=True).encode()


def digest_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def keep(workspace_id: int, raw: bytes, *, now: datetime, tenant_id: int | None = None) -> Payload:
    """Return the row of these bytes, which is made when there is none, and mended when it is damaged."""
    row: Payload
    row, is_new = Payload.everywhere.get_or_create(
        workspace_id=workspace_id,
        sha256=digest_of(raw),
        defaults={"codec": Codec.ZLIB, "raw_bytes": len(raw), "data": zlib.compress(raw, LEVEL)},
    )
    if not is_new and not _is_held(row):
        return keep(workspace_id, raw, now=now, tenant_id=tenant_id)
    if is_new or is_whole(row):
        return row
    return _mended(row, raw, now=now, tenant_id=tenant_id)


def raw_of(row: Payload) -> bytes:
    """Return the bytes that were kept. Raises PayloadDamaged when they are not those that the hash names."""
    try:
        raw = bytes(row.data) if row.codec == Codec.PLAIN else zlib.decompress(bytes(row.data))
    except zlib.error as error:
        raise PayloadDamaged(row.sha256) from error
    if digest_of(raw) != row.sha256:
        raise PayloadDamaged(row.sha256)
    return raw


def content_of(row: Payload) -> dict[str, Any]:
    """Return the payload. Raises PayloadDamaged."""
    content: dict[str, Any] = json.loads(raw_of(row))
    return content


def is_whole(row: Payload) -> bool:
    """Return True if the stored bytes are those that the hash names."""
    try:
        raw_of(row)
    except PayloadDamaged:
        return False
    return True


def record_damage(
    payload_ids: Iterable[int], *, now: datetime, tenant_id: int | None = None, actor: User | None = None
) -> None:
    """Record which of these payloads are damaged, each once. Call it in a transaction."""
    rows = Payload.everywhere.filter(pk__in=set(payload_ids), damaged_at=None).order_by("pk")
    for row in rows.select_for_update(no_key=True):
        if not is_whole(row):
            Payload.everywhere.filter(pk=row.pk).update(damaged_at=now)
            _record(PAYLOAD_DAMAGED, row, now=now, tenant_id=tenant_id, actor=actor)


def mend_recorded(workspace_id: int, raws: Iterable[bytes], *, now: datetime, tenant_id: int | None = None) -> None:
    """Store again which of these bytes have a row that is recorded as damaged."""
    by_digest = {digest_of(raw): raw for raw in raws}
    rows = Payload.everywhere.filter(workspace_id=workspace_id, sha256__in=by_digest, damaged_at__isnull=False)
    for row in rows.order_by("pk"):
        _mended(row, by_digest[row.sha256], now=now, tenant_id=tenant_id)


def _mended(row: Payload, raw: bytes, *, now: datetime, tenant_id: int | None) -> Payload:
    """Store the right bytes in the place of damaged ones, in plain: no database hashes what is compressed."""
    with transaction.atomic():
        record_damage([row.pk], now=now, tenant_id=tenant_id)
        damaged = Payload.everywhere.filter(pk=row.pk, damaged_at__isnull=False)
        if damaged.update(codec=Codec.PLAIN, raw_bytes=len(raw), data=raw, damaged_at=None, mended_at=now):
            _record(PAYLOAD_MENDED, row, now=now, tenant_id=tenant_id)
    row.refresh_from_db()
    return row


def _record(
    action: AuditAction, row: Payload, *, now: datetime, tenant_id: int | None, actor: User | None = None
) -> None:
    """Leave an audit entry that names a policy of the tenant: another tenant may have the same bytes."""
    versions = PolicyVersion.everywhere.filter(payload=row, tenant_id=tenant_id or 0).order_by("-pk")
    audit.record(
        action,
        workspace_id=row.workspace_id,
        tenant_id=tenant_id,
        actor=actor,
        target_type="payload",
        target_id=row.pk,
        after={"policy": versions.values_list("policy__name", flat=True).first() or ""},
        at=now,
    )


def _is_held(row: Payload) -> bool:
    """Hold the row until the transaction ends, so that no sweep takes it; return False if one was faster."""
    if not connection.in_atomic_block:
        return True
    rows = Payload.everywhere.select_for_update(no_key=True).filter(pk=row.pk)
    return rows.values_list("pk", flat=True).first() is not None


def _json(payload: Mapping[str, Any], *, is_ascii: bool) -> str:
    return json.dumps(payload, ensure_ascii=is_ascii, separators=(",", ":"))
