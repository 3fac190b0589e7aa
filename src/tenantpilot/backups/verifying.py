"""The verification that workers run: every payload, every secret, every count and the digest of a set."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.backups.audit_actions import BACKUP_SET_VERIFIED
from tenantpilot.backups.digest import Entry, digest_of
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.requests import VerifyInputs
from tenantpilot.backups.states import Verdict
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.graph.compare.form import form_hash
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.tenancy.models import User
from tenantpilot.versions.models import Payload, VersionSecret
from tenantpilot.versions.overlay import unreadable
from tenantpilot.versions.payloads import PayloadDamaged, content_of, record_damage

CHUNK = 200


@dataclass(frozen=True)
class Fault:
    """A fault of a set, and its place."""

    code: str
    name: str
    type: str = ""
    graph_id: str = ""

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name, "type": self.type, "graph_id": self.graph_id}


def verify_backup(run: RunContext[VerifyInputs]) -> None:
    """Check the set as it is stored. What is wrong is named, and the set is not good any more."""
    backup_set = _set_of(run)
    faults: list[Fault] = []
    for processed, fault in _checked(backup_set):
        if fault is not None:
            faults.append(fault)
            run.item_failed(ObjectName(fault.name), fault.code)
        run.progress(processed, max(backup_set.items, processed))
    run.count("items", backup_set.items)
    run.count("succeeded", max(backup_set.items - len(faults), 0))
    if not record_verdict(backup_set, faults, actor=run.initiator, now=run.now):
        is_there = BackupSet.everywhere.filter(pk=backup_set.pk).exists()
        raise OperationFailed("set_busy" if is_there else "set_not_found")


def record_verdict(backup_set: BackupSet, faults: list[Fault], *, actor: User | None, now: datetime) -> bool:
    """Write what the verification found. A payload that is recorded as damaged can be stored again.

    Return False, and write no verdict, for a set that was revised or deleted since it was read.
    """
    verdict = Verdict.DAMAGED if faults else Verdict.INTACT
    with transaction.atomic():
        landed = BackupSet.everywhere.filter(pk=backup_set.pk, seq=backup_set.seq, digest=backup_set.digest).update(
            verified_at=now, verdict=verdict, faults=[fault.as_json() for fault in faults[:200]]
        )
        _record_damage(backup_set, faults, actor=actor, now=now)
        if not landed:
            return False
        audit.record(
            BACKUP_SET_VERIFIED,
            workspace_id=backup_set.workspace_id,
            tenant_id=backup_set.tenant_id,
            actor=actor,
            target_type="backup_set",
            target_id=backup_set.pk,
            after={"verdict": verdict.value, "faults": len(faults)},
            at=now,
        )
    return True


def _record_damage(backup_set: BackupSet, faults: list[Fault], *, actor: User | None, now: datetime) -> None:
    damaged = [fault.graph_id for fault in faults if fault.code == "payload_damaged"]
    for start in range(0, len(damaged), CHUNK):
        members = members_of_set(backup_set).filter(policy__graph_id__in=damaged[start : start + CHUNK])
        payload_ids = list(members.values_list("version__payload", flat=True))
        record_damage(payload_ids, tenant_id=backup_set.tenant_id, actor=actor, now=now)


def faults_of(backup_set: BackupSet) -> list[Fault]:
    """Return everything that is wrong with a finished set."""
    return [fault for _number, fault in _checked(backup_set) if fault is not None]


def _set_of(run: RunContext[VerifyInputs]) -> BackupSet:
    """Return the set that was asked for, or the newest with content. Raises OperationFailed."""
    sets = BackupSet.everywhere.of_tenant(run.tenant).kept().select_related("chain").newest_first()
    set_id = run.inputs.backup_set
    backup_set: BackupSet | None = (sets.filter(pk=set_id) if set_id else sets.exclude(digest=None)).first()
    if backup_set is None or not backup_set.has_content:
        raise OperationFailed("set_not_found")
    return backup_set


def _checked(backup_set: BackupSet) -> Iterator[tuple[int, Fault | None]]:
    """Yield the number of policies that were checked with each fault, or None; at the end counts and digest."""
    entries: list[Entry] = []
    by_type: Counter[str] = Counter()
    keys = list(members_of_set(backup_set).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        members = BackupMember.everywhere.filter(pk__in=keys[start : start + CHUNK]).select_related("policy", "version")
        rows = list(members)
        payloads = Payload.everywhere.in_bulk([row.version.payload_id for row in rows])
        secrets = VersionSecret.everywhere.filter(version__in=[row.version_id for row in rows])
        sealed: dict[int, list[VersionSecret]] = {}
        for secret in secrets:
            sealed.setdefault(secret.version_id, []).append(secret)
        for number, row in enumerate(rows, start=start + 1):
            payload = payloads.get(row.version.payload_id)
            entries.append(Entry(row.policy.type, row.policy.graph_id, payload.sha256 if payload else ""))
            by_type[row.policy.type] += 1
            yield number, _fault_of(row, payload, sealed.get(row.version_id, []))
    yield from ((len(keys), fault) for fault in _faults_of_whole(backup_set, entries, by_type))


def _fault_of(member: BackupMember, payload: Payload | None, secrets: list[VersionSecret]) -> Fault | None:
    policy = member.policy
    place = {"name": policy.name, "type": policy.type, "graph_id": policy.graph_id}
    content = _intact_content(member, payload) if payload else None
    if content is None:
        return Fault("payload_damaged", **place)
    member.version.policy = policy
    if unreadable(registry.get(policy.type), content, member.version, secrets):
        return Fault("secret_unreadable", **place)
    return None


def _intact_content(member: BackupMember, payload: Payload) -> dict[str, Any] | None:
    """Return None unless the bytes are those of the hash, and their form is that of the version."""
    try:
        content = content_of(payload)
        is_same = form_hash(registry.get(member.policy.type), content) == member.version.form_hash
    except (PayloadDamaged, registry.UnknownContract, ValueError):
        return None
    return content if is_same else None


def _faults_of_whole(backup_set: BackupSet, entries: list[Entry], by_type: Counter[str]) -> Iterator[Fault]:
    """Name the types that hold another number of policies than the set had; else the digest alone."""
    if digest_of(entries) == backup_set.digest:
        return
    stated = {key: numbers.get("captured", 0) + numbers.get("reused", 0) for key, numbers in backup_set.by_type.items()}
    differing = [key for key in sorted({*stated, *by_type}) if stated.get(key, 0) != by_type[key]]
    for key in differing:
        yield Fault("digest_mismatch", catalogue.label_of(key), key)
    if not differing:
        yield Fault("digest_mismatch", backup_set.chain.name)
