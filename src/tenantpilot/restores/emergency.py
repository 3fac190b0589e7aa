"""Checking policies against the emergency accounts of a tenant as it is now. Reads only, and only workers import it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphError, GraphNotFound, GraphStopped
from tenantpilot.graph.read.directory import can_sign_in, groups_and_roles_of, people_in
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.restores.lockout import Account, Change, blocks_everybody, lockouts
from tenantpilot.restores.planning import Lockout, Plan
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS
from tenantpilot.restores.states import Action
from tenantpilot.tenancy.emergency import emergency_accounts
from tenantpilot.tenancy.emergency_accounts import EmergencyAccount, EmergencyKind
from tenantpilot.tenancy.models import Tenant

MOST_PEOPLE = 50
"""The most people of a group that are checked."""


@dataclass(frozen=True)
class Planned:
    """The plan of a Conditional Access policy, and the object that it is written to; None for a new one."""

    plan: Plan = field(repr=False)
    live: JsonObject | None = field(repr=False)


@dataclass(frozen=True)
class Verdict:
    """The codes of what may not be written, and the keys of enforced policies that nobody can check."""

    refused: dict[int, str]
    unchecked: frozenset[int] = frozenset()


class LockoutCheck:
    """Checks the policies of one tenant."""

    def __init__(self, client: GraphClient, tenant: Tenant) -> None:
        self._client, self._tenant = client, tenant

    def verdict(self, planned: Mapping[int, Planned]) -> Verdict:
        """Return the items that may not be written. Nothing is read where no item can lock anybody out."""
        sharp = {key: write for key, write in planned.items() if write.plan.lockout is not Lockout.NONE}
        if not sharp:
            return Verdict({})
        chosen = emergency_accounts(self._tenant)
        if not chosen:
            return _without_accounts(sharp)
        try:
            return Verdict(lockouts(_changes(planned), self._others(planned), self._accounts(chosen)))
        except GraphStopped:
            raise
        except GraphError:
            return Verdict(dict.fromkeys(sharp, "emergency_accounts_unreadable"))

    def _others(self, planned: Mapping[int, Planned]) -> list[JsonObject]:
        """Return the policies that stay as they are."""
        replaced = {str(write.live["id"]).lower() for write in planned.values() if write.live}
        policies = read_policies(self._client, registry.get(CONDITIONAL_ACCESS))
        return [policy for policy in policies if str(policy.get("id")).lower() not in replaced]

    def _accounts(self, chosen: list[EmergencyAccount]) -> list[Account]:
        """Return the accounts as the directory knows them; one that is gone helps nobody."""
        ids = dict.fromkeys(graph_id for emergency_account in chosen for graph_id in self._people(emergency_account))
        return [account for graph_id in ids if (account := self._account(graph_id))]

    def _people(self, emergency_account: EmergencyAccount) -> list[str]:
        if emergency_account.kind == EmergencyKind.USER:
            return [emergency_account.graph_id]
        try:
            return people_in(self._client, emergency_account.graph_id)[:MOST_PEOPLE]
        except GraphNotFound:
            return []

    def _account(self, graph_id: str) -> Account | None:
        try:
            if not can_sign_in(self._client, graph_id):
                return Account(graph_id, is_enabled=False)
            return Account(graph_id, groups_and_roles_of(self._client, graph_id))
        except GraphNotFound:
            return None


def _changes(planned: Mapping[int, Planned]) -> dict[int, Change]:
    """Return the changes; of a policy that is deleted nothing is left."""
    return {
        key: Change({} if write.plan.action is Action.DELETE else write.plan.payload, write.live)
        for key, write in planned.items()
    }


def _without_accounts(sharp: Mapping[int, Planned]) -> Verdict:
    """Refuse what would be enforced anew, and what shuts everybody out; the rest is for a person to accept."""
    refused = {
        key: "emergency_accounts_missing" for key, write in sharp.items() if write.plan.lockout is Lockout.BECOMES
    }
    refused |= {key: "lockout_risk" for key, write in sharp.items() if blocks_everybody(write.plan.payload)}
    return Verdict(refused, frozenset(sharp.keys() - refused.keys()))
