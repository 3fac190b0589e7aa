"""Listing what an archive of a set will hold, and reading it file by file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from tenantpilot.artifacts.archives import Entry, encoded
from tenantpilot.artifacts.names import UniquePaths
from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.portable.manifest import FORMAT, SetGap, SetManifest, SetPolicy
from tenantpilot.backups.queries import members_of_set
from tenantpilot.versions.models import Payload, VersionSecret
from tenantpilot.versions.overlay import opened, secrets_of
from tenantpilot.versions.payloads import raw_of

CHUNK = 200


@dataclass
class SetListing:
    """The files of an archive: payloads by their keys, and the secrets beside them."""

    manifest: SetManifest
    entries: list[Entry]
    payloads: Mapping[str, int] = field(repr=False)
    members: Mapping[str, int] = field(repr=False)

    def read(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """Yield the contents of files. Raises PayloadDamaged, CannotOpen."""
        keys = [self.payloads[entry.path] for entry in entries if entry.path in self.payloads]
        rows = Payload.everywhere.in_bulk(keys)
        member_keys = [self.members[entry.path] for entry in entries if entry.path in self.members]
        members = BackupMember.everywhere.select_related("policy").in_bulk(member_keys)
        secrets = secrets_of(member.version_id for member in members.values())
        for entry in entries:
            if entry.path in self.payloads:
                yield raw_of(rows[self.payloads[entry.path]])
            else:
                member = members[self.members[entry.path]]
                yield _opened(member, secrets[member.version_id])


def listed(backup_set: BackupSet, *, with_secrets: bool) -> SetListing:
    """Return the listing of a finished set, in an order that does not depend on the database."""
    paths, policies, entries = UniquePaths(), list[SetPolicy](), list[Entry]()
    payloads, members = dict[str, int](), dict[str, int]()
    for row, secrets in _rows(backup_set, with_secrets=with_secrets):
        policy, version_, payload = row.policy, row.version, row.version.payload
        path = paths.take(f"policies/{policy.type}", policy.name, ".json")
        payloads[path], secret_path = payload.pk, ""
        entries.append(Entry(path, payload.sha256, payload.raw_bytes))
        if secrets:
            secret_path = path.replace("policies/", "secrets/", 1)
            members[secret_path] = row.pk
            entries.append(Entry.of(secret_path, _opened(row, secrets)))
        policies.append(
            SetPolicy(
                path=path,
                type=policy.type,
                graph_id=policy.graph_id,
                name=policy.name,
                sha256=payload.sha256,
                size=payload.raw_bytes,
                read_at=version_.read_at,
                restorable=version_.restorable,
                names=version_.names,
                secrets=secret_path,
            )
        )
    return SetListing(_manifest(backup_set, tuple(policies)), entries, payloads, members)


def _rows(backup_set: BackupSet, *, with_secrets: bool) -> Iterator[tuple[BackupMember, list[VersionSecret]]]:
    """Yield the members, each with the sealed secrets of its version where they are asked for."""
    rows = members_of_set(backup_set).select_related("policy", "version__payload").defer("version__payload__data")
    in_order = sorted(rows.values_list("policy__type", "policy__graph_id", "pk"))
    keys = [pk for _type, _id, pk in in_order]
    for start in range(0, len(keys), CHUNK):
        portion = rows.in_bulk(keys[start : start + CHUNK])
        secrets = secrets_of(row.version_id for row in portion.values()) if with_secrets else {}
        for key in keys[start : start + CHUNK]:
            yield portion[key], secrets.get(portion[key].version_id, [])


def _manifest(backup_set: BackupSet, policies: tuple[SetPolicy, ...]) -> SetManifest:
    gaps = BackupGap.everywhere.filter(set=backup_set).order_by("kind", "type", "graph_id")
    return SetManifest(
        format=FORMAT,
        made_by=version("tenantpilot"),
        directory=str(backup_set.tenant.entra_tenant_id),
        tenant=backup_set.tenant.name,
        name=backup_set.chain.name,
        state=backup_set.state,
        digest=backup_set.digest or "",
        asked=backup_set.asked,
        created_at=backup_set.created_at,
        read_from=backup_set.read_from,
        read_until=backup_set.read_until,
        policies=policies,
        gaps=tuple(SetGap(gap.kind, gap.type, gap.reason_code, gap.graph_id, gap.name) for gap in gaps),
    )


def _opened(member: BackupMember, secrets: Sequence[VersionSecret]) -> bytes:
    """Return the secrets of a version in plain, by their pointers: only for what is encrypted at once."""
    return encoded({row.pointer: json.loads(opened(member.policy, row)) for row in secrets})
