"""A set leaves as an archive that other programs read, and comes back as the same set."""

import hashlib
import json
import subprocess
import zipfile
from dataclasses import replace

import pyrage
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenantpilot.artifacts.archives import Entry
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import stream
from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.models import BackupGap, BackupSet
from tenantpilot.backups.portable import handlers, importing
from tenantpilot.backups.portable.encrypting import KeyRefused
from tenantpilot.backups.portable.listing import listed
from tenantpilot.backups.portable.services import Protection, start_export, start_import
from tenantpilot.backups.portable.transfer_keys import TransferKey
from tenantpilot.backups.queries import members_of_set, versions_of_set
from tenantpilot.backups.verifying import faults_of
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.run_context import WorkerLeaves
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.access import CapabilityMissing
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.models import Payload, PolicyVersion, VersionSecret
from tests.backups.archives import BAD_ARCHIVES, IDENTITY, PASSPHRASE, RECIPIENT, files_of, rewritten, said
from tests.backups.conftest import set_of
from tests.people import new_workspace

TO_RECIPIENT = Protection((RECIPIENT,))
SECRET_CANARY = "canary-of-a-secret-5t7"


@pytest.fixture
def kept_set(back_up, alice) -> BackupSet:
    return back_up("deviceConfiguration", "compliancePolicy")


@pytest.fixture
def exported(kept_set, alice, now) -> bytes:
    return export(kept_set, TO_RECIPIENT, alice, now)


def export(backup_set, protection, person, now) -> bytes:
    started = start_export(backup_set=backup_set, initiator=person, protection=protection, now=now)
    Runner().execute(started.run.pk)
    run = OperationRun.everywhere.get(pk=started.run.pk)
    assert (run.outcome, run.reason_code) == ("succeeded", "")
    return b"".join(stream(Artifact.everywhere.get(run_id=run.pk)))


def import_into(tenant, archive: bytes, now, key: str = str(IDENTITY), person=None) -> OperationRun:
    facts = {"name": "set.zip.age", "parts": [archive], "key": key, "now": now}
    started = start_import(tenant=tenant, initiator=person, **facts)
    Runner().execute(started.run.pk)
    return OperationRun.everywhere.get(pk=started.run.pk)


@pytest.fixture
def elsewhere(contoso) -> Tenant:
    """Contoso in another workspace, as another installation would have it."""
    return Tenant.everywhere.create(
        workspace=new_workspace("elsewhere", "Elsewhere"),
        slug="contoso-elsewhere",
        name="Contoso",
        entra_tenant_id=contoso.entra_tenant_id,
    )


def test_a_set_comes_back_with_the_same_digest(kept_set, exported, elsewhere, alice, now):
    run = import_into(elsewhere, exported, now)
    assert (run.outcome, run.reason_code) == ("succeeded", "")
    imported = set_of(run)
    assert imported.digest == kept_set.digest
    assert imported.state == kept_set.state == "complete"
    assert (imported.created_at, imported.items) == (kept_set.created_at, kept_set.items)
    assert imported.items == members_of_set(imported).count() == run.summary_counts["versions"] > 0
    assert faults_of(imported) == []
    assert {version.source for version in versions_of_set(imported)} == {"import"}
    assert {policy.tenant_id for policy in Policy.everywhere.filter(versions__run=run)} == {elsewhere.pk}


def test_a_set_that_is_here_already_costs_no_version(kept_set, exported, contoso, now):
    before = PolicyVersion.everywhere.count(), Payload.everywhere.count()
    run = import_into(contoso, exported, now)
    assert set_of(run).digest == kept_set.digest
    assert (PolicyVersion.everywhere.count(), Payload.everywhere.count()) == before


def test_its_digest_is_the_same_on_both_databases(exported, kept_set):
    """The digest is recomputed from the files, by what the format says and nothing of ours."""
    files = files_of(exported)
    manifest = json.loads(files["manifest.json"])
    lines = sorted(
        f"{policy['type']}\t{policy['graph_id']}\t{hashlib.sha256(files[policy['path']]).hexdigest()}\n"
        for policy in manifest["policies"]
    )
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == manifest["digest"] == kept_set.digest


