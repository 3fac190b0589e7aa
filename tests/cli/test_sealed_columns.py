"""Whatever is sealed in the database opens after the keys were changed and the old one taken out, or keeps it in."""

import pytest
from django.apps import apps
from django.db.models import BinaryField
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import stream
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.backups.portable.transfer_keys import keep_key, opened_key
from tenantpilot.cli.main import app
from tenantpilot.restores.approval_codes import APPROVAL_PENDING, approval_place, opened_code
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.moving import move_item
from tenantpilot.restores.states import ItemState, RestoreState
from tenantpilot.tenancy.credentials import open_credential, store_credential
from tenantpilot.tenancy.sealing import newest_key_id, seal
from tenantpilot.versions import overlay
from tenantpilot.versions.models import VersionSecret
from tests.restores.test_guards import brought_to
from tests.versions.kit import new_policy, take
from tests.versions.test_secrets import wifi

CLIENT = "33333333-3333-4333-8333-333333333333"
SECRET = "correct horse battery staple"
PLAIN = {"payloads.data", "artifact_chunks.data"}
"""Bytes that no column beside them names a key for. The chunks of an upload are sealed: its artifact names the key."""
ENDS_FIRST = {"artifacts.key_id"}
"""An upload lives for minutes: its key stays until it has ended."""


def columns():
    """Return the columns that name the key of something sealed: `key_id`, or one that ends so."""
    return {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "key_id" or field.name.endswith("_key_id")
    }


@pytest.fixture
def tenantpilot(database, settings, data_dir):
    settings.DATA_DIR = data_dir
    settings.SEALING_KEYS = (data_dir / "sealing.keys").read_text().split()
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def credential(contoso, _alice, now):
    facts = {"kind": "secret", "client_id": CLIENT, "expires_at": None, "actor": None, "now": now}
    store_credential(tenant=contoso, secret=SECRET, **facts)
    return lambda: open_credential(contoso).secret


def secret_of_version(contoso, _alice, now):
    policy = new_policy(contoso, now)
    take(policy, wifi(SECRET), now)
    return lambda: overlay.opened(policy, VersionSecret.everywhere.get()).strip('"')


def passphrase_of_transfer(contoso, _alice, now):
    pk = keep_key(contoso, SECRET, now=now).pk
    return lambda: opened_key(contoso, pk)


def code_of_approval(contoso, alice, now):
    version = take(new_policy(contoso, now), {"id": "p1", "displayName": "Wi-Fi"}, now)
    restore = draft_of_versions(tenant=contoso, versions=[version], source="Wi-Fi", actor=alice, now=now)
    items = RestoreItem.everywhere.of_run(restore.pk)
    sealed = seal(SECRET, belongs_to=approval_place(contoso, items.get()))
    items.update(approval_sealed=sealed.value, approval_key_id=sealed.key_id)
    return lambda: opened_code(contoso, items.get())


def upload(contoso, alice, now):
    new = NewArtifact(contoso.workspace_id, alice, purpose=Purpose.BACKUP_IMPORT, name="set.zip.age", tenant=contoso)
    artifact = keep_file(new, [SECRET.encode()], now=now)
    return lambda: b"".join(stream(Artifact.everywhere.get(pk=artifact.pk))).decode()


MAKERS = {
    "tenant_credentials.key_id": credential,
    "version_secrets.key_id": secret_of_version,
    "backup_transfer_keys.key_id": passphrase_of_transfer,
    "restore_items.approval_key_id": code_of_approval,
    "artifacts.key_id": upload,
}


def test_every_sealed_column_is_known_here():
    assert set(MAKERS) == columns()


def test_every_column_of_bytes_names_its_key_or_is_plain():
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            if isinstance(field, BinaryField) and f"{model._meta.db_table}.{field.name}" not in PLAIN:
                assert field.name.endswith("sealed"), f"{model.__name__}.{field.name}"
                assert field.name.removesuffix("sealed") + "key_id" in names, f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("column", sorted(columns()))
def test_what_is_sealed_outlives_its_key(tenantpilot, settings, contoso, alice, column):
    opened, old = MAKERS[column](contoso, alice, timezone.now()), newest_key_id()
    assert tenantpilot("rotate-keys", "--retire", old).exit_code == 1
    assert tenantpilot("rotate-keys").exit_code == 0
    assert old != newest_key_id()
    retired = tenantpilot("rotate-keys", "--retire", old)
    assert retired.exit_code == (1 if column in ENDS_FIRST else 0), retired.output
    is_out = all(line.partition(":")[0] != old for line in settings.SEALING_KEYS)
    assert (opened(), is_out) == (SECRET, column not in ENDS_FIRST)


@pytest.mark.parametrize("column", sorted(columns()))
def test_a_key_that_something_needs_is_not_taken_out(tenantpilot, settings, contoso, alice, column):
    MAKERS[column](contoso, alice, timezone.now())
    old = newest_key_id()
    settings.SEALING_KEYS = ["new:" + "A" * 43 + "=", *settings.SEALING_KEYS]
    refused = " ".join(tenantpilot("rotate-keys", "--retire", old).output.split())
    assert f"need key {old}" in refused


def test_a_code_that_no_key_opens_is_named_while_it_is_waited_for(tenantpilot, settings, contoso, alice, now):
    code_of_approval(contoso, alice, now)
    settings.SEALING_KEYS = ["new:" + "A" * 43 + "="]
    assert tenantpilot("rotate-keys").exit_code == 0
    brought_to(RestoreRun.everywhere.get(), RestoreState.EXECUTING, alice, now)
    move_item(RestoreItem.everywhere.get(), ItemState.WAITING, reason_code=APPROVAL_PENDING)
    refused = tenantpilot("rotate-keys")
    assert (refused.exit_code, "1 codes of approvals" in " ".join(refused.output.split())) == (1, True)
