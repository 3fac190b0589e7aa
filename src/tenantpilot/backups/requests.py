"""The request of a backup: policy types, or chosen policies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.inventory.selecting import Policies, PolicyFilter, PolicySelection

EVERYTHING = 1_000_000


@dataclass(frozen=True)
class BackupInputs(StoredData):
    """A backup made by hand: of chosen policies where there are some, else of policy types; none of both means all.

    `left_out_reason` is what a person wrote on the types that are left out, screened.
    """

    name: str
    policy_types: tuple[str, ...] = ()
    policies: Policies | None = None
    left_out_reason: str = ""

    def __post_init__(self) -> None:
        """Raises UnknownPolicyType."""
        catalogue.chosen(self.policy_types)

    def to_json(self) -> dict[str, Any]:
        """Store of a filter only what narrows: two requests are the same work if these are equal."""
        stored = super().to_json()
        if isinstance(self.policies, PolicyFilter):
            stored["policies"] = {name: value for name, value in vars(self.policies).items() if value}
        return stored


@dataclass(frozen=True)
class ScheduledBackupInputs(StoredData):
    """A backup of a schedule. A schedule that names no type backs up all that there are at its time.

    One with a `view` backs up the policies that this saved view names then; `view_name` is for people.
    """

    policy_types: tuple[str, ...] = ()
    left_out_reason: str = ""
    schedule: int = 0
    view: int = 0
    view_name: str = ""

    def __post_init__(self) -> None:
        """Raises UnknownPolicyType."""
        catalogue.chosen(self.policy_types)


@dataclass(frozen=True)
class RevisionInputs(PolicySelection):
    """The policies to add to a set made by hand, or to remove from it."""

    backup_set: int = 0


@dataclass(frozen=True)
class VerifyInputs(StoredData):
    """The set to verify; 0 is the newest one that holds anything."""

    backup_set: int = 0


@dataclass(frozen=True)
class RetentionInputs(StoredData):
    """The chain whose rule is applied; 0 is the trash of the tenant, whatever chain its sets belong to."""

    chain: int


@dataclass(frozen=True)
class SetsInputs(StoredData):
    """The sets that a bulk operation is about."""

    sets: tuple[int, ...]


@dataclass(frozen=True)
class BackupRequest(StoredData):
    """The request of a set, as it is kept with the set. `view` is the name of the saved view that chose."""

    policy_types: tuple[str, ...]
    policies: int | None = None
    left_out: tuple[str, ...] = ()
    left_out_reason: str = ""
    view: str = ""

    @property
    def width(self) -> int:
        """Return the breadth of the request: every policy type is the broadest, chosen policies are the narrowest."""
        if self.policies is not None:
            return 0
        return EVERYTHING if not self.left_out else len(self.policy_types)


def asked_types(policy_types: Iterable[str], left_out_reason: str) -> BackupRequest:
    """Return the types and, in the order of the catalogue, those that are left out."""
    chosen = catalogue.chosen(policy_types)
    left_out = tuple(policy_type.key for policy_type in catalogue.every() if policy_type.key not in chosen)
    return BackupRequest(chosen, left_out=left_out, left_out_reason=left_out_reason if left_out else "")
