"""The states of Conditional Access policies, for a person to choose: what the version allows, and why no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tenantpilot.restores.editing import ChoiceNotPossible
from tenantpilot.restores.enforcing import possible_choices
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS, ENABLED, state_of
from tenantpilot.restores.save_conflicts import STATE
from tenantpilot.restores.states import StateChoice
from tenantpilot.restores.words import state_words
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.payloads import PayloadDamaged, content_of
from tenantpilot.web.frame.access import TenantRequest
from tenantpilot.web.ui import parameters


@dataclass(frozen=True)
class StateRow:
    """A policy with the state of its version in words, and the choices that a person has for it."""

    item: RestoreItem
    version_state: str
    options: tuple[tuple[str, str], ...]
    choice: str


@dataclass(frozen=True)
class StateRows:
    """The policies of a page, and why a person may not enforce those of them that could be; empty if they may."""

    rows: tuple[StateRow, ...] = ()
    why_not: str = ""


def state_rows(request: TenantRequest, items: Sequence[RestoreItem], own: Mapping[str, str]) -> StateRows:
    """Return the Conditional Access policies among the items of a page. `own` are the choices not saved yet."""
    keys = [item.pk for item in items if item.type == CONDITIONAL_ACCESS]
    if not keys:
        return StateRows()
    stored = RestoreItem.objects.filter(pk__in=keys).in_order().select_related("payload")
    policies = list(stored.defer("names", "sentences", "earlier_sentences", "changed_sentences"))
    possible = possible_choices(policies)
    can_be_enforced = any(StateChoice.ENFORCE in choices for choices in possible.values())
    why_not = request.access.why_not(Capability.RESTORE_ENFORCE) if can_be_enforced else ""
    rows = [_row(item, possible[item.pk], own, may_enforce=not why_not) for item in policies if item.pk in possible]
    return StateRows(tuple(rows), why_not)


def chosen_states(request: TenantRequest, restore: RestoreRun) -> dict[int, StateChoice]:
    """Return the choice for each policy of which the form has sent one. Raises ChoiceNotPossible."""
    names = set(parameters.names(request.POST))
    rows = RestoreItem.objects.of_run(restore.pk).filter(type=CONDITIONAL_ACCESS).values_list("pk", flat=True)
    wishes = {key: parameters.text(request.POST, f"state-{key}", longest=20) for key in rows if f"state-{key}" in names}
    if not set(wishes.values()) <= set(StateChoice.values):
        raise ChoiceNotPossible(_("Choose one of the ways that are listed."))
    return {key: StateChoice(value) for key, value in wishes.items()}


def _row(item: RestoreItem, possible: Sequence[StateChoice], own: Mapping[str, str], *, may_enforce: bool) -> StateRow:
    state = _state_of_version(item)
    labels = {choice: _label(choice, item, state) for choice in possible if _is_offered(choice, item, may_enforce)}
    options = tuple((choice.value, label) for choice, label in labels.items())
    return StateRow(item, state, options, own.get(f"{STATE}-{item.pk}", item.state_choice))


def _is_offered(choice: StateChoice, item: RestoreItem, may_enforce: bool) -> bool:
    """Return True for what is chosen, and for what a person may choose and has an effect on the policy as it is now."""
    if choice in (StateChoice.USUAL, item.state_choice):
        return True
    if choice is StateChoice.ENFORCE:
        return may_enforce and item.live_state != ENABLED
    return item.live_state in ("", ENABLED)


def _label(choice: StateChoice, item: RestoreItem, version_state: str) -> str:
    match choice:
        case StateChoice.ENFORCE:
            return _("Enforce it: On, as the version says")
        case StateChoice.WEAKEN:
            return _("Weaken it: %(state)s, as the version says") % {"state": version_state}
    if item.live_state:
        return _("Leave it as it is now: %(state)s") % {"state": state_words(item.live_state)}
    return _("Neither stronger nor weaker")


def _state_of_version(item: RestoreItem) -> str:
    try:
        return state_words(state_of(content_of(item.payload)))
    except PayloadDamaged:
        return ""