def test_other_programs_read_it(exported, tmp_path):
    """What age decrypts, unzip unpacks, and sha256sum agrees."""
    (tmp_path / "set.zip").write_bytes(pyrage.decrypt(exported, [IDENTITY]))
    subprocess.run(["unzip", "-q", "set.zip", "-d", "set"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "set", check=True)
    names = zipfile.ZipFile(tmp_path / "set.zip").namelist()
    assert (names[0], names[-1]) == ("manifest.json", "SHA256SUMS")


@pytest.mark.same_on_both  # a passphrase costs seconds, and its rows are two
def test_a_passphrase_opens_it_and_is_forgotten(kept_set, elsewhere, alice, now):
    archive = export(kept_set, Protection(passphrase=PASSPHRASE), alice, now)
    assert TransferKey.everywhere.count() == 0
    assert set_of(import_into(elsewhere, archive, now, PASSPHRASE)).digest == kept_set.digest
    assert TransferKey.everywhere.count() == 0
    kept_texts = [*OperationRun.everywhere.values_list("inputs"), *AuditLog.objects.values_list("after")]
    assert PASSPHRASE not in repr(kept_texts)
    assert str(IDENTITY) not in repr(kept_texts)


def test_the_person_is_notified_once_and_a_system_run_notifies_nobody(kept_set, exported, elsewhere, alice, now):
    """OPS-23."""
    assert Notification.everywhere.filter(recipient=alice, run__type="backup_export").count() == 1
    run = import_into(elsewhere, exported, now)
    assert not Notification.everywhere.filter(run=run).exists()
    assert {entry.action for entry in AuditLog.objects.filter(action__startswith="backup_set.")} >= {
        "backup_set.exported",
        "backup_set.imported",
    }


def test_an_incomplete_set_comes_back_incomplete(kept_set, exported, elsewhere, now):
    def fail_a_type(manifest) -> None:
        gap = {"kind": "failed", "type": "appProtection", "reason_code": "type_unreadable", "graph_id": "", "name": ""}
        manifest["gaps"].append(gap)

    run = import_into(elsewhere, rewritten(exported, manifest=fail_a_type), now)
    imported = set_of(run)
    assert (imported.state, imported.digest) == ("incomplete", kept_set.digest)
    assert BackupGap.everywhere.get(set=imported).reason_code == "type_unreadable"


def test_secrets_leave_only_when_asked_and_come_back_sealed(kept_set, elsewhere, alice, olivia, now):
    """V6: the value is nowhere in the database afterwards."""
    version = versions_of_set(kept_set).first()
    seal_a_secret(version)
    plain = files_of(export(kept_set, TO_RECIPIENT, alice, now))
    assert SECRET_CANARY.encode() not in b"".join(plain.values())
    archive = export(kept_set, replace(TO_RECIPIENT, with_secrets=True), olivia, now)
    assert SECRET_CANARY.encode() in b"".join(files_of(archive).values())
    run = import_into(elsewhere, archive, now)
    secret = VersionSecret.everywhere.get(version__run=run)
    assert SECRET_CANARY.encode() not in bytes(secret.sealed)
    assert opened_of(secret) == json.dumps(SECRET_CANARY)


def test_sec_02_who_may_not_take_secrets_starts_no_export_of_them(kept_set, alice, now):
    protection = replace(TO_RECIPIENT, with_secrets=True)
    with pytest.raises(CapabilityMissing, match=r"backup\.export_secrets"):
        start_export(backup_set=kept_set, initiator=alice, protection=protection, now=now)


@pytest.mark.parametrize(
    "protection",
    [
        Protection(),
        Protection(("age1nonsense",)),
        Protection(passphrase="x" * 19),
        Protection((RECIPIENT,), PASSPHRASE),
        Protection(passphrase=PASSPHRASE, with_secrets=True),
    ],
    ids=["nobody", "no recipient", "short", "both", "secrets with a passphrase"],
)
def test_what_would_protect_nothing_is_refused(protection):
    with pytest.raises(KeyRefused):
        protection.require_sound()


def test_every_bad_archive_is_refused_by_name_and_leaves_nothing(exported, elsewhere, now):
    before = rows()
    answers = {}
    for name, (_expected, make) in BAD_ARCHIVES.items():
        archive, key = make(exported)
        run = import_into(elsewhere, archive, now, key)
        answers[name] = run.reason_code if run.outcome == "failed" else run.outcome
    assert answers == {name: expected for name, (expected, _make) in BAD_ARCHIVES.items()}
    assert rows() == before


def test_odd_words_of_an_archive_are_screened(exported, elsewhere, now):
    names = {"name": "A\0B\u202eC" * 90, "made_by": "x" * 9_000, "asked_left_out_reason": "y\0" * 900}
    archive, key = said(exported, **names)
    run = import_into(elsewhere, archive, now, key)
    assert (run.outcome, run.reason_code) == ("succeeded", "")
    chain = set_of(run).chain
    assert len(chain.name) <= 120
    assert "\0" not in chain.name


def test_an_archive_of_another_directory_is_refused(exported, fabrikam, now):
    before = rows()
    assert import_into(fabrikam, exported, now).reason_code == "other_directory"
    assert rows() == before


def test_a_damaged_payload_is_not_exported(kept_set, alice, now):
    version = versions_of_set(kept_set).first()
    corrupt(version.payload_id)
    started = start_export(backup_set=kept_set, initiator=alice, protection=TO_RECIPIENT, now=now)
    Runner().execute(started.run.pk)
    run = OperationRun.everywhere.get(pk=started.run.pk)
    assert (run.outcome, run.reason_code) == ("failed", "payload_damaged")
    assert not Artifact.everywhere.ready().filter(run=run).exists()


def test_a_worker_that_takes_over_an_import_ends_the_same_set(kept_set, exported, elsewhere, now, monkeypatch):
    """OPS-07: the worker had to leave in its middle."""
    monkeypatch.setattr(importing, "CHUNK", 1)
    calls = []

    def leave_at_the_second(*arguments, **words):
        calls.append(1)
        if len(calls) == 2:
            raise WorkerLeaves
        return importing.store_portion(*arguments, **words)

    monkeypatch.setattr(handlers, "store_portion", leave_at_the_second)
    run = import_into(elsewhere, exported, now)
    assert run.status == "running"
    assert TransferKey.everywhere.count() == 1
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.attempt) == ("succeeded", 2)
    assert set_of(run).digest == kept_set.digest
    assert PolicyVersion.everywhere.filter(run=run).count() == kept_set.items
    assert TransferKey.everywhere.count() == 0


