"""References: the ids of other objects inside a payload.

A contract declares every place where one may stand. This module reads them, puts other ids in their place, and tells
which GUIDs of a payload nobody has explained.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from tenantpilot.graph.contracts import paths


class Outside(StrEnum):
    """Kinds of objects that a reference may name and that no contract covers."""

    USER = "user"
    APPLICATION = "application"
    """By its application id, which is the same in every tenant."""
    SERVICE_PRINCIPAL = "servicePrincipal"
    DIRECTORY_ROLE = "directoryRole"
    """By its template id, which is the same in every tenant."""
    AUTHENTICATION_CONTEXT = "authenticationContext"
    TERMS_OF_USE = "termsOfUse"
    EXTERNAL_TENANT = "externalTenant"
    CUSTOM_CONTROL = "customAuthenticationFactor"
    FILTERING_PROFILE = "filteringProfile"
    PRIVATE_LINK_POLICY = "privateLinkPolicy"
    DEVICE = "device"
    DERIVED_CREDENTIAL = "derivedCredential"
    TUNNEL_SITE = "microsoftTunnelSite"
    VPP_TOKEN = "vppToken"  # noqa: S105 - a kind of object
    MANAGER_COLLECTION = "configurationManagerCollection"
    ON_PREMISES_CONNECTION = "onPremisesConnection"
    CLOUD_PC_IMAGE = "cloudPcDeviceImage"
    AUTOPATCH_GROUP = "autopatchGroup"
    ADMX_DEFINITION = "groupPolicyDefinition"
    """Service-wide where Microsoft delivers it, the tenant's own where an ADMX file was uploaded."""


@dataclass(frozen=True)
class Reference:
    """A place that holds an id of another object; "a[].b" goes through a list, "**.b" to any depth."""

    path: str
    type_key: str
    """The key of a contract, or a kind of `Outside`."""
    where: tuple[str, str] = ("", "")
    """A property of the object around it and the value that makes this an id."""
    by_type: Mapping[str, str] = field(default_factory=dict)
    """Type keys by the @odata.type of the object around it, where that decides."""
    within: str = ""
    """A pattern whose group is the id, where it stands inside a text."""

    @property
    def type_keys(self) -> frozenset[str]:
        """Return all kinds that it may name."""
        return frozenset(self.by_type.values()) or frozenset({self.type_key})

    @property
    def is_of_assignments(self) -> bool:
        """Return True if it is needed when the object is assigned, and not when it is made."""
        return self.path.startswith("assignments[]")


@dataclass(frozen=True)
class Named:
    """An object that a payload refers to."""

    type_key: str
    graph_id: str
    path: str


ASSIGNMENT_REFERENCES = (
    Reference("assignments[].target.groupId", "group"),
    Reference("assignments[].target.deviceAndAppManagementAssignmentFilterId", "assignmentFilter"),
    Reference("assignments[].target.collectionId", Outside.MANAGER_COLLECTION),
)
SCOPE_TAG_REFERENCES = (Reference("roleScopeTagIds[]", "roleScopeTag"),)

NewId = Callable[[Named], str]

NOTHING = frozenset({"", "00000000-0000-0000-0000-000000000000"})
"""Graph writes "none" as an empty text or as a GUID of zeros."""
WORDS = frozenset(
    {
        "all",
        "none",
        "guestsorexternalusers",
        "alltrusted",
        "office365",
        "microsoftadminportals",
        "serviceprincipalsinmytenant",
        "allagentidresources",
    }
)
"""Stand where ids stand, and mean the same in every tenant."""
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
BUILT_IN_STRENGTH = re.compile(r"00000000-0000-0000-0000-0{11}[1-9]")

EXPLAINED = (
    "id",  # its own
    "assignments[].id",
    "assignments[].sourceId",  # itself or its policy set; never written
    "createdByAppId",
    "version",
    "**.templateId",  # Microsoft's templates are the same for all
    "**.settingValueTemplateId",
    "**.settingInstanceTemplateId",
)
"""Places of GUIDs, in every type, that name no object of the tenant."""


