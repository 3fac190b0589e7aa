"""Editing a restore before it is confirmed: its options, its items, and the references in them.

Each edit locks the restore before anything else, as a confirmation does, so that the two wait for each other instead
of blocking each other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_DISCARDED, RESTORE_EDITED
from tenantpilot.restores.enforcing import possible_choices, why_not_enforce
from tenantpilot.restores.models import RestoreEditor, RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.save_conflicts import PageChoices, require_as_shown
from tenantpilot.restores.states import Choice, MappingAction, MappingHow, StateChoice
from tenantpilot.tenancy.models import User

ID = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.-]*")
"""What stands in an id of Graph: nothing that leads an address elsewhere."""


class NotEditable(TenantPilotError):
    """The restore is under way, has ended, or was discarded."""


class ChoiceNotPossible(TenantPilotError):
    """The choice does not fit the item or the reference."""


@dataclass(frozen=True)
class ItemEdit:
    """A person's wish for an item."""

    choice: Choice = Choice.PROPOSED
    picked_id: str = ""


@dataclass(frozen=True)
class MappingEdit:
    """A person's decision about a reference."""

    action: MappingAction
    target_id: str = ""
    target_name: str = ""


def edit_scope(
    restore: RestoreRun,
    options: RestoreOptions,
    edits: Mapping[int, ItemEdit],
    states: Mapping[int, StateChoice],
    *,
    actor: User,
    now: datetime,
    page_choices: PageChoices,
) -> None:
    """Choose other options and change what is wished for items and their states: all of it, or nothing.

    `page_choices` has each of them as the person saw it. Raises NotEditable, ChoiceNotPossible, EditedMeanwhile.
    """
    with transaction.atomic():
        require_as_shown(moving.locked(restore.pk), page_choices)
        edit_options(restore, options, actor=actor, now=now)
        edit_items(restore, edits, actor=actor, now=now)
        edit_states(restore, states, actor=actor, now=now)


def edit_options(restore: RestoreRun, options: RestoreOptions, *, actor: User, now: datetime) -> None:
    """Choose other options; the restore needs a new preview. Raises NotEditable."""
    with transaction.atomic():
        before = moving.locked(restore.pk).chosen
        if before == options:
            return
        _reopen(restore, actor)
        RestoreRun.everywhere.filter(pk=restore.pk).update(options=options.to_json())
        record_action(RESTORE_EDITED, restore, actor, now, before=vars(before), after=vars(options))


def edit_items(restore: RestoreRun, edits: Mapping[int, ItemEdit], *, actor: User, now: datetime) -> int:
    """Change what is wished for items, and return how many changed. Raises NotEditable, ChoiceNotPossible."""
    with transaction.atomic():
        moving.locked(restore.pk)
        rows = RestoreItem.everywhere.of_run(restore.pk).filter(pk__in=list(edits))
        changed = [(item, edits[item.pk]) for item in rows if _differs(item, edits[item.pk])]
        if not changed:
            return 0
        _reopen(restore, actor)
        for item, edit in changed:
            _require_possible(item, edit)
            RestoreItem.everywhere.filter(pk=item.pk).update(choice=edit.choice, picked_id=edit.picked_id)
        wishes = {item.name[:80]: str(edit.choice.label) for item, edit in changed[:20]}
        record_action(RESTORE_EDITED, restore, actor, now, after={"items": len(changed), "choices": wishes})
    return len(changed)


def _differs(item: RestoreItem, edit: ItemEdit) -> bool:
    return (item.choice, item.picked_id) != (edit.choice.value, edit.picked_id)


def _require_possible(item: RestoreItem, edit: ItemEdit) -> None:
    """A deletion is offered by an undo alone, and a target is one of those that the preview has found."""
    offered = {str(candidate.get("id")) for candidate in item.candidates}
    if edit.choice is Choice.DELETE and not item.may_delete:
        raise ChoiceNotPossible(f"{item.name} is not offered for deletion.")
    if item.may_delete and edit.choice not in (Choice.DELETE, Choice.SKIP):
        raise ChoiceNotPossible(f"{item.name} is deleted or left out.")
    if (edit.choice is Choice.TARGET) != bool(edit.picked_id) or (edit.picked_id and edit.picked_id not in offered):
        raise ChoiceNotPossible(f"Choose one of the objects that are listed for {item.name}.")


