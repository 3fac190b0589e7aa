"""The part of a backup set that is restored: all of it, all of some types, and single policies."""

from dataclasses import dataclass

from django.db.models import Q

from tenantpilot.versions.models import PolicyVersionQuerySet


@dataclass(frozen=True)
class SetSelection:
    """Its parts add up. An empty one selects nothing: "all" is always said explicitly (UX-96)."""

    is_whole: bool = False
    types: frozenset[str] = frozenset()
    policies: frozenset[int] = frozenset()

    def narrow(self, versions: PolicyVersionQuerySet) -> PolicyVersionQuerySet:
        """Return those of the versions of a set that are selected."""
        if self.is_whole:
            return versions
        return versions.filter(Q(policy__type__in=self.types) | Q(policy__in=self.policies))

    def count_of_missing(self, versions: PolicyVersionQuerySet) -> int:
        """Return the number of types and policies that were selected and are not among the versions of the set."""
        types = versions.filter(policy__type__in=self.types).order_by().values("policy__type").distinct()
        policies = versions.filter(policy__in=self.policies)
        return len(self.types) - types.count() + len(self.policies) - policies.count()
