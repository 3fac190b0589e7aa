"""The selection of a bulk operation: policies chosen one by one, or all that match a filter (UX-15)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.core.stored import StoredData
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.operations.items.working import Item
from tenantpilot.operations.run_context import RunContext
from tenantpilot.tenancy.models import Tenant

Narrowing = Callable[[PolicyQuerySet, str], PolicyQuerySet]

MOST_CHOSEN = 10_000
CHUNK = 500
LONGEST_KEY = 18


class NothingChosen(TenantPilotError):
    """A bulk operation needs at least one policy."""


class TooManyChosen(TenantPilotError):
    """More policies than may be named one by one: send the filter."""


@dataclass(frozen=True)
class PolicyFilter(StoredData):
    """The filters of the list of policies; an empty one does not narrow."""

    q: str = ""
    type: str = ""
    area: str = ""
    platform: str = ""
    state: str = ""
    assigned: str = ""
    presence: str = ""
    care: str = ""
    tag: str = ""
    since: str = ""
    run: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a day or a run that cannot be read: such a filter selects nothing, never everything."""
        if self.since:
            date.fromisoformat(self.since)
        if self.run and not _is_key(self.run):
            raise ValueError("the number of a run is a number")

    def narrow(self, policies: PolicyQuerySet) -> PolicyQuerySet:
        narrowed = policies
        for field in fields(self):
            if value := getattr(self, field.name):
                narrowed = _NARROWING[field.name](narrowed, value)
        return narrowed


def _of_area(policies: PolicyQuerySet, area: str) -> PolicyQuerySet:
    return policies.filter(
        type__in=[policy_type.key for policy_type in policy_types.every() if policy_type.area == area]
    )


def _since(policies: PolicyQuerySet, day: str) -> PolicyQuerySet:
    beginning = datetime.combine(date.fromisoformat(day), time(), tzinfo=timezone.get_current_timezone())
    return policies.filter(changed_at__gte=beginning)


def _one_of(**ways: Callable[[PolicyQuerySet], PolicyQuerySet]) -> Narrowing:
    """Return the condition that one of two words stands for; another word matches nothing."""
    return lambda policies, value: ways.get(value, PolicyQuerySet.none)(policies)


_NARROWING: dict[str, Narrowing] = {
    "q": PolicyQuerySet.named_like,
    "type": PolicyQuerySet.of_type,
    "area": _of_area,
    "platform": lambda policies, value: policies.filter(platform=value),
    "state": PolicyQuerySet.in_state,
    "assigned": _one_of(yes=PolicyQuerySet.assigned, no=PolicyQuerySet.unassigned),
    "presence": _one_of(present=PolicyQuerySet.present, missing=PolicyQuerySet.missing),
    "care": _one_of(in_care=PolicyQuerySet.in_care, ignored=PolicyQuerySet.ignored),
    "tag": PolicyQuerySet.tagged,
    "since": _since,
    "run": lambda policies, value: policies.filter(changed_run=int(value)),
}


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
    return key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY


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
    """Return the items of the set. A policy that is not in the tenant stays in it by its number: its item fails."""
    names = {str(pk): name for chunk in _chunks(keys) for pk, name in _names(policies, chunk)}
    return [Item(key, ObjectName(names.get(key) or _("Policy %(number)s") % {"number": key})) for key in keys]


def _names(policies: PolicyQuerySet, keys: Iterable[str]) -> Iterable[tuple[int, str]]:
    return policies.filter(pk__in=[int(key) for key in keys]).values_list("pk", "name")


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
