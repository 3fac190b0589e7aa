"""The entries of the side navigation on each plane (UX-04): declared once, left out where a role has no use for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability

Words = str | Promise


class Group(StrEnum):
    """The groups, in their order."""

    OVERVIEW = "overview"
    INVENTORY = "inventory"
    PROTECTION = "protection"
    GOVERNANCE = "governance"
    MONITORING = "monitoring"
    SETTINGS = "settings"


GROUP_LABELS: dict[Group, Words] = {
    Group.OVERVIEW: _("Overview"),
    Group.INVENTORY: _("Inventory"),
    Group.PROTECTION: _("Protection"),
    Group.GOVERNANCE: _("Governance"),
    Group.MONITORING: _("Monitoring"),
    Group.SETTINGS: _("Settings"),
}


@dataclass(frozen=True)
class Item:
    """A page. `views` are the names of the addresses on which it is the current one; `key` follows "g"."""

    group: Group
    label: Words
    icon: str
    view: str
    key: str = ""
    capability: Capability | None = None
    also_current_on: tuple[str, ...] = ()


_POLICY_VIEWS = ("policy", "ignore-policies", "unignore-policies")
_RUN_VIEWS = ("cancel-operation-runs", "saved-views", "create-saved-view", "rename-saved-view", "delete-saved-view")
TENANT_ITEMS = (
    Item(Group.OVERVIEW, _("Overview"), "gauge", "tenant-overview", "o", Capability.TENANT_VIEW),
    Item(Group.INVENTORY, _("Policies"), "layers", "inventory", "p", Capability.INVENTORY_VIEW, _POLICY_VIEWS),
    Item(Group.GOVERNANCE, _("Audit log"), "scroll-text", "tenant-audit", "a", Capability.AUDIT_VIEW),
    Item(
        Group.MONITORING,
        _("Operations"),
        "activity",
        "operations",
        "r",
        Capability.OPERATIONS_VIEW,
        ("operation-run", "cancel-operation-run", "operation-statistics", *_RUN_VIEWS),
    ),
    Item(
        Group.MONITORING,
        _("Schedules"),
        "timer",
        "schedules",
        "s",
        Capability.OPERATIONS_VIEW,
        ("create-schedule", "delete-schedule"),
    ),
    Item(Group.SETTINGS, _("Connection"), "plug", "connection", "c", Capability.TENANT_VIEW, ("change-credential",)),
)
WORKSPACE_ITEMS = (
    Item(Group.OVERVIEW, _("Tenants"), "building-2", "workspace", "t"),
    Item(Group.GOVERNANCE, _("Audit log"), "scroll-text", "workspace-audit", "a", Capability.AUDIT_VIEW),
    Item(
        Group.MONITORING,
        _("Operations"),
        "activity",
        "workspace-operations",
        "r",
        also_current_on=("workspace-operation-run", *(f"workspace-{name}" for name in _RUN_VIEWS)),
    ),
    Item(Group.MONITORING, _("Notifications"), "bell", "notifications", "n"),
)
PLATFORM_ITEMS = (
    Item(Group.GOVERNANCE, _("Audit log"), "scroll-text", "system-audit", "a"),
    Item(Group.MONITORING, _("System health"), "heart-pulse", "system-health", "h"),
)
PLATFORM_VIEWS = frozenset(item.view for item in PLATFORM_ITEMS)


@dataclass(frozen=True)
class Link:
    """An item as one page shows it."""

    label: Words
    icon: str
    url: str
    key: str
    is_current: bool


@dataclass(frozen=True)
class LinkGroup:
    label: Words
    links: list[Link]


def groups(items: Iterable[Item], *, view: str, allowed: frozenset[Capability], tenant: str = "") -> list[LinkGroup]:
    """Return the groups that have something in them for somebody with these capabilities."""
    usable = [item for item in items if item.capability is None or item.capability in allowed]
    links_by_group = ((group, [_link(item, view, tenant) for item in usable if item.group is group]) for group in Group)
    return [LinkGroup(GROUP_LABELS[group], links) for group, links in links_by_group if links]


def _link(item: Item, view: str, tenant: str) -> Link:
    url = reverse(item.view, args=[tenant] if tenant else None)
    return Link(item.label, item.icon, url, item.key, view in {item.view, *item.also_current_on})
