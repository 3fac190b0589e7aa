"""Trashing records of TenantPilot, taking them back and deleting them for good, many at once.

A room says how it finds its records and what keeps one from being removed; the rest is the same for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.core.stored import StoredData
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, skipped, work_through
from tenantpilot.operations.run_context import RunContext

RecordT = TypeVar("RecordT")
InputsT = TypeVar("InputsT", bound=StoredData)
Verb = Callable[..., bool | None]
"""Does something with one record, for an `actor` at `now`. Returns False where there was nothing to do."""


@dataclass(frozen=True)
class Records(Generic[InputsT, RecordT]):
    """The records of a room.

    `keys` reads them from the inputs of a run, `names` gives their names, and `find` returns one of the run's tenant.
    `gone` is the reason code of one that is not there, and `refusal` what a verb raises for one that must stay.
    """

    keys: Callable[[InputsT], Sequence[int]]
    names: Callable[[RunContext[InputsT]], Mapping[int, str]]
    find: Callable[[RunContext[InputsT], int], RecordT | None]
    gone: str
    refusal: type[ReasonedError]

    def trash(self, run: RunContext[InputsT], verb: Verb) -> None:
        """Move the records to the trash; what must stay is skipped, with the reason."""
        self._each(run, verb, "updated", otherwise=ItemState.UNCHANGED)

    def take_back(self, run: RunContext[InputsT], verb: Verb) -> None:
        """Take the records out of the trash."""
        self._each(run, verb, "updated", otherwise=skipped("not_in_trash"))

    def delete(self, run: RunContext[InputsT], verb: Verb) -> None:
        """Delete trashed records for good."""
        self._each(run, verb, "deleted", otherwise=ItemState.UNCHANGED)

    def _each(
        self, run: RunContext[InputsT], verb: Verb, counted_as: str, *, otherwise: ItemState | ItemResult
    ) -> None:
        def work(run: RunContext[InputsT], item: Item) -> ItemState | ItemResult:
            record = self.find(run, int(item.key))
            if record is None:
                return skipped(self.gone)
            try:
                has_done = verb(record, actor=run.initiator, now=run.now)
            except self.refusal as refused:
                return skipped(refused.reason_code)
            if has_done is False:
                return otherwise
            run.count(counted_as)
            return ItemState.SUCCEEDED

        work_through(run, find=self._items, work=work)

    def _items(self, run: RunContext[InputsT]) -> list[Item]:
        names = self.names(run)
        return [Item(str(key), ObjectName(names.get(key, f"#{key}"))) for key in self.keys(run.inputs)]
