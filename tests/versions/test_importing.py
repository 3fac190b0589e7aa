"""An archive brings back what it holds, secrets included, and changes nothing about what the tenant is like now."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tenantpilot.cli.install import new_sealing_key
from tenantpilot.versions.importing import Imported, take_imported
from tenantpilot.versions.index_models import Assignment, PolicyIndex
from tenantpilot.versions.models import Payload, PolicyVersion, VersionSecret
from tenantpilot.versions.overlay import CannotOpen, PlainSecret, opened
from tenantpilot.versions.payloads import digest_of, raw_of
from tenantpilot.versions.storing import newest_versions
from tests.versions.kit import new_policy, take

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
OLD, NEW = "canary-of-last-week", "canary-of-today"
POINTER = "preSharedKey"


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


def wifi(secret, **further):
    return {"id": "p1", "displayName": "Wi-Fi", POINTER: secret, **further}


def archived(version, secret=None):
    """The version as an archive holds it, with its secret if it was asked for."""
    raw = raw_of(version.payload)
    secrets = (PlainSecret(POINTER, json.dumps(secret)),) if secret else ()
    return Imported(raw, json.loads(raw), version.read_at, version.restorable, version.names, secrets)


def secret_of(version):
    rows = VersionSecret.everywhere.filter(version=version)
    return [json.loads(opened(version.policy, row)) for row in rows]


def test_the_secret_of_the_archive_comes_back_and_not_a_later_one(policy, now):
    """All versions that differ in a secret alone have the same bytes."""
    first = take(policy, wifi(OLD), now)
    take(policy, wifi(NEW), now + timedelta(days=1))
    assert secret_of(take_imported(policy, archived(first, OLD), run_id=None, now=NOON)) == [OLD]
    assert take_imported(policy, archived(first), run_id=None, now=NOON) == first, "without a secret the time tells"
    elsewhere = take_imported(policy, archived(first, "of another installation"), run_id=None, now=NOON)
    assert secret_of(elsewhere) == ["of another installation"]
    assert secret_of(newest_versions([policy.pk])[policy.pk].version) == [NEW]


def test_a_secret_that_was_missing_comes_with_the_archive(policy, now):
    masked = take(policy, wifi("****"), now)
    archive = archived(masked, OLD)
    version = take_imported(policy, archive, run_id=None, now=NOON)
    assert (secret_of(version), masked.restorable) == ([OLD], "secret_missing")
    assert take_imported(policy, archive, run_id=None, now=NOON) == version


def test_a_secret_that_no_key_opens_any_more_comes_with_the_archive(policy, now, settings):
    first = take(policy, wifi(OLD), now)
    settings.SEALING_KEYS = [new_sealing_key()]
    with pytest.raises(CannotOpen):
        secret_of(first)
    assert secret_of(take_imported(policy, archived(first, OLD), run_id=None, now=NOON)) == [OLD]


def target(group):
    return {"id": "a1", "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}}


def test_an_older_archive_says_nothing_about_the_policy_of_today(policy, fabrikam, now):
    """Lists, searches and exports speak of the newest version."""
    first = take(policy, wifi(OLD, description="last week", assignments=[target("g1")]), now)
    archive = archived(first, OLD)
    today = take(policy, wifi(NEW, description="today", assignments=[target("g2")]), now + timedelta(days=7))
    PolicyVersion.everywhere.filter(pk=first.pk).delete()
    imported = take_imported(policy, archive, run_id=None, now=NOON)
    newest = newest_versions([policy.pk])[policy.pk]
    assert (imported.form_hash, secret_of(imported)) == (first.form_hash, [OLD])
    assert (newest.version.form_hash, newest.version.read_at) == (today.form_hash, today.read_at)
    assert secret_of(newest.version) == [NEW]
    assert [row.group_id for row in Assignment.everywhere.filter(policy=policy)] == ["g2"]
    assert PolicyIndex.everywhere.get(policy=policy).version == newest.version
    again = wifi(NEW, description="today", assignments=[target("g2")])
    assert take(policy, again, now + timedelta(days=8)) is None


def numbers(policy):
    return list(PolicyVersion.everywhere.of_policy(policy).without_repeated().values_list("number", flat=True))


def test_after_an_older_archive_the_newest_version_stands_once_in_lists(policy, now):
    first = take(policy, wifi(OLD, description="last week"), now)
    archive = archived(first)
    take(policy, wifi(NEW, description="yesterday"), now + timedelta(days=6))
    today = take(policy, wifi(NEW, description="today"), now + timedelta(days=7))
    PolicyVersion.everywhere.filter(pk=first.pk).delete()
    assert numbers(policy) == [2, 3]
    imported = take_imported(policy, archive, run_id=None, now=NOON)
    newest = newest_versions([policy.pk])[policy.pk].version
    assert (imported.number, newest.number, today.number) == (4, 5, 3)
    assert sorted(numbers(policy)) == [2, 4, 5]
    assert (newest.sentence, newest.differences) == (today.sentence, 1)
    take(policy, wifi(NEW, description="tomorrow"), now + timedelta(days=8))
    PolicyVersion.everywhere.filter(pk=newest.pk).delete()
    assert sorted(numbers(policy)) == [2, 3, 4, 6], "the first of the two is shown again where the second was removed"


def test_a_version_that_came_back_by_itself_stands_as_often_as_it_was(policy, now):
    for day, text in enumerate(("one", "two", "one")):
        take(policy, wifi(NEW, description=text), now + timedelta(days=day))
    assert sorted(numbers(policy)) == [1, 2, 3]


def test_a_later_archive_is_what_is_known_best(policy, now):
    first = take(policy, wifi(OLD), now)
    later = wifi("****", description="later")
    archive = Imported(json.dumps(later).encode(), later, now + timedelta(days=1), "yes", {})
    imported = take_imported(policy, archive, run_id=None, now=NOON)
    assert newest_versions([policy.pk])[policy.pk].version == imported
    assert PolicyIndex.everywhere.get(policy=policy).version == imported
    assert first.number + 1 == imported.number


def test_an_archive_mends_the_damaged_bytes_that_it_has(policy, now):
    raw = json.dumps(wifi("****")).encode()
    facts = {"sha256": digest_of(raw), "codec": "zlib", "raw_bytes": len(raw), "data": b"broken"}
    damaged = Payload.everywhere.create(workspace_id=policy.workspace_id, **facts)
    version = take_imported(policy, Imported(raw, json.loads(raw), now, "yes", {}), run_id=None, now=NOON)
    assert (version.payload, raw_of(version.payload), version.payload.mended_at) == (damaged, raw, NOON)
