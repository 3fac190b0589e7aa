"""Actions on records, each declared once: the list's bulk bar, a record's page and the palette draw them from there.

A declaration says who may do it, and with which records. The address that it leads to asks before anything is done,
and the server checks the same capability there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from tenantpilot.tenancy.access import TenantAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.ui.tables.bulk import Action, Bulk, bulk_of

Words = str | Promise


class Surface(StrEnum):
    """The places where an action is offered."""

    BULK = "bulk"
    PAGE = "page"
    PALETTE = "palette"


@dataclass(frozen=True)
class RecordAction:
    """An action. `view` is the name of the address that asks and starts; `command` is the same at a shell.

    `applies` says of a record whether it can be done with it. `fitting` tells how many of the chosen records can:
    "{0} of {1} can be ignored". `label` is for several records, `label_one` for one.
    """

    key: str
    label: Words
    label_one: Words
    icon: str
    capability: Capability
    view: str
    fitting: Words
    applies: Callable[[Any], bool]
    surfaces: frozenset[Surface] = frozenset(Surface)
    command: str = ""

    def url(self, slug: str) -> str:
        return reverse(self.view, args=[slug])


@dataclass(frozen=True)
class Offered:
    """An action as a surface draws it."""

    action: RecordAction
    url: str


def bulk_actions(access: TenantAccess, field: str, actions: Iterable[RecordAction]) -> Bulk | None:
    """Return the bulk bar with what the person may do."""
    return bulk_of(field, *(_drawn(action, access) for action in _allowed(access, actions, Surface.BULK)))


def page_actions(access: TenantAccess, field: str, actions: Iterable[RecordAction], record: Any) -> list[Offered]:
    """Return the actions that the person may take on this record, for the head of its page."""
    allowed = [action for action in _allowed(access, actions, Surface.PAGE) if action.applies(record)]
    return [Offered(action, f"{action.url(access.tenant.slug)}?{field}={record.pk}") for action in allowed]


def palette_actions(access: TenantAccess, actions: Iterable[RecordAction]) -> list[Offered]:
    """Return the actions that the person may take on all records; the address asks before anything is done."""
    allowed = _allowed(access, actions, Surface.PALETTE)
    return [Offered(action, f"{action.url(access.tenant.slug)}?matching=1") for action in allowed]


def _allowed(access: TenantAccess, actions: Iterable[RecordAction], surface: Surface) -> list[RecordAction]:
    return [action for action in actions if surface in action.surfaces and access.may(action.capability)]


def _drawn(action: RecordAction, access: TenantAccess) -> Action:
    return Action(action.key, action.label, action.icon, action.url(access.tenant.slug), action.fitting, action.applies)
