"""What the engine is compared with: a task that does nothing, and an operation that does nothing."""

from dataclasses import dataclass
from typing import Any

from tenantpilot.core.stored import StoredData
from tenantpilot.operations.queues.task_api import task
from tenantpilot.operations.summary import ITEMS
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.capabilities import Capability


@task(queue_name="interactive")
def noop(_number: int) -> None:
    """The queue's own cost."""


def empty(_context: Any) -> None:
    """The engine's own cost."""


@dataclass(frozen=True)
class NumberInputs(StoredData):
    """Each number is work of its own."""

    number: str


EMPTY = OperationType(
    key="bench_empty",
    label="Nothing",
    capability=Capability.INVENTORY_SYNC,
    handler="benchmarks.noop:empty",
    inputs=NumberInputs,
    nouns=ITEMS,
    identity_fields=("number",),
)
