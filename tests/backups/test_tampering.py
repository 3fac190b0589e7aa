"""Somebody with the database file changes one thing: verification names it, and no page stays green (B3)."""

import pytest
from django.urls import reverse

from tenantpilot.backups.models import BackupMember
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.services import start_verification
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import VersionSecret
from tests.web.html import read

TYPES = ("settingsCatalog", "deviceConfiguration", "namedLocation")


def one_byte(backup_set, by_sql):
    version = versions_of_set(backup_set).select_related("payload", "policy").order_by("pk")[1]
    data = bytearray(version.payload.data)
    data[-1] ^= 1
    by_sql("UPDATE payloads SET data = %s WHERE id = %s", bytes(data), version.payload_id)
    return "payload_damaged", version.policy.graph_id


def the_payload_of_a_version(backup_set, by_sql):
    version, other = versions_of_set(backup_set).select_related("policy").order_by("pk")[:2]
    by_sql("UPDATE policy_versions SET payload_id = %s WHERE id = %s", other.payload_id, version.pk)
    return "payload_damaged", version.policy.graph_id


def a_row_less(backup_set, by_sql):
    row = BackupMember.everywhere.filter(chain=backup_set.chain).select_related("policy").first()
    by_sql("DELETE FROM backup_members WHERE id = %s", row.pk)
    return "digest_mismatch", row.policy.type


def the_digest(backup_set, by_sql):
    forged = backup_set.digest[::-1], backup_set.pk
    by_sql("UPDATE backup_sets SET digest = %s WHERE id = %s", *forged)  # ownedfields: ignore[OPR111] -- a forgery
    return "digest_mismatch", ""


@pytest.fixture
def pages(signed_in, olivia, contoso):
    """Return the words of the list of sets, of the tenant's and of the workspace's protection."""
    browser = signed_in(olivia)

    def ask():
        answers = [browser.get(reverse(name, args=["contoso"])) for name in ("backups", "protection")]
        answers.append(browser.get(reverse("workspace-protection")))
        return [read(answer).one("main") for answer in answers]

    return ask


@pytest.mark.parametrize("tamper", [one_byte, the_payload_of_a_version, a_row_less, the_digest])
def test_b3_one_thing_that_was_changed_is_named_and_shown_in_red(back_up, by_sql, pages, alice, now, tamper):
    whole, backup_set = back_up("compliancePolicy"), back_up(*TYPES, initiator=alice)
    assert verdict_of(whole, now) == verdict_of(backup_set, now) == ("intact", [])
    assert not any(page.every(class_="badge-danger") for page in pages())
    code, place = tamper(backup_set, by_sql)
    verdict, faults = verdict_of(backup_set, now)
    named = [(fault["code"], fault["graph_id"] or fault["type"]) for fault in faults if fault["code"] == code]
    assert (verdict, named) == ("damaged", [(code, place)])
    assert verdict_of(whole, now) == ("intact", [])
    shown, protection, _workspace = pages()
    assert [badge.words for badge in shown.every(class_="badge-danger")] == ["Damaged"]
    assert "Damaged sets 1" in protection.words


def test_b3_a_tenant_whose_only_set_is_damaged_is_not_protected(back_up, by_sql, pages, now):
    backup_set = back_up(*TYPES)
    one_byte(backup_set, by_sql)
    verdict_of(backup_set, now)
    assert all(page.every(class_="badge-danger") for page in pages())
    assert all("Not protected" in page.words for page in pages()[1:])


def verdict_of(backup_set, now):
    """Verify the set as a worker would."""
    Runner().execute(start_verification(backup_set, initiator=None, now=now).run.pk)
    backup_set.refresh_from_db()
    return backup_set.verdict, backup_set.faults


CONFIGURATIONS = "deviceManagement/deviceConfigurations"


@pytest.fixture
def with_secret(directory, back_up):
    """A set with a policy that has a secret; answers the set and the id of the policy."""
    entity = next(iter(directory.store.entities(CONFIGURATIONS)))
    entity.body["preSharedKey"] = "canary-of-a-network-8s2"
    directory.store.put(CONFIGURATIONS, entity)
    backup_set = back_up("deviceConfiguration")
    assert VersionSecret.everywhere.filter(version__policy__graph_id=entity.id).count() == 1
    return backup_set, entity.id


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM version_secrets WHERE id = %s",
        "UPDATE version_secrets SET fingerprint = 'x' WHERE id = %s",
        "UPDATE version_secrets SET pointer = 'x' WHERE id = %s",
    ],
    ids=["gone", "fingerprint", "place"],
)
def test_b3_a_secret_that_cannot_be_restored_is_named(with_secret, by_sql, now, statement):
    backup_set, graph_id = with_secret
    assert verdict_of(backup_set, now) == ("intact", [])
    by_sql(statement, VersionSecret.everywhere.get().pk)
    verdict, faults = verdict_of(backup_set, now)
    assert (verdict, [(f["code"], f["graph_id"]) for f in faults]) == ("damaged", [("secret_unreadable", graph_id)])
