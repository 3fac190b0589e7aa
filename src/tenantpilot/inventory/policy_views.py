"""Policies chosen by a saved view of the list of policies, as a schedule of backups chooses them.

The pages keep the views, and sign in here with `register`: this room does not know pages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.tenancy.models import Tenant

LAYOUT = frozenset({"sort", "columns"})
_FILTERS = frozenset(field.name for field in fields(PolicyFilter))


class ViewUnreadable(TenantPilotError):
    """The query of a view has a filter that this version does not know, twice the same, or none."""


@dataclass(frozen=True)
class StoredView:
    """A saved view as the pages keep it. `query` is the address of the list behind the "?"."""

    key: int
    name: str
    query: str


@dataclass(frozen=True)
class PolicyView:
    """A shared view of the policies of a tenant whose filters can be read."""

    key: int
    name: str
    policies: PolicyFilter


SharedViews = Callable[[Tenant], Iterable[StoredView]]
_sources: list[SharedViews] = []


def register(shared_views: SharedViews) -> None:
    """Ask this function for the shared views of the policies of a tenant. The last one that signed in is asked."""
    _sources[:] = [shared_views]


def policy_views(tenant: Tenant) -> list[PolicyView]:
    """Return the shared views of the tenant that choose policies, by name. One query.

    A private view is left out: its owner alone may see it, and what it chooses would be hidden from the others.
    """
    readable = (_readable(stored) for source in _sources for stored in source(tenant))
    return [view for view in readable if view is not None]


def policy_view(tenant: Tenant, key: int) -> PolicyView | None:
    """Return the view, or None if it was deleted, is not shared, is another tenant's or cannot be read. One query."""
    return next((view for view in policy_views(tenant) if view.key == key), None)


def policies_of_view(tenant: Tenant, key: int) -> PolicyQuerySet:
    """Return the policies of the tenant that a view names: none if there is no such view, never all (UX-96)."""
    view = policy_view(tenant, key)
    return view.policies.narrow(Policy.everywhere.of_tenant(tenant)) if view else Policy.everywhere.none()


def filter_of_query(query: str) -> PolicyFilter:
    """Return the filters of an address of the list. Raises ViewUnreadable, also where nothing narrows the list."""
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in LAYOUT]
    narrowing = dict(pairs)
    if not narrowing or len(narrowing) < len(pairs) or set(narrowing) - _FILTERS or not all(narrowing.values()):
        raise ViewUnreadable(query)
    try:
        return PolicyFilter(**narrowing)
    except ValueError as error:
        raise ViewUnreadable(query) from error


def _readable(stored: StoredView) -> PolicyView | None:
    try:
        return PolicyView(stored.key, stored.name, filter_of_query(stored.query))
    except ViewUnreadable:
        return None
