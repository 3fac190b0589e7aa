"""Working through the items of a run, each in one transaction with what is known of it.

A handler says which items there are and what to do with one; everything else is the same for all
bulk operations. A worker that takes over goes on with the first item that nobody settled.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import transaction

from tenantpilot.core.errors import Params
from tenantpilot.core.sanitizing import Failure, ObjectName, describe, failure, shown_item
from tenantpilot.core.stored import StoredData
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.items.models import EXPLAINED, ItemState, RunItem
from tenantpilot.operations.run_context import CircuitOpen, OperationFailed, RunContext

CHUNK = 500
MAX_KEY = 128

# The summary count of each state; failures are counted by the run itself.
COUNTED_AS = {
    ItemState.SUCCEEDED: "succeeded",
    ItemState.UNCHANGED: "unchanged",
    ItemState.SKIPPED: "skipped",
    ItemState.WAITING: "waiting",
}


@dataclass(frozen=True)
class Item:
    """`key` is what the handler knows it by, at most 128 characters; `label` is what people read.

    It is a name that the inventory or a catalogue shows, kept as it stands there, and never another text from outside.
    """

    key: str
    label: str


@dataclass(frozen=True)
class ItemResult:
    """The state of a settled item, and its reason where the state needs one."""

    state: ItemState
    reason: Failure | None = None

    def __post_init__(self) -> None:
        if (self.state in EXPLAINED) != (self.reason is not None):
            raise ValueError(f"{self.state} needs a reason" if self.reason is None else f"{self.state} has no reason")


def skipped(reason_code: str, params: Params | None = None) -> ItemResult:
    """Return the result of an item that was left out on purpose."""
    return ItemResult(ItemState.SKIPPED, describe(reason_code, params))


def waiting(reason_code: str, params: Params | None = None) -> ItemResult:
    """Return the result of an item that waits for somebody outside TenantPilot."""
    return ItemResult(ItemState.WAITING, describe(reason_code, params))


InputsT = TypeVar("InputsT", bound=StoredData)
Find = Callable[[RunContext[InputsT]], Iterable[Item]]
Work = Callable[[RunContext[InputsT], Item], ItemState | ItemResult | None]


def work_through(run: RunContext[InputsT], *, find: Find[InputsT], work: Work[InputsT]) -> None:
    """Freeze what `find` finds, then do `work` on each item; one that raises has failed, the others go on.

    `work` returns the item's state, or a result with a reason; None means succeeded. It runs in a transaction that also
    holds the item's new state and the checkpoint: all of it lands, or nothing does. OperationFailed
    ends the whole run.
    """
    items = RunItems(run, find)
    for item in items.pending():
        items.attempt(item, work)


class RunItems(Generic[InputsT]):
    """The frozen set of a run. A handler with an order of its own settles the items itself."""

    def __init__(self, run: RunContext[InputsT], find: Find[InputsT]) -> None:
        """Freeze what `find` finds; after a takeover the set stays as it was, whatever has changed since."""
        self._run = run
        self._rows = RunItem.objects.of_run(run.run_id)
        checkpoint = run.last_checkpoint(ItemsCheckpoint)
        if checkpoint is None:
            self._freeze(find)
        self._total = checkpoint.items if checkpoint else self._rows.count()
        self._settled = self._total - self._rows.pending().count()
        self._group: dict[ItemState, list[str]] | None = None
        self._report()

    def pending(self) -> Iterator[Item]:
        """Yield what is not settled, in order."""
        position = 0
        while rows := list(self._rows.pending().after(position).in_order()[:CHUNK]):
            yield from (Item(row.key, ObjectName(row.label)) for row in rows)
            position = rows[-1].position

    def attempt(self, item: Item, work: Work[InputsT]) -> None:
        """Do the work and settle the item. A safe point."""
        try:
            with self._run.all_or_nothing(), transaction.atomic():
                self._run.lock()
                self._settle(item, _result(work(self._run, item)))
        except OperationFailed:
            raise
        except Exception as error:
            self.failed(item, error)
        else:
            self._one_more()

    def settled(self, item: Item, result: ItemState | ItemResult = ItemState.SUCCEEDED) -> None:
        """Call it in the transaction of the work, and `report` after it."""
        self._settle(item, _result(result))

    def failed(self, item: Item, error: BaseException) -> None:
        """The item has failed, with the reason that stands for the exception. A safe point.

        What was stopped because the run must stop has not failed: nothing is written, and Interrupted raised.
        """
        with transaction.atomic():
            self.note_failure(item, error)
        self._one_more()

    def note_failure(
        self, item: Item, error: BaseException, *, name: ObjectName | None = None, subject: str = ""
    ) -> None:
        """The same within the caller's transaction. An open circuit stops the run at the next safe point, not here.

        `name` and `subject` say which object it is, where the item stands for many.
        """
        reason = failure(error)
        if reason.code == "cancelled_by_person":
            self._run.safe_point()
        self._write(item, ItemState.FAILED, reason.code, reason.message)
        with suppress(CircuitOpen):
            self._run.item_raised(name or ObjectName(item.label), error, subject=subject)
        self._keep()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Settle all items of this block with one checkpoint. Call it in one transaction, and `report` after it."""
        self._group = {}
        try:
            yield
            for state, keys in self._group.items():
                self._rows.pending().filter(key__in=keys).update(state=state)
            self._group = None
            self._keep()
        finally:
            self._group = None

    def report(self, number: int = 1) -> None:
        """Count one more settled item, after its transaction was committed. A safe point."""
        self._settled += number
        self._report()

    def _freeze(self, find: Find[InputsT]) -> None:
        with transaction.atomic():
            total = len(RunItem.objects.bulk_create(_rows(self._run.run_id, find(self._run)), batch_size=CHUNK))
            self._run.checkpoint(ItemsCheckpoint(total))

    def _settle(self, item: Item, result: ItemResult) -> None:
        reason = result.reason
        self._write(item, result.state, *((reason.code, reason.message) if reason else ()))
        self._run.count(COUNTED_AS[result.state])
        self._keep()

    def _write(self, item: Item, state: ItemState, reason_code: str = "", message: str = "") -> None:
        if self._group is not None and not reason_code:
            self._group.setdefault(state, []).append(item.key)
            return
        self._rows.pending().filter(key=item.key).update(state=state, reason_code=reason_code, message=message)

    def _keep(self) -> None:
        """Raises LeaseLost, which takes the item's state back with it."""
        if self._group is None:
            self._run.checkpoint(ItemsCheckpoint(self._total))

    def _one_more(self) -> None:
        self._settled += 1
        self._report()

    def _report(self) -> None:
        self._run.progress(self._settled, self._total)


def _result(answer: ItemState | ItemResult | None) -> ItemResult:
    return answer if isinstance(answer, ItemResult) else ItemResult(answer or ItemState.SUCCEEDED)


def _rows(run_id: int, items: Iterable[Item]) -> list[RunItem]:
    """Return each key once."""
    once = {item.key[:MAX_KEY]: item for item in items}
    return [
        RunItem(run_id=run_id, position=position, key=key, label=shown_item(ObjectName(item.label)))
        for position, (key, item) in enumerate(once.items(), start=1)
    ]
