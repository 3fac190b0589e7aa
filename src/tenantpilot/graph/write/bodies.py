"""From a payload that was read to a body that Graph takes."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract, Create, Update
from tenantpilot.graph.contracts.payloads import FROM_POLICY_SETS, IN_ASSIGNMENTS, SECRET_SETTING, cleaned, is_mask
from tenantpilot.graph.errors import MaskedSecrets


def body_for_create(contract: Contract, payload: JsonObject) -> JsonObject:
    """Return the body of the POST. Raises MaskedSecrets."""
    rules = contract.create or Create()
    body = _body(contract, payload, without=rules.without, keeping=rules.parts)
    return {rules.renames.get(name, name): value for name, value in body.items()}


def body_for_update(contract: Contract, payload: JsonObject) -> JsonObject:
    """Return the body of the PATCH or PUT. Raises MaskedSecrets."""
    rules = contract.update or Update()
    return _body(contract, payload, without=(*rules.without, *rules.left_alone), keeping=rules.parts)


def part_for_body(contract: Contract, payload: JsonObject, part: str) -> Any:
    """Return one part alone, as the body of an action takes it. Raises MaskedSecrets."""
    return _body(contract, {part: payload[part]}, without=(), keeping=(part,))[part]


def bodies_for_assign(assignments: Iterable[JsonObject]) -> list[JsonObject]:
    """Return the rows of an assign. Those that come from a policy set belong to it and are left out."""
    own = (row for row in assignments if row.get("source") != FROM_POLICY_SETS)
    return [{name: value for name, value in cleaned(row).items() if name not in IN_ASSIGNMENTS} for row in own]


def masks_in(payload: JsonObject) -> tuple[str, ...]:
    """Return the places at which a mask stands for a secret, by the names that lead there."""
    return tuple(_masks(payload, ""))


def _body(contract: Contract, payload: JsonObject, *, without: tuple[str, ...], keeping: tuple[str, ...]) -> JsonObject:
    body: JsonObject = cleaned(copy.deepcopy(payload))
    if masked := masks_in(body):
        raise MaskedSecrets(masked)
    for path in (*contract.stripped_on_write(keeping=keeping), *without):
        paths.remove(body, path)
    _name_strength(body)
    return body


def _name_strength(body: JsonObject) -> None:
    """Leave only the id of an authentication strength in a grant: the service refuses one that is written whole."""
    grants = body.get("grantControls")
    strength = grants.get("authenticationStrength") if isinstance(grants, dict) else None
    if isinstance(grants, dict) and isinstance(strength, dict):
        grants["authenticationStrength"] = {"id": strength.get("id")}


def _masks(value: Any, path: str) -> Iterable[str]:
    if isinstance(value, dict):
        if value.get("@odata.type") == SECRET_SETTING and value.get("valueState") == "encryptedValueToken":
            yield path
            return
        for name, inner in value.items():
            yield from _masks(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _masks(inner, f"{path}[{index}]")
    elif is_mask(value):
        yield path