class Referring(Protocol):
    """A contract, as far as its references go."""

    @property
    def references(self) -> tuple[Reference, ...]: ...
    @property
    def explained(self) -> tuple[str, ...]: ...


def references_in(contract: Referring, payload: Mapping[str, Any]) -> list[Named]:
    """Return all objects that the payload refers to, each place once; "none" and words for many are no reference."""
    return [named for reference in contract.references for named in _named_by(reference, payload)]


def with_new_ids(contract: Referring, payload: Mapping[str, Any], new_id: NewId) -> dict[str, Any]:
    """Return a copy in which every reference holds the id that `new_id` answers for it."""
    copied: dict[str, Any] = copy.deepcopy(dict(payload))
    for reference in contract.references:
        for container, key in list(paths.places(copied, reference.path)):
            container[key] = _replaced(reference, container, container[key], new_id)  # type: ignore[index]
    return copied


def unexplained_guids(contract: Referring, payload: Mapping[str, Any]) -> list[str]:
    """Return the paths of GUIDs that are neither a reference nor declared to be none."""
    ids_by_place = _ids_by_place(contract, payload)
    return [
        path
        for path, (container, key), text in paths.texts(payload)
        if (guids := GUID.findall(text)) and not _is_annotation(path) and not _is_explained(contract, path)
        for guid in guids
        if guid.lower() not in NOTHING and guid not in ids_by_place.get((id(container), key), "")
    ]


def is_everywhere(named: Named) -> bool:
    """Return True if the id means the same object in every tenant, so that nobody has to map it."""
    if named.type_key == Outside.DIRECTORY_ROLE:
        return True
    if named.type_key == "roleScopeTag":
        return named.graph_id == "0"
    return named.type_key == "authenticationStrength" and BUILT_IN_STRENGTH.fullmatch(named.graph_id) is not None


def _ids_by_place(contract: Referring, payload: Any) -> dict[tuple[int, str | int], str]:
    """Return all ids that a place holds, in one text."""
    ids_by_place: dict[tuple[int, str | int], str] = {}
    for reference in contract.references:
        for container, key in paths.places(payload, reference.path):
            if _type_key(reference, container):
                ids = _ids(reference, container[key])  # type: ignore[index]
                ids_by_place[id(container), key] = " ".join((ids_by_place.get((id(container), key), ""), *ids))
    return ids_by_place


def _named_by(reference: Reference, payload: Any) -> Iterator[Named]:
    for container, key in paths.places(payload, reference.path):
        value = container[key]  # type: ignore[index]
        type_key = _type_key(reference, container)
        for graph_id in _ids(reference, value) if type_key else ():
            yield Named(type_key, graph_id, reference.path)


def _replaced(reference: Reference, container: Any, value: Any, new_id: NewId) -> Any:
    type_key = _type_key(reference, container)
    ids = _ids(reference, value) if type_key else []
    for graph_id in dict.fromkeys(ids):
        value = value.replace(graph_id, new_id(Named(type_key, graph_id, reference.path)))
    return value


def _type_key(reference: Reference, container: Any) -> str:
    """Return the kind of object that a place names; "" where what stands around it says that it names none."""
    around = container if isinstance(container, dict) else {}
    if reference.by_type:
        return reference.by_type.get(_type_name(around.get("@odata.type")), "")
    name, expected = reference.where
    if name and _type_name(around.get(name)) != expected:
        return ""
    return reference.type_key


def _type_name(value: object) -> str:
    return str(value or "").rpartition(".")[2]


def _ids(reference: Reference, value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    ids = re.findall(reference.within, value) if reference.within else [value]
    return [graph_id for graph_id in ids if graph_id.lower() not in NOTHING and graph_id.lower() not in WORDS]


def _is_annotation(path: str) -> bool:
    return "@odata." in path or "#microsoft.graph." in path or "@microsoft.graph." in path


def _is_explained(contract: Referring, path: str) -> bool:
    return any(paths.matches(path, pattern) for pattern in (*EXPLAINED, *contract.explained))
