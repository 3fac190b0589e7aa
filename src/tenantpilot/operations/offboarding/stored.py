"""Inputs and checkpoint of a tenant's removal."""

from dataclasses import dataclass

from tenantpilot.core.stored import StoredData


@dataclass(frozen=True)
class RemovalInputs(StoredData):
    """The tenant to remove, by its id: the run itself belongs to the workspace, so that it outlives the tenant."""

    tenant_id: int


@dataclass(frozen=True)
class RemovalCheckpoint(StoredData):
    """The number of rows that are deleted already. Which are left is read from the tables."""

    deleted: int
