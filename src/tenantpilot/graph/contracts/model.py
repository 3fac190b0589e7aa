"""Declare contracts: everything that must be known to read and write one type of object.

A contract is data. It holds no labels and no words for people; those belong to the rooms above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from tenantpilot.graph.contracts.parts import STATED_TOTAL, Part, type_name_of
from tenantpilot.graph.contracts.references import Reference
from tenantpilot.graph.contracts.restoring import Exemption, Reason, Restorability, RestoreMode

COMMON_KEPT = (
    "id",
    "@odata.type",
    "description",
    "createdDateTime",
    "lastModifiedDateTime",
    "version",
    "isAssigned",
    "roleScopeTagIds",
)

# Graph refuses these in a body, or ignores them in silence.
# Sources: the reference pages below https://learn.microsoft.com/graph/api/resources/intune-graph-overview
COMMON_STRIPPED = frozenset(
    {
        "id",
        "createdDateTime",
        "lastModifiedDateTime",
        "modifiedDateTime",
        "deletedDateTime",
        "version",
        "isAssigned",
        "settingCount",
        "creationSource",
        "supportsScopeTags",
        "assignments",
    }
)


class Version(StrEnum):
    """A version of Graph, as it stands in a path."""

    V1 = "v1.0"
    BETA = "beta"


class Kind(StrEnum):
    """The way to find the objects of a type."""

    COLLECTION = "collection"
    NESTED = "nested"
    """A collection below each object of another collection."""
    SINGLETON = "singleton"
    """A single object for each tenant, without a name."""
    FEED = "feed"
    """Events that happened, not configuration: read-only and without end."""


@dataclass(frozen=True)
class Permissions:
    """Application permissions. To read, one of `to_read` is enough; to write, all of `to_write` are needed.

    Source: https://learn.microsoft.com/graph/permissions-reference
    """

    to_read: tuple[str, ...]
    to_write: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Tells more about the objects. Nothing fails without it."""

    @property
    def enough_to_read(self) -> tuple[str, ...]:
        """Return the permissions that suffice to read: one to read and write includes the one to read."""
        return (*self.to_read, *(name.replace(".Read.All", ".ReadWrite.All") for name in self.to_read))


@dataclass(frozen=True)
class Bind:
    """An object that a read shows expanded and a write names by its address, as "definition@odata.bind"."""

    name: str
    address: str
    """Below the version, or below the address of the object around it; "{id}" is the object's own."""
    below: str = ""
    inner: Bind | None = None
    """Holds for each item of the list `below`."""


@dataclass(frozen=True)
class Action:
    """A further request that carries a part of the payload, which the main body may not hold.

    `path` is below the object. The body is {body_key: part, **extra}; with `one_by_one`, one request for every
    item of the part, whose body is the item.
    """

    path: str
    part: str
    body_key: str = ""
    extra: tuple[str, ...] = ()
    """Further properties of the payload that belong into the body."""
    one_by_one: bool = False
    is_reference: bool = False
    """With `one_by_one`: an item is another object, and is added and removed by its address, see `bind`."""
    told_by: str = ""
    """The property by which an item is found again: with `one_by_one`, and where the body names items by their ids."""
    home: str = ""
    """Another collection than the object's own, through which it is called."""
    removed_key: str = ""
    """The body's list of ids that shall go: the part takes the place of all that stands there."""
    changed_key: str = ""
    """With `removed_key`: the body's list of changes, which is sent empty."""
    bind: Bind | None = None


@dataclass(frozen=True)
class Create:
    """A POST to the collection, then the actions."""

    parts: tuple[str, ...] = ()
    """Parts that belong into the body."""
    without: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    path: str = ""
    """Another address than the collection; may name properties: "…/templates/{templateId}/createInstance"."""
    renames: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    """Graph refuses a body without these."""


