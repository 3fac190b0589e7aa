"""Choices as a page has shown them: a later save never undoes an earlier one that its page did not show.

A choice is one text under the name of its field: `assignments`, `item-12`, `state-12`, `decision-7`.
"""

import re
from collections.abc import Iterable, Mapping

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.states import MappingAction

RULE, ITEM, STATE, DECISION = "assignments", "item", "state", "decision"
FIELD = re.compile(rf"({ITEM}|{STATE}|{DECISION})-([0-9]{{1,18}})")

PageChoices = Mapping[str, str | None]
"""The choice in each field to save, as the page showed it; None for a field that it did not show."""


class EditedMeanwhile(TenantPilotError):
    """Somebody has saved other choices since the page was made: `fields` are those that differ."""

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__("Somebody has changed this restore since you opened the page. Nothing of yours is saved yet.")
        self.fields = tuple(fields)


def require_as_shown(restore: RestoreRun, page_choices: PageChoices) -> None:
    """Refuse to save over choices that the page did not show. Call it with the restore locked.

    Raises EditedMeanwhile.
    """
    stored = stored_choices(restore, page_choices)
    if changed := [name for name, choice in page_choices.items() if choice is None or stored.get(name) != choice]:
        raise EditedMeanwhile(changed)


def stored_choices(restore: RestoreRun, names: Iterable[str]) -> dict[str, str]:
    """Return the choice that is stored now for each of the fields that the restore has."""
    keys: dict[str, list[int]] = {ITEM: [], STATE: [], DECISION: []}
    for match in filter(None, map(FIELD.fullmatch, names)):
        keys[match[1]].append(int(match[2]))
    items = RestoreItem.everywhere.of_run(restore.pk).filter(pk__in={*keys[ITEM], *keys[STATE]})
    rows = RestoreMapping.everywhere.filter(restore_run=restore, pk__in=keys[DECISION])
    return {
        RULE: restore.chosen.assignments,
        **item_choices(items.only("choice", "picked_id", "state_choice")),
        **{f"{DECISION}-{row.pk}": decision_of(row) for row in rows},
    }


def item_choices(items: Iterable[RestoreItem]) -> dict[str, str]:
    """Return the choices for items and for the states of policies."""
    choices: dict[str, str] = {}
    for item in items:
        choices[f"{ITEM}-{item.pk}"] = wish_of(item)
        choices[f"{STATE}-{item.pk}"] = item.state_choice
    return choices


def wish_of(item: RestoreItem) -> str:
    return f"{item.choice}:{item.picked_id}" if item.picked_id else item.choice


def decision_of(row: RestoreMapping) -> str:
    """Return the decision about a reference; the one to use another object with its id."""
    return f"{row.action}:{row.target_id}" if row.action == MappingAction.MAP else row.action
