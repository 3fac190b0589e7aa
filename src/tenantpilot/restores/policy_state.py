"""Conditional Access: a restore makes no policy stronger or weaker than it is, unless a person asked for that.

A new policy begins as report-only. One that was disabled begins so, and so does one that acts on what people do with
their account, because report-only does not exist for it. An existing policy keeps its state. A person may choose for
each policy to enforce it, or to weaken it, where the version is in that state.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.restores.states import StateChoice

ENABLED, REPORT_ONLY, DISABLED = "enabled", "enabledForReportingButNotEnforced", "disabled"
CONDITIONAL_ACCESS = "conditionalAccessPolicy"
CONTROLS = ("grantControls", "sessionControls")
WEAKENS = "weakens_policy"


@dataclass(frozen=True)
class StatePlan:
    """The payload in the state that it may have, and codes of what a person has to accept."""

    payload: dict[str, Any] = field(repr=False)
    warnings: tuple[str, ...] = ()
    is_enforced: bool = False
    becomes_enforced: bool = False


def with_safe_state(
    payload: Mapping[str, Any], live: Mapping[str, Any] | None, choice: StateChoice = StateChoice.USUAL
) -> StatePlan:
    """Return the payload with the state that it may be written in. `live` is None for a policy that is created."""
    copied = {**copy.deepcopy(dict(payload)), **{name: payload.get(name) for name in CONTROLS}}
    present = str(live.get("state") or "") if live else ""
    copied["state"] = state = _state_for(payload, present, choice)
    is_enforced = state == ENABLED
    warnings = [WEAKENS] if present == ENABLED and not is_enforced else []
    if state == REPORT_ONLY and _asks_for_compliance(payload):
        warnings.append("asks_for_compliant_device")
    return StatePlan(copied, tuple(warnings), is_enforced, becomes_enforced=is_enforced and present != ENABLED)


def state_of(payload: Mapping[str, Any]) -> str:
    """Return the state of a policy; one that names none is disabled."""
    return str(payload.get("state") or DISABLED)


def choices_for(payload: Mapping[str, Any]) -> tuple[StateChoice, ...]:
    """Return the choices that a version allows: what is enforced in it can be enforced, the rest can weaken."""
    other = StateChoice.ENFORCE if state_of(payload) == ENABLED else StateChoice.WEAKEN
    return (StateChoice.USUAL, other)


def _state_for(payload: Mapping[str, Any], present: str, choice: StateChoice) -> str:
    """Return the state to write; `present` is the state in the tenant, empty for a policy that is created."""
    usual = present or _state_of_new(payload)
    if choice not in choices_for(payload) or choice is StateChoice.USUAL:
        return usual
    if choice is StateChoice.ENFORCE:
        return ENABLED
    return _state_of_new(payload) if usual == ENABLED else usual


def _state_of_new(payload: Mapping[str, Any]) -> str:
    payload_state = state_of(payload)
    return DISABLED if payload_state == DISABLED or _has_user_actions(payload) else REPORT_ONLY


def covers_everybody(payload: Mapping[str, Any]) -> bool:
    """Return True if the policy is about all people or about roles that administer."""
    users = below(payload, "conditions", "users")
    return "All" in (users.get("includeUsers") or ()) or bool(users.get("includeRoles"))


def _has_user_actions(payload: Mapping[str, Any]) -> bool:
    return bool(below(payload, "conditions", "applications").get("includeUserActions"))


def _asks_for_compliance(payload: Mapping[str, Any]) -> bool:
    return "compliantDevice" in (below(payload, "grantControls").get("builtInControls") or ())


def below(payload: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return the mapping at a path of names, empty where there is none."""
    value: Any = payload
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
