"""Conditional Access policies that a restore enforces: who may choose and confirm that, and the word to type."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tenantpilot.restores.matching import normal_name
from tenantpilot.restores.models import RestoreItem, RestoreItemQuerySet, RestoreRun
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS, ENABLED, choices_for
from tenantpilot.restores.states import CREATE_OR_UPDATE, ItemState, StateChoice
from tenantpilot.restores.words import state_words
from tenantpilot.tenancy.access import NotVisible, resolve_tenant
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.payloads import PayloadDamaged, content_of

TO_WRITE = (ItemState.PENDING, ItemState.WRITING, ItemState.WAITING)
MOST_NAMED = 20


@dataclass(frozen=True)
class StateChanges:
    """The names of the policies that a restore enforces, and of those that it weakens."""

    enforced: tuple[str, ...] = ()
    weakened: tuple[str, ...] = ()

    def as_details(self) -> dict[str, list[str]]:
        """Return details for the audit log; none where no policy becomes stronger or weaker."""
        named = {"enforced": self.enforced, "weakened": self.weakened}
        return {key: [name[:80] for name in names[:MOST_NAMED]] for key, names in named.items() if names}


def enforce_word() -> str:
    """Return the word that a person types to enforce policies, in the language of that person."""
    return _("enforce")


def is_enforce_word(typed: str) -> bool:
    """Return True for the word, however its letters and the blanks around it are typed."""
    return normal_name(typed) in {normal_name(enforce_word()), "enforce"}


def enforced_items(restore: RestoreRun) -> RestoreItemQuerySet:
    """Return the items whose policy is not enforced now and will be."""
    rows = RestoreItem.everywhere.of_run(restore.pk).filter(planned_state=ENABLED, action__in=CREATE_OR_UPDATE)
    return rows.exclude(live_state=ENABLED)


def state_changes(restore: RestoreRun) -> StateChanges:
    """Return the policies that become stronger or weaker, by their names."""
    changed = RestoreItem.everywhere.of_run(restore.pk).in_order().filter(action__in=CREATE_OR_UPDATE)
    weakened = changed.filter(live_state=ENABLED).exclude(planned_state__in=[ENABLED, ""])
    names = enforced_items(restore).in_order().values_list("name", flat=True)
    return StateChanges(tuple(names), tuple(weakened.values_list("name", flat=True)))


def state_details(item: RestoreItem) -> dict[str, str]:
    """Return details for the audit log of a policy that became stronger or weaker, and none of others."""
    if not item.planned_state or item.planned_state == item.live_state:
        return {}
    return {"state": f"{state_words(item.live_state)} → {state_words(item.planned_state)}"}


def why_not_enforce(person: User, tenant: Tenant) -> str:
    """Return in words why this person may not enforce policies in the tenant now; empty if they may."""
    try:
        return resolve_tenant(person, tenant.slug).why_not(Capability.RESTORE_ENFORCE)
    except NotVisible:
        return _("%(name)s is no member of the tenant any more.") % {"name": person.display_name}


def why_not_as_chosen(restore: RestoreRun, confirmed_by: User) -> str:
    """Return in words who of those that chose or confirm enforced policies may not do that now; empty for none.

    What is written already asks nobody any more, so that the rest of a restore can go on.
    """
    still_to_write = enforced_items(restore).filter(state__in=TO_WRITE).order_by()
    choosers = User.objects.filter(pk__in=still_to_write.values("state_chosen_by"))
    chosen_by = list(choosers.order_by("display_name", "pk"))
    if not chosen_by:
        return ""
    if why_not := why_not_enforce(confirmed_by, restore.tenant):
        return why_not
    unable = [person.display_name for person in chosen_by if why_not_enforce(person, restore.tenant)]
    if not unable:
        return ""
    words = _("%(names)s chose to enforce policies and may not do that any more. Somebody who may has to choose it.")
    return words % {"names": ", ".join(unable)}


def possible_choices(items: Iterable[RestoreItem]) -> dict[int, tuple[StateChoice, ...]]:
    """Return the choices for the state of each Conditional Access policy, as its version allows them, by its key."""
    policies = [item for item in items if item.type == CONDITIONAL_ACCESS and not item.may_delete]
    return {item.pk: _choices_of(item) for item in policies}


def _choices_of(item: RestoreItem) -> tuple[StateChoice, ...]:
    try:
        return choices_for(content_of(item.payload))
    except PayloadDamaged:
        return (StateChoice.USUAL,)
