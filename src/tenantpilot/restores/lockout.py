"""The lock-out simulation: which Conditional Access policies must not be written, because nobody could come in.

An enforced policy that covers all people or administrator roles has to exclude an emergency account, and all these
policies together have to exclude the same one. An account is excluded by its id, by a group that it is in, however
deeply, or by a role that it has. A location excludes nobody: where a person stands proves nothing, and the location
may not exist. A policy for workload identities covers no people.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenantpilot.restores.policy_state import ENABLED, below, covers_everybody

Policy = Mapping[str, Any]
EXCLUDED = ("excludeUsers", "excludeGroups", "excludeRoles")
ALONE, TOGETHER = "lockout_risk", "lockout_together"


@dataclass(frozen=True)
class Account:
    """An emergency account: its id, and the ids of the groups and roles that it is in, all in small letters."""

    graph_id: str
    inside: frozenset[str] = frozenset()
    is_enabled: bool = True


@dataclass(frozen=True)
class Change:
    """A policy as it would be written, and as it is now; `live` is None for a policy that is created."""

    policy: Policy
    live: Policy | None = None


def can_lock_out(policy: Policy) -> bool:
    """Return True for an enforced policy about all people or administrator roles."""
    return policy.get("state") == ENABLED and covers_everybody(policy)


def spared(policy: Policy, accounts: Iterable[Account]) -> set[str]:
    """Return the accounts that the policy does not concern, or that it excludes."""
    if not can_lock_out(policy):
        return {account.graph_id for account in accounts}
    users = below(policy, "conditions", "users")
    excluded = {str(principal_id).lower() for name in EXCLUDED for principal_id in users.get(name) or ()}
    return {account.graph_id for account in accounts if excluded & {account.graph_id, *account.inside}}


def lockouts(
    changes: Mapping[int, Change], unchanged_policies: Sequence[Policy], accounts: Collection[Account]
) -> dict[int, str]:
    """Return a reason code for each change that must not be written. `unchanged_policies` stay as they are.

    A change that locks out alone is not written, so the rest is judged beside the policy as it is now.
    """
    usable = [account for account in accounts if account.is_enabled]
    refused = {key: ALONE for key, change in changes.items() if not spared(change.policy, usable)}
    result = [change.policy for key, change in changes.items() if key not in refused]
    result += [changes[key].live or {} for key in refused]
    if _spared_by_all([*unchanged_policies, *result], usable):
        return refused
    catching = {key for key, change in changes.items() if len(spared(change.policy, usable)) < len(usable)}
    return refused | dict.fromkeys(catching - refused.keys(), TOGETHER)


def _spared_by_all(policies: Iterable[Policy], accounts: Collection[Account]) -> set[str]:
    left = {account.graph_id for account in accounts}
    for policy in policies:
        left &= spared(policy, accounts)
    return left


def blocks_everybody(policy: Policy) -> bool:
    """Return True for an enforced policy that blocks all people from all applications, anywhere, without exclusion."""
    conditions = below(policy, "conditions")
    users, applications = below(conditions, "users"), below(conditions, "applications")
    return (
        policy.get("state") == ENABLED
        and "All" in (users.get("includeUsers") or ())
        and not any(users.get(name) for name in (*EXCLUDED, "excludeGuestsOrExternalUsers"))
        and "All" in (applications.get("includeApplications") or ())
        and not applications.get("excludeApplications")
        and "block" in (below(policy, "grantControls").get("builtInControls") or ())
        and not _is_narrowed(conditions)
    )


def _is_narrowed(conditions: Policy) -> bool:
    """Return True if a condition other than people and applications leaves something out."""
    clients = set(conditions.get("clientAppTypes") or ("all",))
    rest = set(conditions) - {"users", "applications", "clientAppTypes"}
    return clients != {"all"} or any(conditions[name] for name in rest)
