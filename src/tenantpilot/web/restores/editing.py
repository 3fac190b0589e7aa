"""Editing a restore before it is confirmed: what is left out, the options, and the references."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenantpilot.inventory.models import Policy
from tenantpilot.restores import editing
from tenantpilot.restores.editing import ChoiceNotPossible, ItemEdit, MappingEdit, NotEditable
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.save_conflicts import DECISION, ITEM, RULE, STATE, EditedMeanwhile, item_choices
from tenantpilot.restores.states import Assignments, Choice, MappingAction
from tenantpilot.restores.words import assignment_rules
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.restores.fields import (
    SUGGESTED,
    Choices,
    Draft,
    ItemRow,
    MappingRow,
    as_page_showed,
    item_changes,
    mapping_changes,
    own_choices,
    stored_decisions,
)
from tenantpilot.web.restores.shown import frame_of, place_in_address, restore_of
from tenantpilot.web.restores.stating import chosen_states, state_rows
from tenantpilot.web.restores.views import heading_of
from tenantpilot.web.ui import parameters

EDITED_AT_ONCE = 200
LONGEST_ID = 128


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_PREVIEW)
def scope(request: TenantRequest, restore_id: int) -> HttpResponse:
    """GET shows the items and the options; POST changes them."""
    restore = restore_of(request, restore_id)
    if request.method == "GET":
        return _scope(request, restore)
    page_choices = as_page_showed(request.POST, _sent_of_scope(request))
    try:
        options = replace(restore.chosen, assignments=_rule(request, restore))
        edits, states = _item_edits(request, restore), chosen_states(request, restore)
        editing.edit_scope(
            restore, options, edits, states, actor=request.user, now=timezone.now(), page_choices=page_choices
        )
    except (NotEditable, ChoiceNotPossible, EditedMeanwhile) as error:
        return _scope(request, restore_of(request, restore_id), error)
    return redirect("restore-preview", request.tenant.slug, restore_id)


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_PREVIEW)
def mapping(request: TenantRequest, restore_id: int) -> HttpResponse:
    """GET shows the references to other objects; POST decides about them."""
    restore = restore_of(request, restore_id)
    if request.method == "GET":
        return _mapping(request, restore)
    try:
        edits = _mapping_edits(request, restore)
        page_choices = as_page_showed(request.POST, (f"{DECISION}-{key}" for key in edits))
        editing.edit_mappings(restore, edits, actor=request.user, now=timezone.now(), page_choices=page_choices)
    except (NotEditable, ChoiceNotPossible, EditedMeanwhile) as error:
        return _mapping(request, restore_of(request, restore_id), error)
    return redirect("restore-preview", request.tenant.slug, restore_id)


@require_POST
@requires(Capability.RESTORE_PREVIEW)
def discard_restore(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Give the restore up; one that is under way stays as it is."""
    restore = restore_of(request, restore_id)
    try:
        editing.discard(restore, actor=request.user, now=timezone.now())
    except NotEditable:
        return redirect("restore", request.tenant.slug, restore_id)
    return redirect("restores", request.tenant.slug)


def _scope(request: TenantRequest, restore: RestoreRun, error: Exception | None = None) -> HttpResponse:
    rows = (
        RestoreItem.objects.of_run(restore.pk)
        .in_order()
        .only(
            "position",
            "type",
            "name",
            "choice",
            "picked_id",
            "candidates",
            "match",
            "may_delete",
            "action",
            "restore_run",
            "state_choice",
        )
    )
    some = list(rows.filter(position__gt=place_in_address(request))[: EDITED_AT_ONCE + 1])
    items = some[:EDITED_AT_ONCE]
    draft = Draft(_stored_of_scope(restore, items), own_choices(request.POST, _sent_of_scope(request)))
    context = {
        "items": [ItemRow(item, draft.value(f"{ITEM}-{item.pk}")) for item in items],
        "states": state_rows(request, items, draft.own),
        "next_after": items[-1].position if len(some) > EDITED_AT_ONCE else 0,
        "rules": assignment_rules(same_tenant=restore.is_same_tenant),
        "chosen_rule": draft.value(RULE),
        "as_shown": draft.as_shown,
        "changes": item_changes(restore, items, _changed_fields(error)),
        "problem": str(error or ""),
        "step": "scope",
        **heading_of(frame_of(request, restore)),
    }
    return render(request, "web/restores/scope.html", context, status=_status(error))


def _sent_of_scope(request: TenantRequest) -> dict[str, str]:
    """Return the choices that the form has sent, by the names of their fields."""
    names = (name for name in parameters.names(request.POST) if name.startswith((f"{ITEM}-", f"{STATE}-", RULE)))
    return {name: parameters.text(request.POST, name, longest=LONGEST_ID + 10) for name in names}


def _stored_of_scope(restore: RestoreRun, items: Sequence[RestoreItem]) -> dict[str, str]:
    return {RULE: restore.chosen.assignments, **item_choices(items)}


