"""Keeping payloads: JSON as Graph sent it, minified, compressed, and found by its hash."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from django.db import connection

from tenantpilot.versions.models import Payload
from tenantpilot.versions.states import Codec

LEVEL = 6


def encoded(payload: Mapping[str, Any]) -> bytes:
    """Return minified UTF-8 with the keys in Graph's order; half a surrogate pair, which has no UTF-8, is escaped."""
    try:
        return _json(payload, is_ascii=False).encode()
    except UnicodeEncodeError:
        return _json(payload, is_ascii=True).encode()


def keep(workspace_id: int, raw: bytes) -> Payload:
    """Return the row of these bytes, which is made when there is none."""
    row: Payload
    row, is_new = Payload.everywhere.get_or_create(
        workspace_id=workspace_id,
        sha256=hashlib.sha256(raw).hexdigest(),
        defaults={"codec": Codec.ZLIB, "raw_bytes": len(raw), "data": zlib.compress(raw, LEVEL)},
    )
    return row if is_new or _is_held(row) else keep(workspace_id, raw)


def _is_held(row: Payload) -> bool:
    """Hold the row until the transaction ends, so that no sweep takes it; return False if one was faster."""
    if not connection.in_atomic_block:
        return True
    rows = Payload.everywhere.select_for_update(no_key=True).filter(pk=row.pk)
    return rows.values_list("pk", flat=True).first() is not None


def raw_of(row: Payload) -> bytes:
    """Return the bytes that were kept. Raises PayloadDamaged when they are not those that the hash names."""
    try:
        raw = zlib.decompress(bytes(row.data))
    except zlib.error as error:
        raise PayloadDamaged(row.sha256) from error
    if hashlib.sha256(raw).hexdigest() != row.sha256:
        raise PayloadDamaged(row.sha256)
    return raw


def content_of(row: Payload) -> dict[str, Any]:
    """Return the payload. Raises PayloadDamaged."""
    content: dict[str, Any] = json.loads(raw_of(row))
    return content


class PayloadDamaged(ValueError):
    """The stored bytes are not what was stored."""


def _json(payload: Mapping[str, Any], *, is_ascii: bool) -> str:
    return json.dumps(payload, ensure_ascii=is_ascii, separators=(",", ":"))
