"""`tenantpilot rotate-keys` and `audit`."""

import json
import stat
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.install import prepare_data_folder
from tenantpilot.cli.main import app
from tenantpilot.operations.models import ProcessHeartbeat
from tenantpilot.tenancy import security_events
from tenantpilot.tenancy.credentials import open_credential, store_credential
from tenantpilot.tenancy.models import TenantCredential

CLIENT = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def tenantpilot(database):
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def sealed(database, settings, data_dir, contoso):
    """Contoso's credential, sealed with the key in the data folder."""
    settings.DATA_DIR = data_dir
    settings.SEALING_KEYS = (data_dir / "sealing.keys").read_text().split()
    store_credential(
        tenant=contoso, kind="secret", client_id=CLIENT, secret="plain", expires_at=None, actor=None, now=timezone.now()
    )
    return contoso


def keys_in(folder) -> list[str]:
    return [line.partition(":")[0] for line in (folder / "sealing.keys").read_text().split()]


def test_a_new_key_seals_everything_and_the_old_one_is_kept(tenantpilot, sealed, data_dir):
    before = keys_in(data_dir)
    assert tenantpilot("rotate-keys").exit_code == 0
    newest, *older = keys_in(data_dir)
    assert older == before
    assert TenantCredential.everywhere.get().key_id == newest
    assert open_credential(sealed).secret == "plain"
    assert stat.S_IMODE((data_dir / "sealing.keys").stat().st_mode) == 0o600


def test_keys_are_not_rotated_beneath_running_processes(tenantpilot, sealed, data_dir):
    now = timezone.now()
    ProcessHeartbeat.objects.create(name="worker@a:1", role="worker", started_at=now, seen_at=now)
    before = keys_in(data_dir)
    refused = tenantpilot("rotate-keys")
    assert refused.exit_code == 1
    assert "worker@a:1" in refused.output
    assert keys_in(data_dir) == before


def test_a_process_that_died_long_ago_is_in_nobodys_way(tenantpilot, sealed):
    then = timezone.now() - timedelta(hours=1)
    ProcessHeartbeat.objects.create(name="worker@a:1", role="worker", started_at=then, seen_at=then)
    assert tenantpilot("rotate-keys").exit_code == 0


def test_keys_from_the_environment_are_used_and_no_file_is_written(tenantpilot, sealed, settings, data_dir):
    before = keys_in(data_dir)
    settings.SEALING_KEYS = ["new:" + "A" * 43 + "=", *settings.SEALING_KEYS]
    assert tenantpilot("rotate-keys").exit_code == 0
    assert keys_in(data_dir) == before
    assert TenantCredential.everywhere.get().key_id == "new"


def test_a_credential_that_does_not_open_is_named(tenantpilot, sealed, settings, data_dir):
    (data_dir / "sealing.keys").unlink()
    prepare_data_folder(data_dir)
    settings.SEALING_KEYS = (data_dir / "sealing.keys").read_text().split()
    answer = tenantpilot("rotate-keys")
    assert answer.exit_code == 1
    assert "contoso" in answer.output


def test_sec_08_a_key_that_was_stolen_is_retired_and_both_steps_are_recorded(tenantpilot, sealed, data_dir):
    (old,) = keys_in(data_dir)
    assert "is the one that seals" in " ".join(tenantpilot("rotate-keys", "--retire", old).output.split())
    assert tenantpilot("rotate-keys").exit_code == 0
    retired = tenantpilot("rotate-keys", "--retire", old)
    assert retired.exit_code == 0, retired.output
    assert old not in keys_in(data_dir)
    assert open_credential(sealed).secret == "plain"
    entries = AuditLog.objects.of_workspace(0).in_order().values_list("action", "after__key")
    assert list(entries) == [("keys.rotated", *keys_in(data_dir)), ("keys.retired", old)]


def test_a_key_that_something_needs_is_not_retired(tenantpilot, sealed, settings, data_dir):
    (old,) = keys_in(data_dir)
    settings.SEALING_KEYS = ["new:" + "A" * 43 + "=", *settings.SEALING_KEYS]
    refused = tenantpilot("rotate-keys", "--retire", old)
    assert (refused.exit_code, "1 stored secrets need key" in " ".join(refused.output.split())) == (1, True)
    assert "There is no key other" in " ".join(tenantpilot("rotate-keys", "--retire", "other").output.split())


def entry(workspace_id: int = 1) -> None:
    with transaction.atomic():
        audit.record("test.done", workspace_id=workspace_id, at=timezone.now())


def test_sec_05_a_log_that_was_not_touched_holds(tenantpilot):
    entry()
    answer = tenantpilot("audit", "verify")
    assert answer.exit_code == 0
    assert "the chains hold" in answer.output


def test_sec_08_what_happened_to_accounts_is_read_at_a_shell(tenantpilot, alice, contoso):
    tenantpilot("person", "switch-off", alice.email)
    entry(contoso.workspace_id)
    mark = tenantpilot("audit", "client", "192.0.2.1").stdout.strip()
    now = timezone.now()
    security_events.record("person.sign_in_failed", person=alice, client="192.0.2.1", now=now)
    lines = tenantpilot("audit", "list").stdout.splitlines()
    assert [line.split()[2] for line in lines] == [
        "person.sign_in_failed",
        "person.switched_off",
        "person.sessions_ended",
    ]
    assert f"person {alice.pk}" in lines[0]
    assert mark in lines[0]
    assert len(tenantpilot("audit", "list", "--action", "person.switched_off").stdout.splitlines()) == 1
    assert "test.done" in tenantpilot("audit", "list", "--workspace", contoso.workspace.slug).stdout


def test_sec_05_heads_kept_elsewhere_show_a_log_that_was_cut(tenantpilot, tmp_path):
    """Whoever owns the database can rewrite a chain as a whole, but not what was kept elsewhere."""
    entry()
    heads = json.loads(tenantpilot("audit", "heads").stdout)
    kept = tmp_path / "heads.json"
    kept.write_text(json.dumps(heads))
    assert tenantpilot("audit", "verify", "--anchors", str(kept)).exit_code == 0
    kept.write_text(json.dumps({workspace: [sequence + 1, hash_] for workspace, (sequence, hash_) in heads.items()}))
    refused = tenantpilot("audit", "verify", "--anchors", str(kept))
    assert refused.exit_code == 1
    assert "breaks" in refused.output


def test_a_file_that_holds_no_heads_is_refused(tenantpilot, tmp_path):
    (tmp_path / "heads.json").write_text("nonsense")
    refused = tenantpilot("audit", "verify", "--anchors", str(tmp_path / "heads.json"))
    assert refused.exit_code == 1
    assert "does not hold heads" in " ".join(refused.output.split())
