"""The pages that export a backup set and import one: who may, what is refused at once, and what a worker then does."""

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenantpilot.artifacts.models import Artifact
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.transfer_keys import TransferKey
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.roles import Role
from tests.backups.kit import building_set, member, new_chain
from tests.people import member as new_member
from tests.versions.kit import new_policy, take

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def backup_set(contoso, now) -> BackupSet:
    """A set made by hand that holds one policy, sealed as a backup seals it."""
    from tenantpilot.backups.building import seal

    chain = new_chain(contoso, now, kind="manual")
    made = building_set(chain, 1, now, asked={"policy_types": ["deviceConfiguration"]})
    member(chain, take(new_policy(contoso, now), {"id": "p1", "passwordRequired": True}, now), 1)
    return seal(made, run_id=0, now=now)


@pytest.fixture
def browser(signed_in, olivia):
    return signed_in(olivia)


def url_of(backup_set) -> str:
    return f"/admin/t/contoso/backups/{backup_set.pk}/exports/"


def test_an_owner_exports_downloads_and_imports_a_set(browser, backup_set):
    assert "Export" in browser.get(f"/admin/t/contoso/backups/{backup_set.pk}/").text
    asked = browser.post(url_of(backup_set), {"recipients": f"# Olivia\n{RECIPIENT}\n"}, follow=True)
    assert "Backup set export queued" in asked.text
    Runner().execute(OperationRun.everywhere.get().pk)
    artifact = Artifact.everywhere.get()
    assert artifact.name in browser.get("/admin/exports/").text
    content = b"".join(browser.get(f"/admin/exports/{artifact.pk}/").streaming_content)
    assert b"manifest.json" in pyrage.decrypt(content, [IDENTITY])
    form = {"archive": SimpleUploadedFile("set.zip.age", content), "key": str(IDENTITY)}
    imported = browser.post("/admin/t/contoso/backups/imports/", form, follow=True)
    assert "Backup set import queued" in imported.text
    Runner().execute(OperationRun.everywhere.latest("pk").pk)
    assert BackupSet.everywhere.latest("pk").digest == backup_set.digest
    assert TransferKey.everywhere.count() == 0


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Name a recipient, or choose a passphrase below."),
        ({"recipients": "age1nonsense"}, "A recipient looks like age1…"),
        ({"passphrase": "too short"}, "A passphrase has at least 20 characters."),
        ({"recipients": RECIPIENT, "passphrase": PASSPHRASE}, "Give recipients or a passphrase, one of both."),
        ({"passphrase": PASSPHRASE, "with_secrets": "on"}, "Secrets are exported to recipients alone"),
    ],
)
def test_a_form_that_protects_nothing_says_so_and_starts_nothing(browser, backup_set, form, words):
    refused = browser.post(url_of(backup_set), form)
    assert refused.status_code == 422
    assert words in refused.text
    assert PASSPHRASE not in refused.text
    assert not OperationRun.everywhere.exists()


def test_a_manager_exports_without_secrets_alone(signed_in, contoso, backup_set):
    browser = signed_in(new_member(contoso, "mary", Role.MANAGER))
    assert "Secrets of policies are left out." in browser.get(url_of(backup_set)).text
    refused = browser.post(url_of(backup_set), {"recipients": RECIPIENT, "with_secrets": "on"})
    assert "You may not export secrets." in refused.text
    assert not OperationRun.everywhere.exists()


def test_sec_02_a_manager_does_not_run_an_export_of_secrets_again(browser, signed_in, contoso, backup_set):
    browser.post(url_of(backup_set), {"recipients": RECIPIENT, "with_secrets": "on"})
    run = OperationRun.everywhere.get()
    Runner().execute(run.pk)
    page = f"/admin/t/contoso/operations/{run.pk}/"
    mary = signed_in(new_member(contoso, "mary", Role.MANAGER))
    assert "To export backups with their secrets you need to be Owner." in mary.get(page).text
    assert mary.post(f"{page}retries/").status_code == 403
    assert OperationRun.everywhere.count() == 1
    assert "why-not-again" not in browser.get(page).text
    browser.post(f"{page}retries/")
    assert OperationRun.everywhere.count() == 2


def test_a_manager_runs_an_export_without_secrets_again(browser, signed_in, contoso, backup_set):
    browser.post(url_of(backup_set), {"recipients": RECIPIENT})
    run = OperationRun.everywhere.get()
    Runner().execute(run.pk)
    signed_in(new_member(contoso, "mary", Role.MANAGER)).post(f"/admin/t/contoso/operations/{run.pk}/retries/")
    assert OperationRun.everywhere.latest("pk").retry_of == run


def test_a_file_that_is_no_archive_is_refused_at_once(browser, contoso):
    form = {"archive": SimpleUploadedFile("set.zip", b"PK nothing"), "key": PASSPHRASE}
    refused = browser.post("/admin/t/contoso/backups/imports/", form)
    assert refused.status_code == 422
    assert "not encrypted with age" in refused.text
    assert not Artifact.everywhere.exists()
