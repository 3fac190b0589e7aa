"""Choosing rows of a list, and what can be done with those chosen (UX-15, UX-16)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise

from tenantpilot.web.ui.parameters import texts

Words = str | Promise
LONGEST_ID = 18


@dataclass(frozen=True)
class Action:
    """`url` asks before anything is done. `fits` says of a row whether it can be done with it; `fitting` tells how
    many of the chosen ones can: "{0} of {1} can be cancelled".
    """

    key: str
    label: Words
    icon: str
    url: str
    fitting: Words
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Bulk:
    """Only actions that the person may use. `field` is sent once for each chosen row."""

    field: str
    actions: tuple[Action, ...]

    def fitting(self, row: Any) -> str:
        return " ".join(action.key for action in self.actions if action.fits(row))


def bulk_of(field: str, *actions: Action | None) -> Bulk | None:
    """Return None where nothing is allowed: then there is nothing to choose for."""
    allowed = tuple(action for action in actions if action)
    return Bulk(field, allowed) if allowed else None


def chosen_ids(query: QueryDict, field: str) -> list[int]:
    """Return the chosen ids; anything that is no id is left out."""
    return [int(text) for text in texts(query, field) if text.isdecimal() and len(text) <= LONGEST_ID]