def test_a_worker_that_takes_over_a_finished_set_ends_its_run(kept_set, exported, elsewhere, now, monkeypatch):
    """OPS-07: the upload and the key are still needed until the run has ended."""
    count = handlers._count

    def leave_once(run, policies) -> None:
        monkeypatch.setattr(handlers, "_count", count)
        raise WorkerLeaves

    monkeypatch.setattr(handlers, "_count", leave_once)
    run = import_into(elsewhere, exported, now)
    assert set_of(run).digest == kept_set.digest
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.attempt, run.summary_counts["items"]) == ("succeeded", 2, kept_set.items)
    assert not Artifact.everywhere.filter(purpose="backup_import").exclude(state="gone").exists()


def rows() -> dict[str, int]:
    return {
        model.__name__: model.everywhere.count() for model in (Policy, PolicyVersion, Payload, BackupSet, TransferKey)
    }


def test_secrets_of_many_policies_cost_few_queries(back_up):
    backup_set = back_up()
    versions = list(versions_of_set(backup_set).select_related("policy"))
    seal_a_secret(versions[0])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            listing = listed(backup_set, with_secrets=True)
            contents = list(listing.read(listing.entries))
        assert [Entry.of(entry.path, content) for entry, content in zip(listing.entries, contents, strict=True)] == (
            listing.entries
        )
        return len(queries), sum(bool(policy.secrets) for policy in listing.manifest.policies)

    few = cost()
    for version in versions[1:]:
        seal_a_secret(version)
    many = cost()
    assert (few[1], many[1]) == (1, len(versions))
    assert many[0] <= few[0] < len(versions)


def seal_a_secret(version: PolicyVersion) -> None:
    from tenantpilot.versions.overlay import PlainSecret, keep_secrets

    keep_secrets(version, version.policy, [PlainSecret("/canary", json.dumps(SECRET_CANARY))])


def opened_of(secret: VersionSecret) -> str:
    from tenantpilot.versions.overlay import opened

    return opened(secret.version.policy, secret)


def corrupt(payload_id: int) -> None:
    """A byte of a payload is another, past the guard of the table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER payload_immutable")
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE payloads SET data = %s WHERE id = %s", [b"x", payload_id])
