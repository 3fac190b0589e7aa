"""Reading which policies a link or a form has chosen: one by one, or all that match a filter (UX-15, UX-96)."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict

from tenantpilot.inventory.models import PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import chosen_ids
from tenantpilot.web.ui.tables.fields import FIRST_DAY, LAST_DAY

FILTERS = tuple(field.name for field in fields(PolicyFilter))
OF_EVERY_LIST = ("matching", "chosen", "back", "sort", "size", "at", "csrfmiddlewaretoken")
"""What a list or its form sends beside the filters."""


def policy_selection(request: HttpRequest, field: str, *, beside: Collection[str] = ()) -> Selection:
    """Return the policies that are named in `field`, or the filter where all that match it are asked for.

    `beside` names what the form sends of its own. With anything else a filter cannot be read, and selects nothing.
    """
    query = parameters.of_request(request)
    return _filter(query, {field, *beside}) if parameters.is_sent(query, "matching") else chosen_ids(query, field)


def narrowed(policies: PolicyQuerySet, selection: Selection) -> PolicyQuerySet:
    """Return those of the policies that the selection is about."""
    return selection.narrow(policies) if isinstance(selection, PolicyFilter) else policies.filter(pk__in=selection)


def hidden_fields(selection: Selection, field: str) -> list[tuple[str, Any]]:
    """Return the selection that the form sends: "all matching" is the filter, not the ids."""
    if isinstance(selection, PolicyFilter):
        return [("matching", "1"), *((name, value) for name, value in vars(selection).items() if value)]
    return [(field, pk) for pk in selection]


def _filter(query: QueryDict, beside: Collection[str]) -> Selection:
    """Return the filter. One that cannot be read selects nothing, never everything."""
    if set(parameters.names(query)) - {*FILTERS, *OF_EVERY_LIST, *beside}:
        return []
    values = {name: parameters.text(query, name) for name in FILTERS}
    if any(value != parameters.as_sent(query, name).strip() for name, value in values.items()):
        return []
    try:
        return PolicyFilter(**values) if _is_possible_day(values["since"]) else []
    except ValueError:
        return []


def _is_possible_day(since: str) -> bool:
    """Return True for no day, and for one that the list accepts. Raises ValueError for what is no day."""
    return not since or FIRST_DAY <= date.fromisoformat(since) <= LAST_DAY