@dataclass(frozen=True)
class Update:
    """A PATCH or PUT of the object, then the actions."""

    method: str = "PATCH"
    parts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """What only another object could have otherwise: Graph refuses to change it."""
    left_alone: tuple[str, ...] = ()
    """What could be changed and is not for us to change: a pause of updates, the order of several objects."""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Assign:
    """The way to write assignments: all at once, or one request for each."""

    body_key: str = "assignments"
    path: str = "assign"
    one_by_one: bool = False
    tenant_wide: bool = True
    """Whether all devices or all users may be a target."""


@dataclass(frozen=True)
class Reveal:
    """The way to read a secret in plain that Graph masks, where the application may."""

    items: str
    """The path of the objects that may hold one."""
    reference: str = "secretReferenceValueId"
    value: str = "value"
    function: str = "getOmaSettingPlainTextValue(secretReferenceValueId='{reference}')"


@dataclass(frozen=True)
class Contract:
    """A type of object, as Graph serves it."""

    key: str
    path: str
    """Without the version. "{parent}" stands for the id of an object of `parent_path`."""
    odata_type: str
    permissions: Permissions
    restore_order: int
    version: Version = Version.BETA
    stable_words: frozenset[str] = frozenset()
    """Properties, at any depth, that v1.0 knows: read in beta, an object is written in v1.0 if that can hold it."""
    kind: Kind = Kind.COLLECTION
    name_field: str = "displayName"
    modified_field: str = "lastModifiedDateTime"
    parent_path: str = ""

    query: Mapping[str, str] = field(default_factory=dict)
    """Belongs to what the list means."""
    settles: bool = True
    """Whether a read right after a write shows it; Entra does not promise that."""
    wishes: Mapping[str, str] = field(default_factory=lambda: STATED_TOTAL)
    """Makes reading better; left away when Graph refuses it."""
    counts_with_lag: bool = False
    """States its total only to who accepts that list and total may lag, as the directory does."""
    only: tuple[str, ...] = ()
    """Of a shared collection, only these @odata.types belong to the type."""
    excluding: tuple[str, ...] = ()
    collections: Mapping[str, str] = field(default_factory=dict)
    """By @odata.type: the collection that holds the object whole, where the list shows a mixture."""
    is_listed_apart: bool = False
    """Whether those collections are listed in the place of the mixture."""
    listed_whole: tuple[str, ...] = ()
    """@odata.types of which the list is complete although it leaves something out of others (see `full_query`)."""

    full_query: Mapping[str, str] | None = None
    """The query of a GET by id, where the list leaves something out; None when the list is complete."""
    parts: tuple[Part, ...] = ()
    kept_properties: tuple[str, ...] = ()
    """What inventory keeps beside the common ones."""
    secrets: tuple[str, ...] = ()
    """Properties, at any depth, that Graph masks or that must not be shown."""
    reveal: Reveal | None = None
    stripped: tuple[str, ...] = ()
    """Paths that a write may not hold beside the common ones: "a" of the object, "a[].b" of a list's items."""
    unordered: tuple[str, ...] = ()
    """Lists, by property name at any depth, whose order means nothing."""
    noise: tuple[str, ...] = ()
    """Paths that differ without a difference of configuration."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """By path, the value that the service fills in: it means the same as nothing."""
    resting: tuple[Any, ...] = ()
    """Values that mean the same as nothing for every property of the object itself: what the service fills in."""

    create: Create | None = field(default_factory=Create)
    update: Update | None = field(default_factory=Update)
    assign: Assign | None = None
    references: tuple[Reference, ...] = ()
    explained: tuple[str, ...] = ()
    """Places of GUIDs that name no object of the tenant: service-wide ids, ids of parts, free text."""
    binds: tuple[Bind, ...] = ()
    """Objects that a read shows and a write names by their addresses."""
    kept_out: Reason = Reason.NONE
    """Why no object of the type is written back; empty where they are."""
    exemptions: tuple[Exemption, ...] = ()
    """Those of its objects that are only previewed."""
    disarmed: Mapping[str, Any] = field(default_factory=dict)
    """Values that an object must have before it can be deleted."""
    is_deleted_unassigned: bool = False
    """Whether it can be deleted only after all its assignments."""
    can_be_undeleted: bool = False
    """Whether an application may take it back from what the directory keeps of deleted objects."""
    delivered: Mapping[str, Any] = field(default_factory=dict)
    """Marks of objects that Microsoft delivers: they can be neither created nor deleted."""

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def restore(self) -> RestoreMode:
        """Return the restore mode of the type's objects, unless an exemption says less."""
        return RestoreMode.PREVIEW_ONLY if self.kept_out else RestoreMode.FULL

    def restorability(self, payload: Mapping[str, Any]) -> Restorability:
        """Return the restore mode of this object, and the reason for it."""
        exempt = (exemption.reason for exemption in self.exemptions if exemption.concerns(payload))
        reason = self.kept_out or next(exempt, Reason.NONE)
        return Restorability(RestoreMode.PREVIEW_ONLY if reason else RestoreMode.FULL, reason)

    @property
    def type_name(self) -> str:
        """ "deviceConfiguration" of "microsoft.graph.deviceConfiguration"."""
        return self.odata_type.rpartition(".")[2]

    @property
    def is_configuration(self) -> bool:
        """Return True if its objects say how the tenant is configured; a feed of events does not."""
        return self.kind is not Kind.FEED

    @property
    def collection(self) -> str:
        """Return the path to list and to create, "/beta/deviceManagement/intents"."""
        return f"/{self.version}{self.path}"

    @property
    def expanded(self) -> Contract:
        """Return the same, with a list that shows as many parts as lists do."""
        names = ",".join(part.expand for part in self.parts if part.expand)
        return replace(self, wishes={**self.wishes, "$expand": names}) if names else self

    @property
    def parent_collection(self) -> str:
        return f"/{self.version}{self.parent_path}"

    def below(self, parent_id: str) -> str:
        """Return the path of a nested collection."""
        return self.collection.replace("{parent}", quote(parent_id, safe=""))

    def address(self, graph_id: str, *, odata_type: str = "", below: str = "") -> str:
        """Return the path of one object or of something below it."""
        if self.kind is Kind.SINGLETON:
            return self.collection
        home = self.collections.get(odata_type.rpartition(".")[2], self.path)
        if self.kind is Kind.NESTED:  # its id begins with its parent's
            home = home.replace("{parent}", quote(graph_id.rpartition("_")[0], safe=""))
        path = f"/{self.version}{home}/{quote(graph_id, safe='')}"
        return f"{path}/{below}" if below else path

    def holds(self, item: Mapping[str, Any]) -> bool:
        """Return True if an item of a shared collection belongs to this type."""
        if not self.only and not self.excluding:
            return True
        type_name = type_name_of(item)
        return type_name not in self.excluding and (not self.only or type_name in self.only)

    def lists_whole(self, item: Mapping[str, Any]) -> bool:
        """Return True if a list shows this object complete, but for its parts."""
        return self.full_query is None or type_name_of(item) in self.listed_whole

    def is_delivered(self, item: Mapping[str, Any]) -> bool:
        """Return True if Microsoft delivers this object."""
        return any(item.get(name) == value for name, value in self.delivered.items())

    def kept_of(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an item that inventory may keep (SEC-06)."""
        names = (*COMMON_KEPT, self.name_field, self.modified_field, *self.kept_properties)
        return {name: item[name] for name in dict.fromkeys(names) if name in item}

    @property
    def meaningless(self) -> frozenset[str]:
        """Paths that say nothing about the configuration: what Graph keeps for itself, and noise."""
        verbs = [verb for verb in (self.create, self.update) if verb]
        written = {action.part for verb in verbs for action in verb.actions}
        return (COMMON_STRIPPED | {*self.stripped, *self.noise}) - written - {"assignments"}

    def stripped_on_write(self, *, keeping: tuple[str, ...] = ()) -> frozenset[str]:
        """Paths that are left out of a body; `keeping` names the parts that belong into it."""
        return COMMON_STRIPPED.union(self.stripped, (part.name for part in self.parts)).difference(keeping)
