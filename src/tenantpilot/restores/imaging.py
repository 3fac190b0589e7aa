"""Images of an object before and after it is written: versions, kept in TenantPilot."""

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.inventory.observing import observe
from tenantpilot.inventory.recording import record_one
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores.operations import RestoreInputs
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.names import Directory
from tenantpilot.versions.states import Source
from tenantpilot.versions.storing import Snapshot, newest_versions, snapshot_of, take_version


class Images:
    """Keeps images for one run."""

    def __init__(self, run: RunContext[RestoreInputs], client: GraphClient) -> None:
        self._run, self._directory = run, Directory(client, run.tenant)

    def snapshot(self, contract: Contract, payload: JsonObject) -> Snapshot:
        """Return the object as it was read, its names looked up. Call it outside a transaction: it may ask Graph."""
        snapshot = snapshot_of(contract, payload, read_at=self._run.now)
        self._directory.learn(snapshot.references, now=self._run.now)
        return snapshot

    def keep(self, contract: Contract, payload: JsonObject, snapshot: Snapshot, source: Source) -> PolicyVersion:
        """Return the version that holds the object: a new one, or the newest if it says the same.

        Call it in a transaction.
        """
        observation = observe(contract, payload)
        policy = record_one(
            self._run.tenant,
            contract.key,
            observation,
            run_id=self._run.run_id,
            read_at=snapshot.read_at,
            now=self._run.now,
        )
        names = self._directory.names_of(snapshot.references)
        version = take_version(policy, snapshot, names, source=source, run_id=self._run.run_id)
        return version or newest_versions([policy.pk])[policy.pk].version
