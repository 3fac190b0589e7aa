"""What no set holds any more goes: members, chains, the versions that backups alone took, and their payloads."""

from datetime import timedelta

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups import building, keeping
from tenantpilot.backups.building import abandon_all, open_set
from tenantpilot.backups.membership import Membership
from tenantpilot.backups.models import BackupChain, BackupMember, BackupRetention, BackupSet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.orphans import drop_all_orphans, drop_orphans
from tenantpilot.backups.requests import BackupRequest, ScheduledBackupInputs
from tenantpilot.backups.retaining.services import retention_of
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.operations import PAYLOAD_SWEEP
from tests.backups.kit import building_set, damaged_and_trashed, finish, finished_set, member, new_chain
from tests.versions.kit import new_policy, take

DAY = timedelta(days=1)


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


def versions_of(policy, now, *, source="backup", number=3):
    for index in range(number):
        take(policy, {"id": "p1", "passwordMinimumLength": index}, now + index * DAY, source=source)
    return list(PolicyVersion.everywhere.of_policy(policy).order_by("number"))


def three_nights(chain, versions, now):
    """A chain whose three sets each hold another version of the policy."""
    sets = [building_set(chain, seq, now) for seq in (1, 2, 3)]
    for seq, version in enumerate(versions, start=1):
        member(chain, version, seq, seq if seq < 3 else None)
    return [finish(backup_set) for backup_set in sets]


def delete(sets, now):
    for backup_set in sets:
        damaged_and_trashed(backup_set, now)
        keeping.delete(backup_set, actor=None, now=now)


def sweep(contoso, now):
    started = OperationRunService().start(
        PAYLOAD_SWEEP, tenant=None, workspace=contoso.workspace, initiator=None, inputs=NoInputs(), now=now
    )
    Runner().execute(started.run.pk)
    run = OperationRun.everywhere.get(pk=started.run.pk)
    assert run.outcome == "succeeded"
    return {name: run.summary_counts.get(name, 0) for name in ("versions", "deleted")}


def rows():
    return tuple(model.everywhere.count() for model in (BackupChain, BackupSet, BackupMember, PolicyVersion, Payload))


def test_of_a_chain_without_sets_only_the_newest_version_stays(contoso, policy, now):
    sets = three_nights(new_chain(contoso, now), versions_of(policy, now), now)
    assert sweep(contoso, now) == {"versions": 0, "deleted": 0}
    assert rows() == (1, 3, 3, 3, 3)
    delete(sets, now)
    assert sweep(contoso, now) == {"versions": 2, "deleted": 2}
    assert rows() == (0, 0, 0, 1, 1)
    assert AuditLog.objects.get(action="version.swept").before == {"versions": 2}


def test_what_a_capture_took_stays_without_a_backup(contoso, policy, now):
    sets = three_nights(new_chain(contoso, now), versions_of(policy, now, source="capture"), now)
    delete(sets, now)
    assert sweep(contoso, now) == {"versions": 0, "deleted": 0}


def test_a_version_that_another_set_holds_stays(contoso, policy, now):
    versions = versions_of(policy, now)
    sets = three_nights(new_chain(contoso, now), versions, now)
    by_hand = new_chain(contoso, now, kind="manual")
    kept = building_set(by_hand, 1, now)
    member(by_hand, versions[0], 1)
    finish(kept)
    delete(sets, now)
    assert sweep(contoso, now) == {"versions": 1, "deleted": 1}
    assert BackupMember.everywhere.get().version == versions[0]


@pytest.fixture
def schedule(contoso, alice, now):
    return Schedule.everywhere.create(
        workspace=contoso.workspace, tenant=contoso, name="Nightly", type="backup_schedule_run", frequency="daily",
        time_zone="UTC", next_slot_at=now, created_by=alice, created_at=now,
    )  # fmt: skip


@pytest.fixture
def chain(contoso, schedule, now):
    chain = new_chain(contoso, now)
    BackupChain.everywhere.filter(pk=chain.pk).update(schedule=schedule)
    chain.refresh_from_db()
    return chain


def test_the_chain_of_a_living_schedule_keeps_its_rule_alone(contoso, chain, policy, schedule, now):
    retention_of(chain)
    delete(three_nights(chain, versions_of(policy, now), now), now)
    assert (BackupMember.everywhere.count(), BackupChain.everywhere.count()) == (0, 1)
    assert BackupRetention.everywhere.exists()
    schedule.delete()
    assert drop_all_orphans(now=now + timedelta(hours=1)) == 0
    assert drop_all_orphans(now=now + DAY) == 1
    assert not BackupChain.everywhere.exists()


def test_the_next_set_begins_anew_once_all_are_gone(chain, policy, now):
    versions = versions_of(policy, now)
    delete(three_nights(chain, versions, now), now)
    inputs = ScheduledBackupInputs(schedule=chain.schedule_id)
    started = OperationRunService().start(
        BACKUP_SCHEDULE_RUN, tenant=chain.tenant, initiator=None, inputs=inputs, now=now
    )
    run = started.run
    opened = open_set(chain, BackupRequest(("deviceConfiguration",)), run_id=run.pk, slot_at=None, now=now)
    members = Membership(chain, opened.seq)
    members.hold(versions[-1:], members.of_type(policy.type))
    assert building.seal(opened, run_id=run.pk, now=now).items == 1


def test_open_members_stay_while_the_schedule_has_a_set(chain, policy, now):
    sets = three_nights(chain, versions_of(policy, now), now)
    finished_set(chain, 4, now, state="failed")
    delete(sets, now)
    assert BackupMember.everywhere.filter(to_seq=None).count() == BackupMember.everywhere.count() == 1
    assert drop_orphans(chain) == 0


def test_a_set_by_hand_that_fails_leaves_no_member(contoso, policy, now):
    chain = new_chain(contoso, now, kind="manual")
    failing = building_set(chain, 1, now)
    member(chain, versions_of(policy, now)[0], 1)
    assert abandon_all(now=now) == 1
    failing.refresh_from_db()
    assert (failing.state, failing.reason_code) == ("failed", "worker_lost")
    assert BackupMember.everywhere.count() == 0
    assert finished_set(new_chain(contoso, now), 1, now).is_good
