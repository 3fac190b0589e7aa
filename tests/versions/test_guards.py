"""The database keeps the rules of versions by itself, whoever writes: on both engines."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.offboarding.archiving import archive_tenant
from tenantpilot.operations.offboarding.removing import start_removal
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion, VersionSecret
from tenantpilot.versions.payloads import digest_of, encoded, keep, raw_of
from tests.versions.kit import new_policy, take


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


@pytest.fixture
def two_versions(policy, now):
    take(policy, {"id": "p1", "passwordRequired": True, "preSharedKey": "s3cret~value"}, now)
    take(policy, {"id": "p1", "passwordRequired": False, "preSharedKey": "s3cret~value"}, now)
    return list(PolicyVersion.everywhere.of_policy(policy).order_by("number"))


def delete_by_sql(payload_id):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payloads WHERE id = %s", [payload_id])
    connection.check_constraints()


def refused(rows, **changes):
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        rows.update(**changes)
    return True


@pytest.mark.parametrize("column", ["sha256", "codec", "raw_bytes", "data"])
def test_a_payload_never_changes(two_versions, column):
    values = {"sha256": "0" * 64, "codec": "zlib", "raw_bytes": 1, "data": b"other"}
    assert refused(Payload.everywhere.all(), **{column: values[column]})


def test_a_payload_goes_only_while_no_version_needs_it(two_versions):
    with pytest.raises(ProtectedError):
        two_versions[0].payload.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        delete_by_sql(two_versions[0].payload_id)
    two_versions[0].delete()
    two_versions[0].payload.delete()
    assert Payload.everywhere.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 9},
        {"form_hash": "0" * 64},
        {"change": "first"},
        {"source": "backup"},
        {"restorable": "preview_only"},
        {"names": {"x": {}}},
        {"sentence": "Another"},
        {"read_at": "2020-01-01T00:00:00Z"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_version_never_changes(two_versions, changes):
    assert refused(PolicyVersion.everywhere.filter(pk=two_versions[1].pk), **changes)


def test_who_made_the_change_is_filled_in_once(two_versions):
    row = PolicyVersion.everywhere.filter(pk=two_versions[1].pk)
    assert row.update(actor_confidence="likely", actors=[{"name": "Ada"}]) == 1
    assert refused(row, actor_confidence="one_of")
    assert refused(row, actors=[{"name": "Bea"}])


@pytest.mark.parametrize("number", [1, 2, 4, 9])
def test_numbers_have_no_gap(two_versions, number):
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(two_versions[1], number=number)


def test_a_version_differs_from_the_one_before_it(two_versions, policy, now):
    assert take(policy, {"id": "p1", "passwordRequired": False, "preSharedKey": "s3cret~value"}, now) is None
    for change in ("form", "first"):
        with pytest.raises(IntegrityError), transaction.atomic():
            copy_of(two_versions[1], number=3, change=change)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(two_versions[1], number=3, change="secret", form_hash="0" * 64)


def copy_of(version, **changes):
    kept = ("workspace_id", "tenant_id", "policy_id", "payload_id", "form_hash", "read_at", "source", "restorable")
    values = {name: getattr(version, name) for name in kept}
    return PolicyVersion.everywhere.create(**{**values, "change": "form", **changes})


def test_the_newest_version_stays(two_versions):
    with pytest.raises(IntegrityError), transaction.atomic():
        two_versions[1].delete()
    two_versions[0].delete()
    assert PolicyVersion.everywhere.get().number == 2


def test_of_a_secret_only_the_seal_is_renewed(two_versions):
    rows = VersionSecret.everywhere.all()
    assert refused(rows, pointer="elsewhere")
    assert rows.update(sealed=b"x", key_id="k2", fingerprint="f") == 2


def test_a_version_stays_in_its_tenant_and_workspace(two_versions, fabrikam):
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(two_versions[1], number=3, form_hash="0" * 64, tenant_id=fabrikam.pk)


def remove(tenant, now):
    archive_tenant(tenant, actor=None, now=now)
    Runner().execute(start_removal(tenant, typed=tenant.name, actor=None, now=now).run.pk)


def test_a_tenant_with_versions_and_their_secrets_can_be_removed(two_versions, contoso, now):
    """All of it goes but for the payloads, which other tenants may share: the sweep takes those without a version."""
    remove(contoso, now)
    connection.check_constraints()
    assert (PolicyVersion.everywhere.count(), VersionSecret.everywhere.count()) == (0, 0)


def test_the_gate_is_closed_again_after_a_removal(two_versions, contoso, fabrikam, now):
    other = take(new_policy(fabrikam, now), {"id": "p1", "passwordRequired": True}, now)
    remove(contoso, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        other.delete()


@pytest.fixture
def damaged(contoso, now):
    """A payload whose bytes are not those of its hash."""
    facts = {"workspace_id": contoso.workspace_id, "sha256": digest_of(RAW), "codec": "zlib", "raw_bytes": len(RAW)}
    return Payload.everywhere.filter(pk=Payload.everywhere.create(data=b"broken", **facts).pk)


RAW = encoded({"id": "p1", "displayName": "Grün"})


def right(now, **other):
    return {"codec": "plain", "data": RAW, "damaged_at": None, "mended_at": now, **other}


def test_the_right_bytes_are_refused_without_a_record_of_damage(damaged, now):
    assert refused(damaged, **right(now))
    assert refused(damaged, **right(now, damaged_at=now))


def test_a_record_of_damage_changes_nothing_else(damaged, now):
    assert refused(damaged, damaged_at=now, data=b"other")
    assert damaged.update(damaged_at=now) == 1
    assert refused(damaged, damaged_at=now.replace(year=2020))
    assert refused(damaged, damaged_at=None)


@pytest.mark.parametrize(
    "other",
    [
        {"data": RAW.replace(b"p1", b"p2")},
        {"data": b"\xff\xfe"},
        {"sha256": digest_of(b"{}"), "data": b"{}", "raw_bytes": 2},
        {"codec": "zlib"},
        {"raw_bytes": 1},
        {"mended_at": None},
    ],
    ids=["other bytes", "no text", "another hash", "a codec", "a length", "no time"],
)
def test_a_damaged_payload_takes_no_other_bytes(damaged, now, other):
    damaged.update(damaged_at=now)
    assert refused(damaged, **right(now, **other))


def test_a_damaged_payload_takes_its_own_bytes_once(damaged, now):
    damaged.update(damaged_at=now)
    assert damaged.update(**right(now)) == 1
    assert raw_of(damaged.get()) == RAW
    assert refused(damaged, **right(now))


def test_who_brings_the_bytes_of_a_damaged_payload_mends_it(damaged, contoso, now):
    with transaction.atomic():
        row = keep(contoso.workspace_id, RAW, now=now)
    assert (row, raw_of(row), row.mended_at) == (damaged.get(), RAW, now)
    entries = AuditLog.objects.filter(target_type="payload").order_by("sequence")
    assert [entry.action for entry in entries] == ["payload.damaged", "payload.mended"]
