"""The capture within a sync. Workers alone import it: it reaches Graph (GUARD-F)."""

from collections.abc import Sequence

from django.db import DatabaseError, transaction

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.outages import is_outage
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphNotFound
from tenantpilot.inventory.broken import BrokenObject
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.run_context import DatabaseLost, RunContext
from tenantpilot.versions.actors import fill_actors
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.reading import Portion, read_chosen
from tenantpilot.versions.setting_names import name_settings
from tenantpilot.versions.states import Change, Source
from tenantpilot.versions.taking import Prepared, Taker


class SyncCapture:
    """Takes a version of each policy that says anything new, whole types at a time.

    Every policy is read whole. A list shows neither who is assigned nor every setting, and the time of the last
    change does not move with all of them. So what an earlier capture missed is taken by the next one.
    """

    def __init__(self, run: RunContext[SyncInputs], client: GraphClient) -> None:
        self._run, self._client = run, client
        self._taker = Taker(client, run.tenant, source=Source.CAPTURE, run_id=run.run_id)

    def take(self, policies: Sequence[Policy]) -> list[BrokenObject]:
        """Take the versions of the policies of one type; return those that could not be read.

        Whatever was taken before a takeover is unchanged now, so nothing is doubled.
        """
        if not policies:
            return []
        troubles: list[BrokenObject] = []
        for portion in read_chosen(self._client, self._run.tenant, {policies[0].type: policies}):
            self._run.safe_point()
            troubles += self._troubles_of(portion)
        return troubles

    def finish(self) -> None:
        """Learn the names of new settings, and the people behind the changes."""
        name_settings(self._client, self._run.tenant, now=self._run.now)
        fill_actors(self._client, self._run.tenant, now=self._run.now)

    def _troubles_of(self, portion: Portion) -> list[BrokenObject]:
        if portion.error is not None:
            return [_broken(policy, portion.error) for policy in portion.policies]
        prepared = self._taker.prepare(portion.contract, portion.policies, portion.reads, read_at=self._run.now)
        return [trouble for preparation in prepared if (trouble := self._take(preparation)) is not None]

    def _take(self, prepared: Prepared) -> BrokenObject | None:
        try:
            with transaction.atomic():
                self._run.lock()
                outcome = self._taker.take(prepared)
                if outcome.is_new:
                    self._count(prepared.policy, outcome.version)
                    self._run.checkpoint(ItemsCheckpoint(len(self._run.inputs.policy_types)))
        except GraphNotFound:
            # It went between the list and now: the next sync sees that.
            self._run.count("missing")
        except (ReasonedError, DatabaseError) as error:
            if is_outage(error):
                raise DatabaseLost from error
            return _broken(prepared.policy, error)
        return None

    def _count(self, policy: Policy, version: PolicyVersion) -> None:
        """Count the version. A policy that its list showed unchanged is an updated one, as its version says."""
        self._run.count("versions")
        is_change = version.change not in (Change.FIRST, Change.REPAIR)
        if is_change and policy.changed_run_id != self._run.run_id:
            self._run.count("updated")
            self._run.count("unchanged", -1)


def _broken(policy: Policy, error: Exception) -> BrokenObject:
    return BrokenObject(policy.graph_id, policy.name, error)