def edit_states(restore: RestoreRun, states: Mapping[int, StateChoice], *, actor: User, now: datetime) -> int:
    """Choose for Conditional Access policies to enforce or to weaken them, and return how many choices changed.

    To enforce needs a capability of its own. Raises NotEditable, ChoiceNotPossible.
    """
    with transaction.atomic():
        moving.locked(restore.pk)
        rows = RestoreItem.everywhere.of_run(restore.pk).filter(pk__in=list(states))
        items = rows.select_related("payload", "state_chosen_by").in_order()
        changed = [item for item in items if _state_differs(restore, item, states[item.pk], actor)]
        if not changed:
            return 0
        _require_states(restore, changed, states, actor)
        _reopen(restore, actor)
        for item in changed:
            choice = states[item.pk]
            chosen_by = None if choice is StateChoice.USUAL else actor
            RestoreItem.everywhere.filter(pk=item.pk).update(state_choice=choice, state_chosen_by=chosen_by)
        wishes = {item.name[:80]: str(states[item.pk].label) for item in changed[:20]}
        record_action(RESTORE_EDITED, restore, actor, now, after={"items": len(changed), "states": wishes})
    return len(changed)


def _state_differs(restore: RestoreRun, item: RestoreItem, choice: StateChoice, actor: User) -> bool:
    """Return True for another choice, and for the same one of a person who may not enforce policies any more."""
    if item.state_choice != choice or choice is not StateChoice.ENFORCE or item.state_chosen_by is None:
        return item.state_choice != choice.value
    chosen_by = item.state_chosen_by
    return bool(why_not_enforce(chosen_by, restore.tenant)) and not why_not_enforce(actor, restore.tenant)


def _require_states(
    restore: RestoreRun, items: Sequence[RestoreItem], states: Mapping[int, StateChoice], actor: User
) -> None:
    """Raises ChoiceNotPossible."""
    possible = possible_choices(items)
    for item in items:
        if states[item.pk] not in possible.get(item.pk, (StateChoice.USUAL,)):
            raise ChoiceNotPossible(f"The version of {item.name} is in no state for this choice.")
    is_enforcing = any(states[item.pk] is StateChoice.ENFORCE for item in items)
    if is_enforcing and (why_not := why_not_enforce(actor, restore.tenant)):
        raise ChoiceNotPossible(why_not)


def edit_mappings(
    restore: RestoreRun,
    edits: Mapping[int, MappingEdit],
    *,
    actor: User,
    now: datetime,
    page_choices: PageChoices | None = None,
) -> int:
    """Decide about references, and return how many decisions changed.

    `page_choices` has each decision as a page showed it. Raises NotEditable, ChoiceNotPossible, EditedMeanwhile.
    """
    with transaction.atomic():
        require_as_shown(moving.locked(restore.pk), page_choices or {})
        rows = RestoreMapping.everywhere.filter(restore_run=restore, pk__in=list(edits))
        changed = [(row, edits[row.pk]) for row in rows if _mapping_differs(row, edits[row.pk])]
        if not changed:
            return 0
        _reopen(restore, actor)
        for row, edit in changed:
            _decide(row, edit)
        decisions = {
            f"{row.kind} {row.source_name or row.source_id}"[:80]: str(edit.action.label) for row, edit in changed
        }
        record_action(RESTORE_EDITED, restore, actor, now, after={"references": decisions})
    return len(changed)


def _mapping_differs(row: RestoreMapping, edit: MappingEdit) -> bool:
    return (row.action, row.target_id) != (edit.action.value, edit.target_id)


def _decide(row: RestoreMapping, edit: MappingEdit) -> None:
    if edit.action not in (MappingAction.MAP, MappingAction.SKIP, MappingAction.BLOCK):
        raise ChoiceNotPossible("Choose another object, leave the reference out, or decide later.")
    if (edit.action is MappingAction.MAP) != bool(edit.target_id):
        raise ChoiceNotPossible(f"Choose the object that stands for {row.source_name or row.source_id}.")
    if edit.target_id and not ID.fullmatch(edit.target_id):
        raise ChoiceNotPossible(f"What is written for {row.source_name or row.source_id} is no id of an object.")
    how = MappingHow.NOBODY if edit.action is MappingAction.BLOCK else MappingHow.PERSON
    RestoreMapping.everywhere.filter(pk=row.pk).update(
        action=edit.action, how=how, target_id=edit.target_id, target_name=edit.target_name[:200]
    )


def discard(restore: RestoreRun, *, actor: User, now: datetime) -> None:
    """Give a restore up before it is confirmed. Raises NotEditable."""
    with transaction.atomic():
        if not moving.discard(restore.pk, now=now):
            raise NotEditable("It is under way or has ended, so it cannot be discarded.")
        record_action(RESTORE_DISCARDED, restore, actor, now)


def _reopen(restore: RestoreRun, actor: User) -> None:
    """Make it a draft again, and remember who edits it: that person never approves it."""
    if not moving.to_draft(restore.pk):
        raise NotEditable("It is under way or has ended, so it cannot be edited.")
    facts = {"workspace_id": restore.workspace_id, "tenant_id": restore.tenant_id}
    RestoreEditor.everywhere.get_or_create(restore_run=restore, user=actor, defaults=facts)
