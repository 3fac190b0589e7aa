"""The payload that makes a live object equal to another one: what that one lacks is taken away explicitly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.compare.rules import ALWAYS_DEFAULT
from tenantpilot.graph.contracts.model import Contract, Update
from tenantpilot.graph.contracts.payloads import is_annotation

CONTROLS = ("grantControls", "sessionControls")
TAKEN_WHOLE = ("authenticationStrength",)
"""An object of its own: nothing of the live one is to be cleared in it."""


def payload_for_update(contract: Contract, payload: JsonObject, live: JsonObject) -> JsonObject:
    """Return the payload with an explicit nothing for each property that the live object has and the payload lacks."""
    rules = contract.update or Update()
    written = {*rules.parts, *(action.part for action in rules.actions)}
    read_only = contract.stripped_on_write(keeping=tuple(written))
    body = {
        *rules.without,
        *rules.left_alone,
        "assignments",
        *(name for name in read_only if "." not in name),
    } - written
    names = [name for name in live if name not in body and not is_annotation(name)]
    target = {**payload, **_cleared(contract, payload, {name: live[name] for name in names})}
    return _for_conditional_access(target, live) if "grantControls" in live or "conditions" in live else target


def _cleared(contract: Contract, payload: Mapping[str, Any], live: Mapping[str, Any]) -> JsonObject:
    defaults = {**ALWAYS_DEFAULT, **contract.defaults}
    cleared: JsonObject = {}
    for name, value in live.items():
        if payload.get(name) is None and not _is_nothing(name, value) and not _rests(contract, value):
            cleared[name] = defaults.get(name, _nothing_like(value))
    return cleared


def _is_nothing(name: str, value: Any) -> bool:
    return value is None or value in ([], {}) or name in ("id", "@odata.type")


def _rests(contract: Contract, value: Any) -> bool:
    """Return True if the value means nothing anyhow. True equals 1 for Python, so the kinds are compared too."""
    return any(value == rest and type(value) is type(rest) for rest in contract.resting)


def _nothing_like(value: Any) -> Any:
    if isinstance(value, bool):
        return False
    return [] if isinstance(value, list) else None


def _for_conditional_access(payload: JsonObject, live: JsonObject) -> JsonObject:
    """Return the body of a PATCH, which merges, and which refuses empty controls."""
    target = {name: value for name, value in payload.items() if name not in CONTROLS or value != {}}
    for name in ("conditions", *CONTROLS):
        if isinstance(target.get(name), dict):
            target[name] = _merged(target[name], live.get(name))
        elif name in CONTROLS and live.get(name):
            target[name] = None
    return target


def _merged(target: JsonObject, live: Any) -> JsonObject:
    """Return the wanted body, with an explicit null for all that a merge would leave as it is."""
    merged: JsonObject = {}
    live = live if isinstance(live, dict) else {}
    for name in {**live, **target}:
        value = target.get(name)
        if is_annotation(name):
            continue
        if isinstance(value, dict) and name not in TAKEN_WHOLE:
            merged[name] = _merged(value, live.get(name))
        elif value is not None or live.get(name) is None:
            merged[name] = value
        else:
            merged[name] = [] if isinstance(live[name], list) else None
    return merged
