"""Keeping payloads: JSON as Graph sent it, minified, compressed, and found by its hash."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

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
    row, _is_new = Payload.everywhere.get_or_create(
        workspace_id=workspace_id,
        sha256=hashlib.sha256(raw).hexdigest(),
        defaults={"codec": Codec.ZLIB, "raw_bytes": len(raw), "data": zlib.compress(raw, LEVEL)},
    )
    return row


def content_of(row: Payload) -> dict[str, Any]:
    """Return the payload. Raises PayloadDamaged when the bytes are not those that the hash names."""
    try:
        raw = zlib.decompress(bytes(row.data))
    except zlib.error as error:
        raise PayloadDamaged(row.sha256) from error
    if hashlib.sha256(raw).hexdigest() != row.sha256:
        raise PayloadDamaged(row.sha256)
    content: dict[str, Any] = json.loads(raw)
    return content


class PayloadDamaged(ValueError):
    """The stored bytes are not what was stored."""


def _json(payload: Mapping[str, Any], *, is_ascii: bool) -> str:
    return json.dumps(payload, ensure_ascii=is_ascii, separators=(",", ":"))
