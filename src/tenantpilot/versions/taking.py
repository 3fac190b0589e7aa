"""Taking versions of policies that were read whole: one way for captures, backups and restores.

Workers alone import it: names behind ids are asked of Graph (GUARD-F).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DataError

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.read.full import FullRead
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import ObjectUnusable
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.names import Directory
from tenantpilot.versions.payloads import mend_recorded
from tenantpilot.versions.states import Source
from tenantpilot.versions.storing import Newest, Snapshot, change_since, newest_versions, snapshot_of, take_version

log = structlog.get_logger(__name__)

IMPOSSIBLE = (ValueError, TypeError, LookupError, OverflowError, RecursionError, AttributeError, DataError)
"""Troubles of one object. A database that is away is no such trouble, and no object's failure."""


@dataclass(frozen=True)
class Prepared:
    """A policy as it was read: a snapshot beside the newest version, or the error that stands in its way."""

    policy: Policy
    snapshot: Snapshot | None = None
    newest: Newest | None = None
    error: Exception | None = None
    is_new: bool = False


@dataclass(frozen=True)
class TakenVersion:
    """The version that holds what was read, and if it was taken just now."""

    version: PolicyVersion
    is_new: bool


class Taker:
    """Takes the versions of one run, and remembers the names that it learned for them."""

    def __init__(self, client: GraphClient, tenant: Tenant, *, source: Source, run_id: int) -> None:
        self._directory, self._source, self._run_id = Directory(client, tenant), source, run_id
        self._tenant = tenant

    def prepare(
        self, contract: Contract, policies: Sequence[Policy], reads: Sequence[FullRead], *, read_at: datetime
    ) -> list[Prepared]:
        """Compare all, and ask once for the names that new versions need. Call it outside a transaction.

        What is recorded as damaged is stored again, also where a policy has a later version by now.
        """
        newest = newest_versions(policy.pk for policy in policies)
        prepared = [
            _prepared(contract, policy, policy_read, newest.get(policy.pk), read_at)
            for policy, policy_read in zip(policies, reads, strict=True)
        ]
        raws = [preparation.snapshot.raw for preparation in prepared if preparation.snapshot]
        mend_recorded(self._tenant.workspace_id, raws, now=read_at, tenant_id=self._tenant.pk)
        new = [preparation.snapshot for preparation in prepared if preparation.snapshot and preparation.is_new]
        self._directory.learn((named for snapshot in new for named in snapshot.references), now=read_at)
        return prepared

    def take(self, prepared: Prepared) -> TakenVersion:
        """Keep a version if it says anything new. Call it in a transaction. Raises the error, or ObjectUnusable."""
        if prepared.error is not None:
            raise prepared.error
        if prepared.snapshot is None:
            raise ObjectUnusable
        if prepared.newest is not None and not prepared.is_new:
            return TakenVersion(prepared.newest.version, is_new=False)
        version = self._new_version(prepared.policy, prepared.snapshot)
        if version is not None:
            return TakenVersion(version, is_new=True)
        # Another run took the same content since it was prepared: what was the newest then is an older one now.
        return TakenVersion(newest_versions([prepared.policy.pk])[prepared.policy.pk].version, is_new=False)

    def _new_version(self, policy: Policy, snapshot: Snapshot) -> PolicyVersion | None:
        names = self._directory.names_of(snapshot.references)
        try:
            return take_version(policy, snapshot, names, source=self._source, run_id=self._run_id)
        except IMPOSSIBLE as error:
            log.exception("version_not_kept", policy=policy.pk)
            raise ObjectUnusable from error


def _prepared(
    contract: Contract, policy: Policy, policy_read: FullRead, newest: Newest | None, read_at: datetime
) -> Prepared:
    if policy_read.payload is None:
        return Prepared(policy, error=policy_read.error)
    try:
        snapshot = snapshot_of(contract, policy_read.payload, read_at=read_at)
        return Prepared(policy, snapshot, newest, is_new=change_since(policy, newest, snapshot) is not None)
    except IMPOSSIBLE:
        log.exception("policy_not_understood", policy=policy.pk)
        return Prepared(policy, error=ObjectUnusable())
