"""A set of thousands of policies comes back through the page and the shell, and no archive fills the memory."""

import io
import random
import struct
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenantpilot.backups import building
from tenantpilot.backups.models import BackupMember, BackupSet
from tenantpilot.backups.portable import opening
from tenantpilot.backups.portable.opening import open_archive
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.backups.portable.services import Protection
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.payloads import encoded, keep
from tests.artifacts.ends import SIGNATURE, with_end, with_long_end
from tests.backups.archives import IDENTITY, RECIPIENT, sealed
from tests.backups.conftest import set_of
from tests.backups.kit import building_set, new_chain
from tests.backups.test_portable import export, import_into
from tests.people import member, new_workspace

KEY = "deviceConfiguration"


@pytest.fixture
def large(contoso, alice, now):
    """Export a set of so many policies, each with so many bytes that do not compress; answers the set and the file."""

    def make(policies: int, each: int) -> tuple[BackupSet, bytes]:
        asked = BackupRequest(policy_types=(KEY,)).to_json()
        backup_set = building_set(new_chain(contoso, now, "manual"), 1, now, asked=asked, read_from=now)
        rows = Policy.everywhere.bulk_create(_policy(contoso, number, now) for number in range(policies))
        versions = PolicyVersion.everywhere.bulk_create([_version(row, each, now) for row in rows])
        BackupMember.everywhere.bulk_create(_member(backup_set, version) for version in versions)
        building.seal(backup_set, run_id=0, now=now)
        return backup_set, export(backup_set, Protection((RECIPIENT,)), alice, now)

    return make


def _policy(tenant, number, now):
    facts = {"type": KEY, "graph_id": f"p{number}", "name": f"Policy {number}", "content_hash": ""}
    times = {"first_seen_at": now, "last_seen_at": now, "changed_at": now}
    return Policy(workspace_id=tenant.workspace_id, tenant=tenant, **facts, **times)


def _version(policy, each, now):
    text = random.Random(policy.graph_id).randbytes(each // 2).hex()
    payload = {"id": policy.graph_id, "displayName": policy.name, "description": text}
    facts = {"number": 1, "change": "first", "form_hash": "f" * 64, "source": "backup", "restorable": "yes"}
    row = keep(policy.workspace_id, encoded(payload), now=now)
    owner = {"workspace_id": policy.workspace_id, "tenant_id": policy.tenant_id}
    return PolicyVersion(**owner, policy=policy, payload=row, read_at=now, **facts)


def _member(backup_set, version):
    owner = {"workspace_id": backup_set.workspace_id, "tenant_id": backup_set.tenant_id}
    return BackupMember(**owner, chain=backup_set.chain, policy_id=version.policy_id, version=version, from_seq=1)


@pytest.fixture
def elsewhere(contoso) -> Tenant:
    """Contoso as another installation has it."""
    workspace, facts = new_workspace("elsewhere", "Elsewhere"), {"slug": "contoso-elsewhere", "name": "Contoso"}
    return Tenant.everywhere.create(workspace=workspace, entra_tenant_id=contoso.entra_tenant_id, **facts)


def bring(browser, tenant, archive: bytes):
    form = {"archive": SimpleUploadedFile("set.zip.age", archive), "key": str(IDENTITY)}
    return browser.post(reverse("import-backup-set", args=[tenant.slug]), form)


@pytest.mark.parametrize(("policies", "each"), [(120, 200_000), pytest.param(2_000, 20_000, marks=pytest.mark.deep)])
def test_a_large_set_is_imported_by_the_page(large, elsewhere, signed_in, settings, policies, each):
    """It is larger than any other request may be."""
    whole, archive = large(policies, each)
    assert len(archive) > settings.REQUEST_MAX_BYTES
    assert bring(signed_in(member(elsewhere, "mona", Role.MANAGER)), elsewhere, archive).status_code == 302
    run = OperationRun.everywhere.of_tenant(elsewhere).get()
    Runner().execute(run.pk)
    imported = set_of(run)
    assert (imported.state, imported.digest, imported.items) == ("complete", whole.digest, policies)


def test_no_other_page_and_nobody_else_may_send_as_much(contoso, bob, signed_in, client, settings):
    settings.REQUEST_MAX_BYTES, settings.UPLOAD_MAX_BYTES = 1_000, 20_000
    assert bring(client, contoso, b"x" * 5_000).status_code == 413
    assert bring(signed_in(bob), contoso, b"x" * 5_000).status_code == 403
    assert bring(signed_in(bob), contoso, b"x" * 50_000).status_code == 413


def test_reading_two_thousand_policies_costs_the_memory_of_few(large, now):
    _whole, archive = large(2_000, 20_000)
    tracemalloc.start()
    try:
        with open_archive(io.BytesIO(archive), str(IDENTITY)) as opened:
            sizes = [len(opened.payload(policy)) for policy in opened.manifest.policies]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(sizes), sum(sizes) > 40_000_000) == (2_000, True)
    assert peak < 32 * 2**20


def bomb(change) -> bytes:
    """A small archive of which something claims to be large."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr("SHA256SUMS", b"")
    return sealed(change(bytearray(sink.getvalue())))


def a_long_list_of_files(plain) -> bytes:
    return with_end(bytes(plain), size=opening.LIMITS.directory_bytes + 1)


def a_size_that_looks_like_an_end(plain) -> bytes:
    return with_end(bytes(plain), size=SIGNATURE)


def an_offset_that_looks_like_an_end(plain) -> bytes:
    return with_end(bytes(plain), size=opening.LIMITS.directory_bytes + 1, offset=SIGNATURE)


def a_longer_end(plain) -> bytes:
    return with_long_end(bytes(plain))


def files_that_claim_too_much(plain) -> bytes:
    place = plain.rfind(b"PK\x01\x02")
    plain[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    place = plain.find(b"PK\x01\x02")
    plain[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(plain)


ENDS = (a_long_list_of_files, a_size_that_looks_like_an_end, an_offset_that_looks_like_an_end, a_longer_end)


@pytest.mark.parametrize("change", [*ENDS, files_that_claim_too_much])
def test_an_archive_that_would_fill_memory_or_time_is_refused_first(change, monkeypatch):
    monkeypatch.setattr(opening, "_manifest", lambda archive: pytest.fail("its files are read"))
    if change in ENDS:
        monkeypatch.setattr(opening, "ZipFile", lambda file: pytest.fail("its list of files is read"))
    with pytest.raises(ArchiveRefused) as refused, open_archive(io.BytesIO(bomb(change)), str(IDENTITY)):
        pass
    assert refused.value.reason_code == "not_a_set_archive"


def test_the_shell_takes_what_the_page_takes(large, elsewhere, now, settings):
    settings.UPLOAD_MAX_BYTES = 1_000
    _whole, archive = large(20, 2_000)
    assert import_into(elsewhere, archive, now).outcome == "succeeded"
    assert Payload.everywhere.filter(workspace=elsewhere.workspace).count() == 20
