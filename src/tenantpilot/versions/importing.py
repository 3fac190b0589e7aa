"""Taking a version from an archive: with the bytes that the archive has, so that its hash stays what it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tenantpilot.graph.compare.form import form_hash
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.versions.indexing import index_version
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.overlay import PlainSecret, keep_secrets
from tenantpilot.versions.payloads import keep
from tenantpilot.versions.states import Change, Restorable, Source
from tenantpilot.versions.storing import Snapshot, newest_versions, restorability, snapshot_of


@dataclass(frozen=True)
class Imported:
    """A version as an archive holds it. Its payload has masks where its secrets were."""

    raw: bytes = field(repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    read_at: datetime
    restorable: str
    names: Mapping[str, Mapping[str, str]]
    secrets: tuple[PlainSecret, ...] = field(default=(), repr=False)


def take_imported(policy: Policy, imported: Imported, *, run_id: int) -> PolicyVersion:
    """Return the policy's version with these bytes, which is taken where there is none. Call it in a transaction."""
    Policy.everywhere.select_for_update(no_key=True).get(pk=policy.pk)
    payload = keep(policy.workspace_id, imported.raw)
    existing = PolicyVersion.everywhere.of_policy(policy).filter(payload=payload).newest_first().first()
    if existing is not None:
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
    index_version(policy, version, contract, snapshot.separated.payload)
    keep_secrets(version, policy, imported.secrets)
    return version


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
