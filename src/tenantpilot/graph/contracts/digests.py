"""The version of a contract: another one as soon as anything in the contract changes."""

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AnySet
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract


@cache
def version_of_contract(key: str) -> str:
    """Return the version of a type's contract, the same in every process. Raises UnknownContract."""
    return digest_of(registry.get(key))


def digest_of(contract: Contract) -> str:
    text = json.dumps(_plain(contract), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """Return a value that JSON writes the same way each time; a function stands for itself by its name."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, AnySet):
        return sorted((_plain(inner) for inner in value), key=json.dumps)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return getattr(value, "__qualname__", None) or type(value).__qualname__
