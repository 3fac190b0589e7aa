"""Describe a collection of Graph."""

from dataclasses import dataclass, field
from enum import StrEnum

from intunesim.errors import Origin
from intunesim.json_types import Json

BOTH = frozenset({"v1.0", "beta"})
BETA = frozenset({"beta"})


class OverMax(StrEnum):
    """The answer of an API to a $top above its maximum. Graph documents that all three occur."""

    IGNORE = "ignore"
    CLAMP = "clamp"
    REFUSE = "refuse"


class Paging(StrEnum):
    """The spelling of a service's nextLink. To clients it is opaque in every case."""

    SKIPTOKEN = "skiptoken"
    SKIP = "skip"
    COSMOS = "cosmos"


class Limit(StrEnum):
    """The throttling budget that a collection is charged to."""

    CONFIGURATION = "configuration"
    APPS = "apps"
    ENROLLMENT = "enrollment"
    RBAC = "rbac"
    DEVICES = "devices"
    CONDITIONAL_ACCESS = "conditional_access"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Child:
    """A navigation property: its own collection below an object, expanded only when asked."""

    name: str
    page_size: int = 25
    writable: bool = False
    single: bool = False
    create_status: int = 201
    inline: bool = False
    """Part of the object itself: always returned, yet reachable by its own path too."""
    children: tuple["Child", ...] = ()


@dataclass(frozen=True)
class Assign:
    """The action that replaces all assignments of an object at once."""

    body_key: str = "assignments"
    status: int = 200
    action: str = "assign"
    tenant_wide_targets: bool = True


@dataclass(frozen=True)
class Reference:
    """A property that names objects of another collection, which must exist when it is written."""

    property: str
    collection: str
    special: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Collection:
    """A collection: where it is, how it pages, what it leaves out, what it demands."""

    key: str
    path: str
    entity: str
    read_roles: tuple[str, ...]
    write_roles: tuple[str, ...] = ()
    name: str = "displayName"
    versions: frozenset[str] = BETA
    origin: Origin = Origin.INTUNE
    limit: Limit = Limit.CONFIGURATION
    workload: str = ""
    """The Multi Admin Approval workload that may protect it."""

    page_size: int = 1000
    max_page_size: int = 1000
    over_max: OverMax = OverMax.CLAMP
    paging: Paging = Paging.SKIPTOKEN
    list_omits: tuple[str, ...] = ()
    """Null in lists, unless selected."""
    only_selected: tuple[str, ...] = ()
    """Null everywhere, unless selected."""
    shown_by_default: frozenset[str] = frozenset()
    """All that v1.0 shows when nothing was selected; empty means everything that is declared."""
    expand_on_list: bool = True
    children: tuple[Child, ...] = ()

    abstract: bool = False
    """Only derived types exist, so every write must name one in @odata.type."""
    creates: bool = True
    updates: frozenset[str] = frozenset({"PATCH"})
    deletes: bool = True
    create_status: int = 201
    update_status: int = 200
    delete_status: int = 204
    merges: bool = False
    """A PATCH changes complex properties part by part, in place of the whole."""
    required: tuple[str, ...] = ()
    refused_on_create: tuple[str, ...] = ()
    refused_on_update: tuple[str, ...] = ()
    write_only: tuple[str, ...] = ()
    """Taken and never given back."""
    most: int = 0
    """How many objects a tenant may have; 0 means as many as it likes."""
    defaults: dict[str, Json] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    created: str = "createdDateTime"
    modified: str = "lastModifiedDateTime"
    unique: str = ""
    """The property whose value no two objects of a tenant may share."""
    versioned: bool = False
    id_prefix: str = ""
    scope_tags: str = "roleScopeTagIds"

    assign: Assign | None = None
    soft_delete: bool = False
    eventual: bool = False
    """Reads may lag behind writes."""
    part_of: str = ""
    """The path of the collection whose objects it shows under its own rules."""

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the path, cut at its slashes."""
        return tuple(self.path.split("/"))

    @property
    def type_name(self) -> str:
        """Return the declared type, as written in @odata.type."""
        return f"#microsoft.graph.{self.entity}"

    def child(self, name: str) -> Child | None:
        """Return the navigation property of this name, in any spelling of case."""
        return next((child for child in self.children if child.name.lower() == name.lower()), None)
