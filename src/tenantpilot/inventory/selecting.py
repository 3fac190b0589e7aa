"""The selection of a bulk operation: policies chosen one by one, or all that match a filter (UX-15)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.operations.items.working import Item
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.models import Tenant

MOST_CHOSEN = 10_000
CHUNK = 500


class NothingChosen(TenantPilotError):
    """A bulk operation needs at least one policy."""


class TooManyChosen(TenantPilotError):
    """So many are not sent one by one: send the filter."""


@dataclass(frozen=True)
class PolicyFilter(StoredData):
    """The filters of the list of policies; an empty one does not narrow."""

    q: str = ""
    type: str = ""
    platform: str = ""
    presence: str = ""
    care: str = ""

    def narrow(self, policies: PolicyQuerySet) -> PolicyQuerySet:
        exact = {name: value for name, value in (("type", self.type), ("platform", self.platform)) if value}
        narrowed = policies.filter(**exact)
        narrowed = narrowed.named_like(self.q) if self.q else narrowed
        narrowed = narrowed.ignored() if self.care == "ignored" else narrowed
        narrowed = narrowed.in_care() if self.care == "in_care" else narrowed
        match self.presence:
            case "missing":
                return narrowed.missing()
            case "present":
                return narrowed.present()
        return narrowed


Selection = Sequence[int] | PolicyFilter


Policies = tuple[str, ...] | PolicyFilter


@dataclass(frozen=True)
class PolicySelection(StoredData):
    """The inputs of a run about policies: their keys, or the filter that they match when the run starts."""

    policies: Policies

    def __post_init__(self) -> None:
        """Raises ValueError for a key that is no number."""
        if not isinstance(self.policies, PolicyFilter) and not all(_is_key(key) for key in self.policies):
            raise ValueError("a key of a policy is a number")

    def to_json(self) -> dict[str, Any]:
        """Store of a filter only what narrows: two requests are the same work if these are equal."""
        stored = super().to_json()
        if isinstance(self.policies, PolicyFilter):
            stored["policies"] = {name: value for name, value in asdict(self.policies).items() if value}
        return stored


@dataclass(frozen=True)
class IgnoreInputs(PolicySelection):
    """`reason` is what a person wrote, screened."""

    reason: str = ""


@dataclass(frozen=True)
class UnignoreInputs(PolicySelection):
    """The policies to take back into care."""


SelectionT = TypeVar("SelectionT", bound=PolicySelection)


def limited_to(inputs: SelectionT, keys: tuple[str, ...]) -> SelectionT:
    """Return the same request for these policies alone."""
    return replace(inputs, policies=keys)


def _is_key(key: str) -> bool:
    return key.isascii() and key.isdigit()


def chosen_policies(selection: Selection) -> Policies:
    """Return the keys, each once and in order, or the filter. Raises NothingChosen, TooManyChosen."""
    if isinstance(selection, PolicyFilter):
        return selection
    if not selection:
        raise NothingChosen("Choose at least one policy.")
    if len(selection) > MOST_CHOSEN:
        raise TooManyChosen(f"At most {MOST_CHOSEN:,} policies can be chosen one by one.")
    return tuple(str(pk) for pk in sorted(set(selection)))


def find_policies(run: RunContext[PolicySelection]) -> list[Item]:
    """Return the policies that the run is about, looked up within its tenant and nowhere else (SEC-03)."""
    chosen, policies = run.inputs.policies, Policy.everywhere.of_tenant(run.tenant)
    return _matching(policies, chosen) if isinstance(chosen, PolicyFilter) else _named(policies, chosen)


PoliciesByType = Mapping[str, Sequence[Policy]]


def policies_by_type(tenant: Tenant, chosen: Policies) -> PoliciesByType:
    """Return the chosen policies of a tenant by their types; what is not of the tenant is left out (SEC-03)."""
    policies = Policy.everywhere.of_tenant(tenant)
    by_type: dict[str, list[Policy]] = {}
    portions = [chosen.narrow(policies)] if isinstance(chosen, PolicyFilter) else _keyed(policies, chosen)
    for policy in (policy for portion in portions for policy in portion):
        by_type.setdefault(policy.type, []).append(policy)
    return by_type


def _keyed(policies: PolicyQuerySet, keys: Sequence[str]) -> Iterable[PolicyQuerySet]:
    return (policies.filter(pk__in=[int(key) for key in chunk]) for chunk in _chunks(keys))


def _matching(policies: PolicyQuerySet, policy_filter: PolicyFilter) -> list[Item]:
    rows = policy_filter.narrow(policies).by_name().values_list("pk", "name")
    return [Item(str(pk), ObjectName(name)) for pk, name in rows]


def _named(policies: PolicyQuerySet, keys: Sequence[str]) -> list[Item]:
    """Return what is not in the tenant stays in the set, as a number: its item fails, and says so."""
    names = {str(pk): name for chunk in _chunks(keys) for pk, name in _names(policies, chunk)}
    return [Item(key, ObjectName(names.get(key) or _("Policy %(number)s") % {"number": key})) for key in keys]


def _names(policies: PolicyQuerySet, keys: Iterable[str]) -> Iterable[tuple[int, str]]:
    return policies.filter(pk__in=[int(key) for key in keys]).values_list("pk", "name")


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
