"""Taking a version of a policy from what was read of it, if it says anything new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from tenantpilot.graph.compare.form import form_hash
from tenantpilot.graph.compare.sentences import sentence_of
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.references import Named, references_in
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.observing import storable
from tenantpilot.versions.comparing import all_differences, names_for_people
from tenantpilot.versions.indexing import index_version
from tenantpilot.versions.models import PolicyVersion, VersionSecret
from tenantpilot.versions.names import Name
from tenantpilot.versions.overlay import (
    PlainSecret,
    Separated,
    carried_on,
    changed_pointers,
    keep_secrets,
    secrets_of,
    separated,
)
from tenantpilot.versions.payloads import PayloadDamaged, content_of, digest_of, encoded, is_whole, keep
from tenantpilot.versions.states import Change, Restorable, Source

LONGEST_SENTENCE = 300


@dataclass(frozen=True)
class Snapshot:
    """A policy as it was read, on the way to a version."""

    contract: Contract
    read_at: datetime
    form_hash: str
    separated: Separated = field(repr=False)

    @cached_property
    def raw(self) -> bytes:
        """The bytes to be stored."""
        return encoded(self.separated.payload)

    @property
    def references(self) -> list[Named]:
        return references_in(self.contract, self.separated.payload)


@dataclass(frozen=True)
class Newest:
    """The newest version of a policy and its secrets."""

    version: PolicyVersion
    secrets: tuple[VersionSecret, ...] = ()


def snapshot_of(contract: Contract, payload: Mapping[str, Any], *, read_at: datetime) -> Snapshot:
    parts = separated(contract, payload)
    return Snapshot(contract, read_at, form_hash(contract, parts.payload), parts)


def newest_versions(policy_ids: Iterable[int]) -> dict[int, Newest]:
    """Return the newest version of each policy that has one."""
    ids = list(policy_ids)
    versions = list(PolicyVersion.everywhere.newest_of_each(ids).select_related("payload"))
    secrets = secrets_of(version.pk for version in versions)
    return {version.policy_id: Newest(version, tuple(secrets.get(version.pk, ()))) for version in versions}


def change_since(policy: Policy, newest: Newest | None, snapshot: Snapshot) -> Change | None:
    """Return the kind of change since the newest version, or None without a change.

    A version whose bytes are damaged says nothing any more, so what was read has to be stored again.
    """
    if newest is None:
        return Change.FIRST
    if newest.version.form_hash != snapshot.form_hash:
        return Change.FORM
    if changed_pointers(policy, _known_texts(snapshot), newest.secrets) or _has_other_open_text(snapshot, newest):
        return Change.SECRET
    return None if _is_held(newest.version, snapshot) else Change.REPAIR


def _is_held(version: PolicyVersion, snapshot: Snapshot) -> bool:
    """Return True if the stored bytes are whole, and have the form that the version states."""
    payload = version.payload
    if not is_whole(payload):
        return False
    if payload.sha256 == digest_of(snapshot.raw):
        return True
    return form_hash(snapshot.contract, content_of(payload)) == version.form_hash


def _known_texts(snapshot: Snapshot) -> tuple[PlainSecret, ...]:
    """Return the secrets in plain, and what Graph sends in plain now and may have masked before."""
    return (*snapshot.separated.secrets, *snapshot.separated.open_texts)


def _has_other_open_text(snapshot: Snapshot, newest: Newest) -> bool:
    """Return True if a text that both show is another one. The hash leaves them out: Graph may mask them tomorrow."""
    if not snapshot.separated.open_texts:
        return False
    before = _content_before(newest)
    if before is None:
        return False
    texts = {text.pointer: text.text for text in separated(snapshot.contract, before).open_texts}
    return any(texts.get(text.pointer, text.text) != text.text for text in snapshot.separated.open_texts)


def _content_before(newest: Newest) -> dict[str, Any] | None:
    """Return the payload of the newest version; None for one that is damaged, which keeps no later version away."""
    try:
        return content_of(newest.version.payload)
    except PayloadDamaged:
        return None


def take_version(
    policy: Policy, snapshot: Snapshot, names: Mapping[str, Name], *, source: Source, run_id: int | None
) -> PolicyVersion | None:
    """Keep a version if the snapshot says anything new, else None. Call it in a transaction: it locks the policy.

    Where the bytes of the newest version are damaged and the snapshot has the same, they are mended and it stays.
    """
    Policy.everywhere.select_for_update(no_key=True).get(pk=policy.pk)
    newest = newest_versions([policy.pk]).get(policy.pk)
    change = change_since(policy, newest, snapshot)
    if change is None:
        return None
    payload = keep(policy.workspace_id, snapshot.raw, tenant_id=policy.tenant_id, now=snapshot.read_at)
    if change is Change.REPAIR and newest is not None and payload.pk == newest.version.payload_id:
        return None
    kept_names = {graph_id: name.as_json() for graph_id, name in names.items()}
    sentence, count = _first_difference(policy, snapshot, newest, kept_names)
    carried = carried_on(policy, newest.secrets, _same_references(snapshot, newest)) if newest else ()
    restorable, reason = restorability(snapshot, carried)
    version = PolicyVersion.everywhere.create(
        workspace_id=policy.workspace_id,
        tenant_id=policy.tenant_id,
        policy=policy,
        number=newest.version.number + 1 if newest else 1,
        payload=payload,
        form_hash=snapshot.form_hash,
        change=change,
        read_at=snapshot.read_at,
        source=source,
        run_id=run_id,
        restorable=restorable,
        restorable_reason=reason,
        names=kept_names,
        sentence=sentence,
        differences=count,
    )
    index_version(policy, version, snapshot.contract, snapshot.separated.payload)
    _update_policy_facts(policy, snapshot, version)
    keep_secrets(version, policy, (*snapshot.separated.secrets, *carried))
    return version


def _update_policy_facts(policy: Policy, snapshot: Snapshot, version: PolicyVersion) -> None:
    """Keep beside the policy what lists show of its newest version: who gets it, and when it changed."""
    assignments = snapshot.separated.payload.get("assignments")
    facts: dict[str, Any] = {"assignment_count": len(assignments) if isinstance(assignments, list) else None}
    if version.change not in (Change.FIRST, Change.REPAIR):
        facts |= {"changed_at": version.read_at, "changed_run": version.run_id}
    Policy.everywhere.filter(pk=policy.pk).update(**facts)


def _first_difference(
    policy: Policy, snapshot: Snapshot, newest: Newest | None, names: Mapping[str, Mapping[str, str]]
) -> tuple[str, int]:
    """Return one sentence and the number of differences from the version before."""
    if newest is None:
        return "", 0
    changed = changed_pointers(policy, _known_texts(snapshot), newest.secrets)
    before = _content_before(newest)
    if before is None:
        return "", 0
    differences = all_differences(snapshot.contract, before, snapshot.separated.payload, changed)
    if not differences:
        return "", 0
    sentence = storable(sentence_of(differences[0], names_for_people({**newest.version.names, **names})))
    return str(sentence)[:LONGEST_SENTENCE], len(differences)


def restorability(snapshot: Snapshot, carried: Iterable[PlainSecret] = ()) -> tuple[Restorable, str]:
    """Return the extent to which the snapshot can be written back, and the contract's reason if not all the way.

    `carried` are masked secrets that are known all the same.
    """
    answer = snapshot.contract.restorability(snapshot.separated.payload)
    if answer.reason is Reason.CONTENT_MISSING:
        return Restorable.CONTENT_MISSING, answer.reason.value
    if answer.mode is not RestoreMode.FULL:
        return Restorable.PREVIEW_ONLY, answer.reason.value
    missing = snapshot.separated.masked - {secret.pointer for secret in carried}
    return (Restorable.SECRET_MISSING if missing else Restorable.YES), ""


def _same_references(snapshot: Snapshot, newest: Newest) -> set[str]:
    """Return the pointers that are masked now, where Graph names the same secret as in the version before."""
    before = _content_before(newest) if newest.secrets and snapshot.separated.references else None
    if before is None:
        return set()
    references = separated(snapshot.contract, before).references
    plain = {secret.pointer for secret in snapshot.separated.secrets}
    now = snapshot.separated.references
    return {pointer for pointer, reference in now.items() if references.get(pointer) == reference} - plain
