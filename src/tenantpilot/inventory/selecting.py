"""The selection of a bulk operation: policies chosen one by one, or all that match a filter (UX-15)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.operations.items.working import Item
from tenantpilot.operations.run_context import RunContext

MOST_CHOSEN = 10_000
CHUNK = 500

INPUT = "policies"


class NothingChosen(TenantPilotError):
    """A bulk operation needs at least one policy."""


class TooManyChosen(TenantPilotError):
    """So many are not sent one by one: send the filter."""


@dataclass(frozen=True)
class PolicyFilter:
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


def as_input(selection: Selection) -> list[str] | dict[str, str]:
    """Return a list of keys, or a filter: what the run keeps. Raises NothingChosen, TooManyChosen."""
    if isinstance(selection, PolicyFilter):
        return {name: value for name, value in asdict(selection).items() if value}
    if not selection:
        raise NothingChosen("Choose at least one policy.")
    if len(selection) > MOST_CHOSEN:
        raise TooManyChosen(f"At most {MOST_CHOSEN:,} policies can be chosen one by one.")
    return [str(pk) for pk in sorted(set(selection))]


def find_policies(run: RunContext) -> list[Item]:
    """Return the policies that the run is about, looked up within its tenant and nowhere else (SEC-03)."""
    chosen: Any = run.inputs[INPUT]
    policies: PolicyQuerySet = Policy.everywhere.of_tenant(run.tenant)
    return _matching(policies, chosen) if isinstance(chosen, Mapping) else _named(policies, chosen)


def _matching(policies: PolicyQuerySet, stored: Mapping[str, str]) -> list[Item]:
    rows = PolicyFilter(**stored).narrow(policies).by_name().values_list("pk", "name")
    return [Item(str(pk), ObjectName(name)) for pk, name in rows]


def _named(policies: PolicyQuerySet, keys: Sequence[str]) -> list[Item]:
    """Return what is not in the tenant stays in the set, as a number: its item fails, and says so."""
    names = {str(pk): name for chunk in _chunks(keys) for pk, name in _names(policies, chunk)}
    return [Item(key, ObjectName(names.get(key) or _("Policy %(number)s") % {"number": key})) for key in keys]


def _names(policies: PolicyQuerySet, keys: Iterable[str]) -> Iterable[tuple[int, str]]:
    return policies.filter(pk__in=[int(key) for key in keys]).values_list("pk", "name")


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
