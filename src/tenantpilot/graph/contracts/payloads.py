"""Recognize what stands in a payload of Graph beside its configuration: annotations and masks."""

from __future__ import annotations

from typing import Any

ACTION_STUB = "#microsoft.graph."
SECRET_SETTING = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue"  # noqa: S105 - the name of a type
FROM_POLICY_SETS = "policySets"
"""The source of an assignment that belongs to a policy set."""
IN_ASSIGNMENTS = ("id", "source", "sourceId")


def cleaned(value: Any) -> Any:
    """Return a copy without what Graph says about its own answers: annotations and stubs of actions."""
    if isinstance(value, dict):
        return {name: cleaned(inner) for name, inner in value.items() if not is_annotation(name)}
    if isinstance(value, list):
        return [cleaned(inner) for inner in value]
    return value


def is_annotation(name: str) -> bool:
    """Only the type of an object and the binding of another one are said by us."""
    if name.startswith(ACTION_STUB) or "@microsoft.graph." in name:
        return True
    return "@odata." in name and name != "@odata.type" and not name.endswith("@odata.bind")


def is_mask(value: Any) -> bool:
    """Graph writes asterisks where it hides something."""
    return isinstance(value, str) and len(value) >= 4 and not value.strip("*")
