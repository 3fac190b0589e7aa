"""Real exported policies, the contract of each, and every single change of one."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract

BY_PROPERTY = {
    "conditions": "conditionalAccessPolicy",
    "settingsDelta": "endpointSecurityIntent",
    "definitionValues": "administrativeTemplate",
    "ipRanges": "namedLocation",
    "countriesAndRegions": "namedLocation",
    "allowedCombinations": "authenticationStrength",
    "detectionScriptContent": "remediation",
    "apps": "appProtection",
    "rule": "assignmentFilter",
    "scheduledActionsForRule": "compliancePolicy",
}


class RealPolicy(NamedTuple):
    """One policy out of an export."""

    file: str
    contract: Contract
    payload: dict[str, Any]


def read_real_policies(shared: Path) -> list[RealPolicy]:
    """Every exported object, in the order of the files."""
    folder = shared / "graph" / "real-policies"
    policies = []
    for file in sorted(folder.rglob("*.json")):
        content = file.read_bytes()
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            payload = json.loads(content.decode(encoding))
        except ValueError:
            continue
        if isinstance(payload, dict):
            policies.append(RealPolicy(str(file.relative_to(folder)), contract_of(payload), payload))
    return policies


def contract_of(payload: dict[str, Any]) -> Contract:
    """The contract of an exported object, told by what it holds."""
    settings = payload.get("settings")
    if isinstance(settings, list) and settings and isinstance(settings[0], dict):
        return registry.get("endpointSecurityIntent" if "definitionId" in settings[0] else "settingsCatalog")
    if "platforms" in payload and "technologies" in payload:
        return registry.get("settingsCatalog")
    key = next((key for name, key in BY_PROPERTY.items() if name in payload), "deviceConfiguration")
    return registry.get(key)


Place = tuple[str | int, ...]


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every scalar with the way to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*place, index))
    else:
        yield place, value


def lists(value: Any, place: Place = ()) -> Iterator[tuple[Place, list[Any]]]:
    """Every list with the way to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from lists(inner, (*place, name))
    elif isinstance(value, list):
        yield place, value
        for index, inner in enumerate(value):
            yield from lists(inner, (*place, index))


def edited(payload: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """A copy with another value at the place; only what leads there is copied."""
    copied: Any = copy.copy(payload)
    inner = copied
    for step in place[:-1]:
        inner[step] = copy.copy(inner[step])
        inner = inner[step]
    inner[place[-1]] = value
    return copied  # type: ignore[no-any-return]


def at(payload: Any, place: Place) -> Any:
    """What stands at the place."""
    for step in place:
        payload = payload[step]
    return payload
