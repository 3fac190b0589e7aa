"""The version in which an object is written, where a type is read in beta and written in v1.0 if that can hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tenantpilot.graph.contracts.model import Contract, Version
from tenantpilot.graph.contracts.payloads import cleaned


def as_written(
    contract: Contract, payload: Mapping[str, Any], *, live: Mapping[str, Any] | None = None
) -> tuple[Contract, dict[str, Any]]:
    """Return the contract in the version that holds the payload, and the payload as that version takes it.

    Without a word of v1.0 in the contract nothing changes. A property that v1.0 does not know makes it beta, unless
    it is empty: then it is left out. `live` is the object that the payload is to replace: what only beta can take
    away from it makes it beta too.
    """
    if not contract.stable_words or not _fits(contract, payload) or not _fits(contract, live or {}):
        return contract, dict(payload)
    words = contract.stable_words
    return replace(contract, version=Version.V1), _known(payload, words)


def _fits(contract: Contract, payload: Mapping[str, Any]) -> bool:
    used = (name for name, value in _properties(cleaned(payload)) if not _is_empty(value))
    return all(name in contract.stable_words for name in used)


def _properties(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not name.startswith("@"):
                yield name, inner
            yield from _properties(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _properties(inner)


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or value == {}


def _known(value: Any, words: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _known(inner, words) for name, inner in value.items() if name in words or "@" in name}
    if isinstance(value, list):
        return [_known(inner, words) for inner in value]
    return value
