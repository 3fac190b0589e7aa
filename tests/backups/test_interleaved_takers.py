"""Two runs read the same change of a policy: whichever keeps it, a set holds the version that says what was read."""

import pytest
from intunesim import Plan

from tenantpilot.backups.operations import BACKUP_SET_ADD_POLICIES
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.services import start_revision
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.names import Directory
from tests.backups.test_backup import edit

TYPE = "settingsCatalog"


@pytest.fixture
def plan():
    return Plan(policies=12, seed=7, kinds=(TYPE, "compliancePolicy"))


@pytest.fixture
def sync_while_names_are_learned(contoso, now, monkeypatch):
    """Let a sync run and end while a backup that has compared what it read asks Graph for names."""
    learn, is_interleaved = Directory.learn, []

    def learn_late(self, references, *, now):
        learn(self, references, now=now)
        if not is_interleaved:
            is_interleaved.append(True)
            started = start_sync(tenant=contoso, initiator=None, now=now, policy_types=(TYPE,), capture=True)
            Runner().execute(started.run.pk)

    return lambda: monkeypatch.setattr(Directory, "learn", learn_late)


def newest_of(policy):
    return PolicyVersion.everywhere.of_policy(policy).newest_first().first()


def held_version(backup_set, policy):
    return versions_of_set(backup_set).get(policy=policy)


def test_a_backup_holds_what_a_sync_kept_meanwhile(back_up, directory, sync_while_names_are_learned):
    back_up(TYPE)
    policy = edit(directory, description="Changed while two runs read it")
    sync_while_names_are_learned()
    backup_set = back_up(TYPE)
    version = newest_of(policy)
    assert (version.number, version.source) == (2, "capture")
    assert held_version(backup_set, policy) == version
    assert backup_set.state == "complete"


def test_a_revision_holds_what_a_sync_kept_meanwhile(back_up, directory, alice, now, sync_while_names_are_learned):
    backup_set = back_up(TYPE)
    policy = edit(directory, description="Changed while two runs read it")
    sync_while_names_are_learned()
    started = start_revision(
        BACKUP_SET_ADD_POLICIES, backup_set=backup_set, initiator=alice, selection=[policy.pk], now=now
    )
    Runner().execute(started.run.pk)
    backup_set.refresh_from_db()
    version = newest_of(policy)
    assert (version.number, version.source, backup_set.seq) == (2, "capture", 2)
    assert held_version(backup_set, policy) == version
