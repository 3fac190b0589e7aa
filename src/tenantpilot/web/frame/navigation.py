"""The side navigation on each plane (UX-04): a feature declares its entries in its module `navigation`.

An entry that a role has no use for is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.features import feature_modules

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
    place: int = 50
    """Low numbers come first in the group; features with the same number stand in the order of their names."""


@cache
def tenant_items() -> tuple[Item, ...]:
    """Return the pages of a tenant, as the features declare them."""
    return _of_plane("tenant_items")


@cache
def workspace_items() -> tuple[Item, ...]:
    """Return the pages across tenants, as the features declare them."""
    return _of_plane("workspace_items")


@cache
def platform_items() -> tuple[Item, ...]:
    """Return the pages of the installation, as the features declare them."""
    return _of_plane("platform_items")


def _of_plane(name: str) -> tuple[Item, ...]:
    declarations = [item for module in feature_modules("navigation") for item in getattr(module, name, ())]
    order = list(Group)
    return tuple(sorted(declarations, key=lambda item: (order.index(item.group), item.place)))


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
