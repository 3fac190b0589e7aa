"""From a reason to the page that mends it, for one person (UX-90).

Every reason names a place. A place is a page and the capability that mends the cause there. Who has it gets the link;
everybody else is told who has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenantpilot.core.reasons import Owner, Reason
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.access import TenantAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.roles import PLATFORM_CAPABILITIES, roles_with

Words = str | Promise
THE_RUN = "the run"


@dataclass(frozen=True)
class Place:
    """A page on which something is mended. `view` is the name of its address, or THE_RUN for the run's own page."""

    label: Words
    view: str
    capability: Capability
    fragment: str = ""


PLACES: Mapping[str, Place] = {
    "directory": Place(gettext_lazy("Mend the directory id"), "connection", Capability.TENANT_MANAGE, "step-directory"),
    "application": Place(
        gettext_lazy("Mend the application"), "connection", Capability.CREDENTIAL_MANAGE, "step-application"
    ),
    "credential": Place(
        gettext_lazy("Enter the credential"), "connection", Capability.CREDENTIAL_MANAGE, "step-credential"
    ),
    "permissions": Place(
        gettext_lazy("See the permissions and check again"), "connection", Capability.CONNECTION_CHECK
    ),
    "connection": Place(gettext_lazy("Check the connection again"), "connection", Capability.CONNECTION_CHECK),
    "inventory": Place(gettext_lazy("Sync the inventory"), "inventory", Capability.INVENTORY_SYNC),
    "items": Place(gettext_lazy("Look at the failures"), THE_RUN, Capability.OPERATIONS_VIEW),
    "again": Place(gettext_lazy("Run it again"), THE_RUN, Capability.INVENTORY_SYNC),
    "installation": Place(gettext_lazy("Open the system's health"), "system-health", Capability.PLATFORM_HEALTH_VIEW),
}
# Where a reason names no place of its own.
PLACES_OF_OWNERS: Mapping[Owner, str] = {
    Owner.TENANT_ADMINISTRATOR: "connection",
    Owner.TENANT_MANAGER: "credential",
    Owner.OPERATOR: "items",
    Owner.PLATFORM_OPERATOR: "installation",
    Owner.NOBODY: "again",
}


@dataclass(frozen=True)
class Remedy:
    """The next step, and its page. `url` is empty for a person who cannot do it; `able` names who can."""

    next_step: str
    owner: str
    label: str
    url: str
    able: str


def place_of(reason: Reason) -> Place:
    """Raises KeyError for a reason with a place that no page knows."""
    return PLACES[reason.place or PLACES_OF_OWNERS[reason.owner]]


def remedy_of(
    reason: Reason | None,
    access: TenantAccess | None,
    *,
    run: OperationRun | None = None,
    is_platform_operator: bool = False,
) -> Remedy | None:
    """Return the remedy as this person has it; None without a reason."""
    if reason is None:
        return None
    place = place_of(reason)
    if place.capability in PLATFORM_CAPABILITIES:
        may_do_it, able = is_platform_operator, Owner.PLATFORM_OPERATOR.label
    else:
        may_do_it, able = access is not None and access.may(place.capability), _roles_able_to(place.capability)
    url = _address(place, access, run) if may_do_it else ""
    return Remedy(_(reason.next_step), reason.owner.label, str(place.label), url, "" if url else able)


def _roles_able_to(capability: Capability) -> str:
    roles = " / ".join(str(role.label) for role in roles_with(capability))
    return _("%(roles)s of the tenant can %(what)s.") % {"roles": roles, "what": capability.label}


def _address(place: Place, access: TenantAccess | None, run: OperationRun | None) -> str:
    if place.capability in PLATFORM_CAPABILITIES:
        return reverse(place.view)
    slug = access.tenant.slug if access else ""
    if place.view == THE_RUN:
        return run_url(run) if run else reverse("operations", args=[slug])
    return reverse(place.view, args=[slug]) + (f"#{place.fragment}" if place.fragment else "")
