"""From a payload that was read to a body that Graph takes."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from tenantpilot.graph.answers import JsonObject
from tenantpilot.graph.contracts import paths
from tenantpilot.graph.contracts.model import Contract, Create, Update
from tenantpilot.graph.errors import MaskedSecrets

ACTION_STUB = "#microsoft.graph."
SECRET_SETTING = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue"  # noqa: S105 - the name of a type
IN_ASSIGNMENTS = ("id", "source", "sourceId")
FROM_POLICY_SETS = "policySets"


def body_for_create(contract: Contract, payload: JsonObject) -> JsonObject:
    """The body of the POST. Raises MaskedSecrets."""
    rules = contract.create or Create()
    body = _body(contract, payload, without=rules.without, keeping=rules.parts)
    return {rules.renames.get(name, name): value for name, value in body.items()}


def body_for_update(contract: Contract, payload: JsonObject) -> JsonObject:
    """The body of the PATCH or PUT. Raises MaskedSecrets."""
    rules = contract.update or Update()
    return _body(contract, payload, without=rules.without, keeping=rules.parts)


def part_for_body(contract: Contract, payload: JsonObject, part: str) -> Any:
    """One part alone, as the body of an action takes it. Raises MaskedSecrets."""
    return _body(contract, {part: payload[part]}, without=(), keeping=(part,))[part]


def bodies_for_assign(assignments: Iterable[JsonObject]) -> list[JsonObject]:
    """The rows of an assign. Those that come from a policy set belong to it and are left out."""
    own = (row for row in assignments if row.get("source") != FROM_POLICY_SETS)
    return [{name: value for name, value in cleaned(row).items() if name not in IN_ASSIGNMENTS} for row in own]


def cleaned(value: Any) -> Any:
    """A copy without what Graph says about its own answers: annotations and stubs of actions."""
    if isinstance(value, dict):
        return {name: cleaned(inner) for name, inner in value.items() if not _is_annotation(name)}
    if isinstance(value, list):
        return [cleaned(inner) for inner in value]
    return value


def masks_in(payload: JsonObject) -> tuple[str, ...]:
    """Where a mask stands in the place of a secret, by the names that lead there."""
    return tuple(_masks(payload, ""))


def _body(contract: Contract, payload: JsonObject, *, without: tuple[str, ...], keeping: tuple[str, ...]) -> JsonObject:
    body: JsonObject = cleaned(copy.deepcopy(payload))
    if masked := masks_in(body):
        raise MaskedSecrets(masked)
    for path in (*contract.stripped_on_write(keeping=keeping), *without):
        paths.remove(body, path)
    return body


def _is_annotation(name: str) -> bool:
    """Only the type of an object and the binding of another one are said by us."""
    if name.startswith(ACTION_STUB) or "@microsoft.graph." in name:
        return True
    return "@odata." in name and name != "@odata.type" and not name.endswith("@odata.bind")


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


def is_mask(value: Any) -> bool:
    """Graph writes asterisks where it hides something."""
    return isinstance(value, str) and len(value) >= 4 and not value.strip("*")
