"""The checkpoint of an operation that works through items."""

from dataclasses import dataclass

from tenantpilot.core.stored import StoredData


@dataclass(frozen=True)
class ItemsCheckpoint(StoredData):
    """The number of frozen items. Their states stand in rows of their own."""

    items: int
