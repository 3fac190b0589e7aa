"""The fields of the pages that edit a restore: what is stored, what a person has sent, and what others saved."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.save_conflicts import DECISION, ITEM, RULE, STATE, PageChoices, decision_of
from tenantpilot.restores.states import Assignments, Choice, MappingAction, StateChoice
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.templatetags.domain import reference_kind

SUGGESTED = "suggested"
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """The choices of a page: those that are stored, and those that the person has made and not saved."""

    stored: Choices
    own: Choices

    def value(self, name: str) -> str:
        return self.own.get(name, self.stored.get(name, ""))

    @property
    def as_shown(self) -> str:
        """Return the stored choices, for the form to send them back."""
        return json.dumps(dict(self.stored), sort_keys=True)


@dataclass(frozen=True)
class ItemRow:
    """An item with the wish that its field shows."""

    item: RestoreItem
    wish: str

    @property
    def picked_id(self) -> str:
        return self.wish.partition(":")[2]


@dataclass(frozen=True)
class MappingRow:
    """A reference with the decision that its fields show."""

    row: RestoreMapping
    value: str

    @property
    def target_id(self) -> str:
        return self.value.partition(":")[2]

    @property
    def decision(self) -> str:
        if self.target_id and self.target_id == self.row.suggested_id:
            return SUGGESTED
        return self.value.partition(":")[0]


def shown_on_page(query: QueryDict) -> Choices:
    """Return the choices that the page of the form showed; none where it says nothing that can be read."""
    try:
        choices = json.loads(parameters.as_sent(query, "shown") or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(choices, dict):
        return {}
    return {name: value for name, value in choices.items() if isinstance(value, str)}


def as_page_showed(query: QueryDict, names: Iterable[str]) -> PageChoices:
    """Return the fields to save as the page showed them."""
    choices = shown_on_page(query)
    return {name: choices.get(name) for name in names}


def own_choices(query: QueryDict, sent_choices: Choices) -> Choices:
    """Return the choices in which the person differs from the page."""
    choices = shown_on_page(query)
    return {name: value for name, value in sent_choices.items() if choices.get(name) != value}


def item_changes(restore: RestoreRun, items: Sequence[RestoreItem], fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return the choices that others have saved in these fields: each with its name, in words."""
    changes = []
    if RULE in fields:
        changes.append((_("Assignments"), str(Assignments(restore.chosen.assignments).label)))
    for item in items:
        if f"{ITEM}-{item.pk}" in fields:
            changes.append((item.name, _wish_words(item)))
        if f"{STATE}-{item.pk}" in fields:
            changes.append((item.name, str(StateChoice(item.state_choice).label)))
    return changes


def mapping_changes(rows: Sequence[RestoreMapping], fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return the decisions of others about these references: each with its name, in words."""
    changed = [row for row in rows if f"{DECISION}-{row.pk}" in fields]
    return [(f"{reference_kind(row.kind)} {row.source_name or row.source_id}", _decision_words(row)) for row in changed]


def stored_decisions(rows: Iterable[RestoreMapping]) -> Choices:
    """Return the decisions about references that a person may change."""
    certain = (MappingAction.SAME, MappingAction.SELECTION)
    return {f"{DECISION}-{row.pk}": decision_of(row) for row in rows if row.action not in certain}


def _wish_words(item: RestoreItem) -> str:
    if item.choice == Choice.PROPOSED:
        return _("Restore it")
    if item.may_delete and item.choice == Choice.SKIP:
        return _("Keep what the restore has created")
    return str(Choice(item.choice).label)


def _decision_words(row: RestoreMapping) -> str:
    words = str(MappingAction(row.action).label)
    return f"{words} ({row.target_name or row.target_id})" if row.action == MappingAction.MAP else words