def _changed_fields(error: Exception | None) -> tuple[str, ...]:
    return error.fields if isinstance(error, EditedMeanwhile) else ()


def _status(error: Exception | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, EditedMeanwhile) else 422


def _rule(request: TenantRequest, restore: RestoreRun) -> str:
    """Return the rule that was sent, or the stored one where none was. Raises ChoiceNotPossible."""
    if not parameters.is_sent(request.POST, RULE):
        return restore.chosen.assignments
    rule = parameters.text(request.POST, RULE, longest=20)
    if rule not in Assignments.values:
        raise ChoiceNotPossible(_("Choose one of the ways that are listed."))
    return rule


def _item_edits(request: TenantRequest, restore: RestoreRun) -> dict[int, ItemEdit]:
    """Return the wish for each item of which the form has sent one: "skip", "copy", or "target:" and an id."""
    rows = RestoreItem.objects.of_run(restore.pk).only("pk", "choice", "picked_id", "restore_run")
    wishes = {item.pk: parameters.text(request.POST, f"item-{item.pk}", longest=LONGEST_ID + 10) for item in rows}
    names = set(parameters.names(request.POST))
    return {key: _item_edit(value) for key, value in wishes.items() if f"item-{key}" in names}


def _item_edit(wish_text: str) -> ItemEdit:
    """Raises ChoiceNotPossible."""
    wish, _colon, target = wish_text.partition(":")
    if wish not in Choice.values:
        raise ChoiceNotPossible(_("Choose one of the ways that are listed."))
    return ItemEdit(Choice(wish), target)


def _mapping(request: TenantRequest, restore: RestoreRun, error: Exception | None = None) -> HttpResponse:
    rows = RestoreMapping.objects.filter(restore_run=restore).order_by("action", "kind", "source_name", "source_id")
    first = place_in_address(request)
    last = first + EDITED_AT_ONCE
    some = list(rows[first : last + 1])
    page_rows = some[:EDITED_AT_ONCE]
    draft = Draft(stored_decisions(page_rows), own_choices(request.POST, _sent_decisions(request, page_rows)))
    context = {
        "mappings": [MappingRow(row, draft.value(f"{DECISION}-{row.pk}")) for row in page_rows],
        "as_shown": draft.as_shown,
        "changes": mapping_changes(page_rows, _changed_fields(error)),
        "next_after": last if len(some) > EDITED_AT_ONCE else 0,
        "problem": str(error or ""),
        "step": "mapping",
        **heading_of(frame_of(request, restore)),
    }
    return render(request, "web/restores/mapping.html", context, status=_status(error))


def _sent_decisions(request: TenantRequest, rows: Iterable[RestoreMapping]) -> Choices:
    """Return the decisions that the form has sent, in the words in which they are stored."""
    decisions = {}
    for row in rows:
        if not parameters.is_sent(request.POST, f"{DECISION}-{row.pk}"):
            continue
        decision = parameters.text(request.POST, f"{DECISION}-{row.pk}", longest=20)
        target = parameters.text(request.POST, f"target-{row.pk}", longest=LONGEST_ID)
        target = row.suggested_id if decision == SUGGESTED else target
        is_mapped = decision in (SUGGESTED, MappingAction.MAP)
        decisions[f"{DECISION}-{row.pk}"] = f"{MappingAction.MAP}:{target}" if is_mapped else decision
    return decisions


def _mapping_edits(request: TenantRequest, restore: RestoreRun) -> dict[int, MappingEdit]:
    """Return the decision for each reference of which the form has sent one. Raises ChoiceNotPossible."""
    names = set(parameters.names(request.POST))
    rows = [row for row in RestoreMapping.objects.filter(restore_run=restore) if f"decision-{row.pk}" in names]
    edits = {}
    for row in rows:
        decision = parameters.text(request.POST, f"decision-{row.pk}", longest=20)
        typed = parameters.text(request.POST, f"target-{row.pk}", longest=LONGEST_ID)
        edits[row.pk] = _mapping_edit(request, row, decision, typed)
    return edits


def _mapping_edit(request: TenantRequest, row: RestoreMapping, decision: str, typed: str) -> MappingEdit:
    match decision:
        case "suggested" if row.suggested_id:
            return MappingEdit(MappingAction.MAP, row.suggested_id, row.suggested_name)
        case MappingAction.SKIP:
            return MappingEdit(MappingAction.SKIP)
        case MappingAction.MAP:
            return MappingEdit(MappingAction.MAP, typed, _name_of(request, row.kind, typed))
        case MappingAction.BLOCK:
            return MappingEdit(MappingAction.BLOCK)
    raise ChoiceNotPossible(_("Choose one of the ways that are listed."))


def _name_of(request: TenantRequest, policy_type: str, graph_id: str) -> str:
    policies = Policy.objects.of_tenant(request.tenant).filter(type=policy_type, graph_id=graph_id)
    return policies.values_list("name", flat=True).first() or ""
