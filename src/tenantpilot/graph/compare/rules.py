"""Arrange what a contract says about comparing in the shape in which a payload is walked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tenantpilot.graph.compare.scalars import normal_scalar
from tenantpilot.graph.contracts.model import Contract

ALWAYS_UNORDERED = frozenset(
    {"assignments", "roleScopeTagIds", "roleScopeTags", "localizedNotificationMessages", "scheduledActionsForRule"}
)
ALWAYS_DEFAULT = {
    "roleScopeTagIds": ["0"],
    "roleScopeTags": ["0"],
    "assignments[].target.deviceAndAppManagementAssignmentFilterType": "none",
}
ALWAYS_SECRET = frozenset(
    {
        "adminAccountPassword", "authenticationPassword", "deviceAccountPassword", "password", "passphrase",
        "preSharedKey", "productKey", "proxyPassword", "sharedSecret", "unlockPin",
    }
)  # fmt: skip
# Graph names the type of an assignment only to who asks for all metadata: a list of assignments holds no other type.
IN_ASSIGNMENTS = ("assignments[].id", "assignments[].source", "assignments[].sourceId", "assignments[].@odata.type")


@dataclass(slots=True)
class Rule:
    """The rule for one property and for those below it; a list's items share the rule of the list."""

    is_left_out: bool = False
    default: Any = None
    is_revealed: bool = False
    """Whether the objects here may hold a secret as their value."""
    below: dict[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """Everything that one contract says about comparing."""

    root: Rule
    secrets: frozenset[str]
    unordered: frozenset[str]
    resting: frozenset[Any]
    odata_type: str
    revealed_value: str
    revealed_reference: str

    def default_at(self, path: str) -> Any:
        """Return the value that Graph fills in at the path, where it says nothing; None when there is none."""
        rule: Rule | None = self.root
        for name in path.split("."):
            rule = rule.below.get(name.partition("[")[0]) if rule else None
        return rule.default if rule else None


PLAIN_RULES = Rules(Rule(), ALWAYS_SECRET, ALWAYS_UNORDERED, frozenset(), "", "", "")
"""Nothing is left out but secrets."""


@lru_cache(maxsize=256)
def rules_of(contract: Contract) -> Rules:
    """Return the rules of a contract, made once."""
    root = Rule()
    for path in (*contract.meaningless, *IN_ASSIGNMENTS):
        _rule_at(root, path).is_left_out = True
    for path, default in {**ALWAYS_DEFAULT, **contract.defaults}.items():
        _rule_at(root, path).default = default
    if contract.reveal:
        _rule_at(root, contract.reveal.items).is_revealed = True
    return Rules(
        root,
        ALWAYS_SECRET.union(contract.secrets),
        ALWAYS_UNORDERED.union(contract.unordered),
        frozenset(normal_scalar("", value) for value in contract.resting),
        contract.odata_type,
        contract.reveal.value if contract.reveal else "",
        contract.reveal.reference if contract.reveal else "",
    )


def _rule_at(root: Rule, path: str) -> Rule:
    rule = root
    for name in _names(path):
        rule = rule.below.setdefault(name, Rule())
    return rule


def _names(path: str) -> Iterable[str]:
    return (name.replace("\0", ".").removesuffix("[]") for name in _split(path))


def _split(path: str) -> list[str]:
    """Return the names of a path. The one of an annotation has a point of its own: "a@odata.context"."""
    return path.replace("@odata.", "@odata\0").split(".") if "@odata." in path else path.split(".")
