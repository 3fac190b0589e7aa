"""Objects that Entra keeps for 30 days after their deletion, with their ids: a person can bring them back there.

Graph lets no application do it, so TenantPilot says until when and where, and never tries.
Source: https://learn.microsoft.com/graph/api/resources/policydeletableitem
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.portal import portal_url
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS
from tenantpilot.restores.states import Action, Choice, ItemState
from tenantpilot.tenancy.models import Tenant

KEPT_FOR = timedelta(days=30)
PLACES: dict[str, str | Promise] = {
    CONDITIONAL_ACCESS: _("Conditional Access, Deleted policies"),
    "namedLocation": _("Conditional Access, Named locations, Deleted named locations"),
}
"""The types that are kept, and the places in Entra's console that list what was deleted."""


@dataclass(frozen=True)
class KeptByEntra:
    """`until` is None for an object that is still to be deleted.

    Nobody knows when it was deleted, only when it was there last and when it was found missing. So it is kept until
    `until` at least; at most so long where `is_at_most`.
    """

    until: datetime | None
    is_at_most: bool
    place: str
    url: str


def kept_by_entra(restore: RestoreRun, items: Iterable[RestoreItem], *, now: datetime) -> dict[int, KeptByEntra]:
    """Return the time and the place that Entra keeps items of a restore for, by their keys. One query at most."""
    if not restore.is_same_tenant:
        return {}
    concerned = [item for item in items if item.type in PLACES and (_is_created(item) or _is_deleted(item))]
    policies = _policies(restore.tenant, concerned)
    retentions = {
        item.pk: _kept(restore, item, policies.get((item.type, item.source_id)), now=now) for item in concerned
    }
    return {key: retention for key, retention in retentions.items() if retention is not None}


def _is_created(item: RestoreItem) -> bool:
    """Return True if it is about to be created because the tenant does not have it any more."""
    is_wished = item.choice in (Choice.CREATE, Choice.COPY)
    return item.action == Action.CREATE and item.state == ItemState.PENDING and not is_wished


def _is_deleted(item: RestoreItem) -> bool:
    return item.action == Action.DELETE and item.state in (ItemState.PENDING, ItemState.VERIFIED)


def _policies(tenant: Tenant, items: Sequence[RestoreItem]) -> dict[tuple[str, str], Policy]:
    if not items:
        return {}
    rows = Policy.everywhere.of_tenant(tenant).filter(type__in=PLACES, graph_id__in=[item.source_id for item in items])
    return {(policy.type, policy.graph_id): policy for policy in rows}


def _kept(restore: RestoreRun, item: RestoreItem, policy: Policy | None, *, now: datetime) -> KeptByEntra | None:
    """Return None for an object that is not known, or kept no longer. The preview may be the first that missed it."""
    if policy is None:
        return None
    place, url = str(PLACES[item.type]), portal_url(restore.tenant, policy, to_the_list=True)
    if item.action == Action.DELETE and item.state == ItemState.PENDING:
        return KeptByEntra(None, is_at_most=False, place=place, url=url)
    missed_at = policy.missing_since or restore.previewed_at
    if missed_at is None:
        return None
    least, most = policy.last_seen_at + KEPT_FOR, missed_at + KEPT_FOR
    if most <= now:
        return None
    return KeptByEntra(least if least > now else most, is_at_most=least <= now, place=place, url=url)
