"""The material of layouts: an exported policy, and the files that a layout makes of it."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tenantpilot.graph.contracts.model import Contract

JsonObject = dict[str, Any]
OWN_FOLDER = "TenantPilot"
"""Types that a tool does not know go below this folder."""


@dataclass(frozen=True)
class AppType:
    """The name of an app of the tenant and its type."""

    name: str
    odata_type: str


@dataclass(frozen=True)
class Exported:
    """A policy with its payload, in which secrets are masked, and the names behind its ids."""

    contract: Contract
    graph_id: str
    name: str
    payload: Mapping[str, Any] = field(repr=False)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    apps: Mapping[str, AppType] = field(default_factory=dict)

    def name_of(self, graph_id: str) -> str | None:
        """Return the name behind an id of the payload, as it was when the version was taken."""
        entry = self.names.get(graph_id.lower())
        return str(entry["name"]) if entry else None


@dataclass(frozen=True)
class File:
    """A file of a policy. `name` may be any text; `suffix` and `ending` are kept as they are."""

    folder: str
    name: str
    ending: str
    content: bytes = field(repr=False)
    suffix: str = ""


class Layout(Protocol):
    """The folders and files of one tool."""

    def files(self, policy: Exported) -> list[File]:
        """Return the files of a policy, always the same ones in the same order for the same policy."""

    def shared_files(self, tenant: "TenantFacts", policies: Sequence["Referring"], /) -> list[File]:
        """Return files that belong to all policies together."""

    def knows(self, contract: Contract) -> bool:
        """Return True if the tool has a folder for the type."""


@dataclass(frozen=True)
class TenantFacts:
    """The tenant that an archive is about."""

    name: str
    entra_tenant_id: str


@dataclass(frozen=True)
class Referring:
    """The groups that a policy names, by id."""

    groups: Mapping[str, str]


def script_bytes(content: object) -> bytes | None:
    """Return the bytes that base64 text stands for; None for anything else."""
    if not isinstance(content, str) or not content:
        return None
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return None


def without(payload: Mapping[str, Any], names: frozenset[str]) -> JsonObject:
    return {name: value for name, value in payload.items() if name not in names}


def type_word(payload: Mapping[str, Any]) -> str:
    """Return "iosCompliancePolicy" of "#microsoft.graph.iosCompliancePolicy"; "" without a type."""
    return str(payload.get("@odata.type") or "").rpartition(".")[2]
