"""Operation types: one declaration each, and the registry that rooms above sign into."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.core.stored import StoredData
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.summary import ITEMS, Nouns, OperationSummaryKeys
from tenantpilot.tenancy.capabilities import Capability

InputsT = TypeVar("InputsT", bound=StoredData)


@dataclass(frozen=True)
class NoInputs(StoredData):
    """The inputs of an operation that is about its tenant or workspace and nothing else."""


@dataclass(frozen=True)
class Limits:
    """The limits of a run of the type.

    `attempts` counts how often a worker may take it up. The breaker opens when at least
    `breaker_after` items were tried and more than `breaker_share` of them failed (OPS-13).
    """

    seconds: int = 3_600
    attempts: int = 3
    cancel_grace_seconds: int = 120
    breaker_after: int = 20
    breaker_share: float = 0.5


@dataclass(frozen=True)
class OperationType(Generic[InputsT]):
    """Everything that the engine, the pages, the API and the documentation know about an operation.

    `handler` is "module:function", imported by workers alone. `inputs` and `checkpoint` are the classes of what its
    runs are asked for and of what a worker keeps for the next one. `identity_fields` are the inputs that,
    with tenant and type, make two requests the same work (OPS-06). Runs and schedules of a type `of_workspace` are of
    a whole workspace, those of any other type that is scheduled are of a tenant. `for_items` limits inputs to the items
    of these keys, for an operation of which failed items can be tried again. `scheduled` makes a run's inputs
    from those of a schedule at the time of a slot; None: it never starts by the clock. `for_schedule` puts the
    schedule's key into them, for an operation of which each schedule has its own work.
    `also_needs` returns the further capability that inputs need which let a run do more than `capability` says.
    `nouns` are the words for what its counts are counts of. With `is_partial_with_warnings`, a run that counted a
    warning has succeeded in part at best. What `uses_upload` reads a file that is removed as soon as its run has ended.
    """

    key: str
    label: str | Promise
    capability: Capability
    handler: str
    nouns: Nouns
    inputs: type[InputsT]
    checkpoint: type[StoredData] = ItemsCheckpoint
    queue: str = "interactive"
    identity_fields: tuple[str, ...] = ()
    for_items: Callable[[InputsT, tuple[str, ...]], InputsT] | None = None
    scheduled: Callable[[InputsT], InputsT] | None = None
    for_schedule: Callable[[InputsT, int], InputsT] | None = None
    of_workspace: bool = False
    counts: tuple[str, ...] = ()
    reason_codes: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    writes_tenant: bool = False
    is_partial_with_warnings: bool = False
    uses_upload: bool = False
    also_needs: Callable[[InputsT], Capability | None] | None = None

    def needed_for(self, inputs: InputsT) -> tuple[Capability, ...]:
        """Return every capability that a person needs to start a run of these inputs."""
        further = self.also_needs(inputs) if self.also_needs else None
        return (self.capability, further) if further else (self.capability,)


class UnknownOperationType(TenantPilotError):
    """No room has declared a type with this key."""


class OperationTypes:
    """The registry. Its order is the order of registration."""

    def __init__(self) -> None:
        self._types: dict[str, OperationType[Any]] = {}

    def register(self, operation_type: OperationType[InputsT]) -> OperationType[InputsT]:
        """Raises ValueError for a key that is taken, and a count, a reason code or an input that is not declared."""
        if self._types.get(operation_type.key, operation_type) != operation_type:
            raise ValueError(f"operation type {operation_type.key!r} is registered already")
        _refuse_unknown("count", operation_type.counts, OperationSummaryKeys.all())
        _refuse_unknown("reason code", operation_type.reason_codes, [reason.code for reason in ReasonCatalog.all()])
        names = [field.name for field in fields(operation_type.inputs)]  # type: ignore[arg-type]
        _refuse_unknown("input", operation_type.identity_fields, names)
        self._types[operation_type.key] = operation_type
        return operation_type

    def get(self, key: str) -> OperationType[Any]:
        """Raises UnknownOperationType."""
        try:
            return self._types[key]
        except KeyError:
            raise UnknownOperationType(f"no operation type {key!r}") from None

    def all(self) -> tuple[OperationType[Any], ...]:
        return tuple(self._types.values())

    def label(self, key: str) -> str:
        """For people; a type of an older version reads as its key."""
        return str(self._types[key].label) if key in self._types else key.replace("_", " ").capitalize()

    def nouns(self, key: str) -> Nouns:
        """Return the words for what a type counts; of a type of an older version, those that fit any."""
        return self._types[key].nouns if key in self._types else ITEMS


def _refuse_unknown(subject: str, used: Iterable[str], catalogue: Iterable[str]) -> None:
    if unknown := sorted(set(used) - set(catalogue)):
        raise ValueError(f"{subject} not in its catalogue: {', '.join(unknown)}")


operation_types = OperationTypes()
