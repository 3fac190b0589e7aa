"""A simulated Entra tenant: who it is, who may sign in, and what it holds."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from intunesim.catalog.roles import EVERY_ROLE
from intunesim.json_types import Json, JsonObject, is_like
from intunesim.state.entities import Entity
from intunesim.state.store import Store

NAMESPACE = uuid.UUID("6f6b2d0e-7c52-4a9a-9f0c-2a54c1c8d4a1")
DEFAULT_SECRET = "simulated-secret"  # noqa: S105 - the published secret of a simulated application


def named_id(*parts: str) -> str:
    """Return an id that is the same every time for the same parts."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


@dataclass
class Secret:
    """A client secret of an application."""

    value: str
    expires_at: datetime | None = None


@dataclass
class Application:
    """An app registration with consent in one tenant."""

    client_id: str
    secrets: list[Secret] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    """PEM texts of the certificates whose keys may sign assertions."""
    roles: tuple[str, ...] = EVERY_ROLE
    name: str = "TenantPilot"
    outside_approval: bool = False
    """Excluded from Multi Admin Approval."""

    def as_json(self) -> JsonObject:
        """Return the form it is kept in on disk."""
        return {
            "client_id": self.client_id,
            "secrets": [[s.value, s.expires_at.isoformat() if s.expires_at else None] for s in self.secrets],
            "certificates": self.certificates,
            "roles": list(self.roles),
            "name": self.name,
            "outside_approval": self.outside_approval,
        }

    @classmethod
    def from_json(cls, stored: JsonObject) -> "Application":
        """Return the reverse of as_json."""
        return cls(
            client_id=stored["client_id"],
            secrets=[Secret(value, datetime.fromisoformat(end) if end else None) for value, end in stored["secrets"]],
            certificates=stored["certificates"],
            roles=tuple(stored["roles"]),
            name=stored["name"],
            outside_approval=stored["outside_approval"],
        )


@dataclass
class Habits:
    """Habits of a tenant: how faithful and how nasty it is; each can be set on its own."""

    token_lifetime_seconds: int = 3599
    check_references: bool = True
    """Refuse a Conditional Access policy that names a group, user or location that does not exist."""
    refuse_unknown_properties: bool = False
    lagging_reads: int = 0
    """How many reads of a group or named location still see the state before the last write."""
    empty_page_every: int = 0
    """Every nth page of a list is empty and yet has a nextLink."""
    shuffle_batches: bool = True
    approval_workloads: tuple[str, ...] = ()
    """Workloads protected by Multi Admin Approval; the names are in the catalog."""
    approval_status: int = 412
    """How a write that was put down for approval is answered: 412, or 403 as in older reports."""
    page_sizes: dict[str, int] = field(default_factory=dict)
    """Page sizes by collection path, in place of the catalog's."""
    silent_cuts: dict[str, int] = field(default_factory=dict)
    """How many objects a list without $top shows, by collection path; the rest is missing, without a link to it."""
    delta_token_days: float = 7
    delta_members_per_page: int = 50
    """Groups with more members come in parts, as the same group again and again."""
    delta_replays: bool = False
    """Every delta answer repeats the last change of the one before."""
    missing_templates: tuple[str, ...] = ()
    """Patterns of settings catalog templates that this tenant does not have."""
    hidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids by collection path that lists leave out although @odata.count includes them."""

    def change(self, changes: dict[str, Json]) -> None:
        """Set habits by name. Raises ValueError for a name that is none, and for a value that none has."""
        for name, value in changes.items():
            if name not in vars(self):
                raise ValueError(f"there is no habit named {name!r}")
            if not is_like(value, getattr(self, name)):
                raise ValueError(f"no value of {name} is like this one")
        for name, value in changes.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)


@dataclass
class Tenant:
    """A tenant, isolated from every other."""

    id: str
    name: str
    domain: str
    store: Store
    applications: dict[str, Application] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    ghosts: dict[tuple[str, str], Entity] = field(default_factory=dict)
    """Objects that are gone but may still be read, by path and id."""

    @property
    def application(self) -> Application:
        """Return the application that was registered first."""
        return next(iter(self.applications.values()))

    def register(self, application: Application) -> Application:
        """Give an application access to this tenant."""
        self.applications[application.client_id] = application
        return application
