"""Taking a version from an archive: with the bytes that the archive has, so that its hash stays what it was.

An archive tells of the past. What was read of a policy later than that stays its newest version: lists, searches and
exports speak of the tenant as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tenantpilot.graph.compare.form import form_hash
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.versions.index_models import PolicyIndex
from tenantpilot.versions.indexing import index_version
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.overlay import PlainSecret, holds, keep_again, keep_secrets, secrets_of
from tenantpilot.versions.payloads import keep
from tenantpilot.versions.states import Change, Restorable, Source
from tenantpilot.versions.storing import Newest, Snapshot, newest_versions, restorability, snapshot_of


@dataclass(frozen=True)
class Imported:
    """A version as an archive holds it. Its payload has masks where its secrets were."""

    raw: bytes = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    read_at: datetime
    restorable: str
    names: Mapping[str, Mapping[str, str]]
    secrets: tuple[PlainSecret, ...] = field(default=(), repr=False)


def take_imported(policy: Policy, imported: Imported, *, run_id: int, now: datetime) -> PolicyVersion:
    """Return the policy's version with these bytes, which is taken where there is none. Call it in a transaction.

    Bytes that are stored already and damaged are mended by those of the archive.
    """
    Policy.everywhere.select_for_update(no_key=True).get(pk=policy.pk)
    payload = keep(policy.workspace_id, imported.raw, tenant_id=policy.tenant_id, now=now)
    if (existing := _same_version(policy, payload, imported)) is not None:
        return existing
    contract = registry.get(policy.type)
    snapshot = snapshot_of(contract, imported.payload, read_at=imported.read_at)
    restorable, reason = _restorability(snapshot, imported)
    newest = newest_versions([policy.pk]).get(policy.pk)
    version: PolicyVersion = PolicyVersion.everywhere.create(
        workspace_id=policy.workspace_id,
        tenant_id=policy.tenant_id,
        policy=policy,
        number=newest.version.number + 1 if newest else 1,
        payload=payload,
        form_hash=form_hash(contract, imported.payload),
        change=_change(snapshot, newest.version if newest else None),
        read_at=imported.read_at,
        source=Source.IMPORT,
        run_id=run_id,
        restorable=restorable,
        restorable_reason=reason,
        names=imported.names,
    )
    keep_secrets(version, policy, imported.secrets)
    if newest is not None and newest.version.read_at > imported.read_at:
        _stay_newest(policy, newest, version)
    else:
        index_version(policy, version, contract, snapshot.separated.payload)
    return version


def _stay_newest(policy: Policy, newest: Newest, older: PolicyVersion) -> None:
    """Let a version that was read later than what was imported be the newest one again, with its secrets."""
    version = newest.version
    again: PolicyVersion = PolicyVersion.everywhere.create(
        workspace_id=policy.workspace_id,
        tenant_id=policy.tenant_id,
        policy=policy,
        number=older.number + 1,
        payload=version.payload,
        form_hash=version.form_hash,
        change=Change.SECRET if older.form_hash == version.form_hash else Change.FORM,
        read_at=version.read_at,
        source=version.source,
        run_id=version.run_id,
        restorable=version.restorable,
        restorable_reason=version.restorable_reason,
        names=version.names,
        sentence=version.sentence,
        differences=version.differences,
        actor_confidence=version.actor_confidence,
        actors=version.actors,
    )
    keep_again(again, newest.secrets)
    PolicyIndex.everywhere.filter(policy=policy).update(version=again)


def _same_version(policy: Policy, payload: Payload, imported: Imported) -> PolicyVersion | None:
    """Return the version with these bytes and secrets, of that time where there are several; None without one.

    Versions with other secrets have the same bytes: the masks.
    """
    versions = list(PolicyVersion.everywhere.of_policy(policy).filter(payload=payload).newest_first())
    secrets = secrets_of(version.pk for version in versions)
    same = [version for version in versions if holds(policy, secrets.get(version.pk, ()), imported.secrets)]
    return next((version for version in same if version.read_at == imported.read_at), same[0] if same else None)


def _change(snapshot: Snapshot, newest: PolicyVersion | None) -> Change:
    """The same form in other bytes differs in nothing that is compared, as a secret alone does."""
    if newest is None:
        return Change.FIRST
    return Change.SECRET if newest.form_hash == snapshot.form_hash else Change.FORM


def _restorability(snapshot: Snapshot, imported: Imported) -> tuple[Restorable, str]:
    """With its secrets a version can be written back as far as it could where it was exported."""
    restorable, reason = restorability(snapshot)
    has_all = bool(imported.secrets) and imported.restorable == Restorable.YES
    is_only_masked = restorable is Restorable.SECRET_MISSING
    return (Restorable.YES, "") if has_all and is_only_masked else (restorable, reason)
