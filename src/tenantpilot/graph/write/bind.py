"""Naming other objects by their addresses, where a read has shown them whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts.model import Bind


def bound(binds: Iterable[Bind], body: JsonObject, base: str) -> JsonObject:
    """Return the body with "name@odata.bind" in the place of each object, or list of objects, that a read has shown.

    `base` is what their addresses begin with: host and version. Where there is none, nothing is said.
    """
    binds_by_name = {bind.name: bind for bind in binds if bind.name in body}
    named = {name: value for name, value in body.items() if name not in binds_by_name}
    for name, bind in binds_by_name.items():
        if body[name]:
            named[f"{name}@odata.bind"] = _addresses(bind, body[name], base)
    return named


def _addresses(bind: Bind, value: Any, base: str) -> str | list[str]:
    if isinstance(value, list):
        return [_address(bind, item, base) for item in value]
    return _address(bind, value, base)


def _address(bind: Bind, item: JsonObject, base: str) -> str:
    return base + bind.address.format(id=item.get("id"))
