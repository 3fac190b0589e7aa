"""Decide how far an object is written back, and why not further: for each object, not for its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tenantpilot.graph.contracts import paths


class RestoreMode(StrEnum):
    """The extent to which an object is written back."""

    FULL = "full"
    PREVIEW_ONLY = "preview_only"
    """Compared and shown; writing it is left to a person in Microsoft's console."""


class Reason(StrEnum):
    """The reason for which an object is only previewed."""

    NONE = ""
    CONTENT_MISSING = "content_missing"
    """Graph does not give its content back: installers, ADMX files."""
    SYNCED = "synced"
    """It comes from another service, which would write over it."""
    UPLOADED_DEFINITIONS = "uploaded_definitions"
    """It uses definitions of an uploaded ADMX file, whose ids differ from tenant to tenant."""
    MEMBERS_MISSING = "members_missing"
    """Its members are not kept, so that it would come back empty."""
    GIVES_POWER = "gives_power"
    """It gives people rights."""
    CANNOT_REMOVE = "cannot_remove"
    """No request removes what it holds too much, so that a restore could not be exact."""
    SHARED_ORDER = "shared_order"
    """Its priority is one state over all objects of its type."""
    BOUND_TO_TOKEN = "bound_to_token"  # noqa: S105 - a reason
    """It belongs to a token that is a secret."""
    WHOLE_TENANT = "whole_tenant"
    """It concerns every device of the tenant at once."""
    READ_ONLY = "read_only"
    """Nobody can write it."""
    DELIVERED = "delivered"
    """Microsoft makes it; it can be changed at most, and never created."""


@dataclass(frozen=True)
class Exemption:
    """Objects of a type that are only previewed although the type can be restored, and why."""

    reason: Reason
    types: tuple[str, ...] = ()
    """Only these @odata.types; all when empty."""
    other_than: tuple[str, ...] = ()
    """All @odata.types but these."""
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """By path: one of these values stands there."""

    def concerns(self, payload: Mapping[str, Any]) -> bool:
        """Return True if the object is one of them."""
        name = str(payload.get("@odata.type", "")).rpartition(".")[2]
        if (self.types and name not in self.types) or (self.other_than and name in self.other_than):
            return False
        return all(_holds(payload, path, values) for path, values in self.where.items())


@dataclass(frozen=True)
class Restorability:
    """The restore mode of one object, and the reason if it is not written back in full."""

    mode: RestoreMode
    reason: Reason = Reason.NONE


def _holds(payload: Mapping[str, Any], path: str, values: tuple[Any, ...]) -> bool:
    standing = paths.values(payload, path)
    return any(value in values for value in standing) or (not standing and None in values)
