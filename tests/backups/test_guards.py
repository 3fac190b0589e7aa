"""The database keeps the rules of backups by itself, whoever writes: on both engines."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.deletion import ProtectedError

from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.queries import versions_of_set
from tenantpilot.backups.states import MOVES, SetState
from tests.backups.kit import DIGEST, building_set, finished_set, member, new_chain
from tests.versions.kit import new_policy, take


@pytest.fixture
def chain(contoso, now):
    return new_chain(contoso, now)


@pytest.fixture
def by_hand(contoso, now):
    return new_chain(contoso, now, kind="manual")


@pytest.fixture
def versions(contoso, now):
    policy = new_policy(contoso, now)
    return [take(policy, {"id": "p1", "passwordRequired": value}, now) for value in (True, False)]


def refused(change):
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        change()
    return True


def row(backup_set):
    return BackupSet.everywhere.filter(pk=backup_set.pk)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(SetState, SetState)))
def test_a_set_moves_as_the_table_says(chain, now, before, after):
    backup_set = building_set(chain, 1, now) if before is SetState.BUILDING else finished_set(chain, 1, now, before)
    digest = DIGEST if after in ("complete", "incomplete") else None
    if after == before or after in MOVES[before]:
        assert row(backup_set).update(state=after, digest=digest)
    else:
        assert refused(lambda: row(backup_set).update(state=after, digest=digest))


def test_a_set_is_not_born_finished(chain, now):
    assert refused(lambda: building_set(chain, 1, now, state="complete", digest=DIGEST))


@pytest.mark.parametrize("changes", [{"digest": "e" * 64}, {"items": 7}, {"by_type": {"x": {}}}, {"seq": 2}], ids=str)
def test_a_finished_set_of_a_schedule_never_changes(chain, now, changes):
    backup_set = finished_set(chain, 1, now)
    assert refused(lambda: row(backup_set).update(**changes))


def test_a_set_made_by_hand_changes_by_revisions(by_hand, now):
    backup_set = finished_set(by_hand, 1, now)
    assert refused(lambda: row(backup_set).update(digest="e" * 64))
    assert row(backup_set).update(digest="e" * 64, items=3, seq=2)
    assert refused(lambda: row(backup_set).update(digest="f" * 64, seq=4))


def test_a_complete_set_has_a_digest(chain, now):
    backup_set = building_set(chain, 1, now)
    assert refused(lambda: row(backup_set).update(state="complete"))


def test_a_slot_has_one_set(chain, now):
    building_set(chain, 1, now, slot_at=now)
    assert refused(lambda: building_set(chain, 2, now, slot_at=now))


def test_the_last_good_set_of_a_schedule_and_of_a_tenant_stays(chain, by_hand, now):
    old, new = finished_set(chain, 1, now), finished_set(chain, 2, now)
    finished_set(chain, 3, now, "incomplete")
    hand = finished_set(by_hand, 1, now)
    assert refused(lambda: row(new).update(trashed_at=now))
    assert row(old).update(trashed_at=now)
    assert row(hand).update(trashed_at=now)
    assert refused(lambda: row(new).update(trashed_at=now))


def test_the_only_good_set_made_by_hand_stays(by_hand, now):
    hand = finished_set(by_hand, 1, now)
    assert refused(lambda: row(hand).update(trashed_at=now))


def test_a_held_set_is_not_trashed(chain, now):
    old = finished_set(chain, 1, now)
    finished_set(chain, 2, now)
    row(old).update(held_at=now, hold_reason="Audit")
    assert refused(lambda: row(old).update(trashed_at=now))


def test_a_set_is_deleted_from_the_trash_alone(chain, now):
    old = finished_set(chain, 1, now)
    finished_set(chain, 2, now)
    assert refused(old.delete)
    row(old).update(trashed_at=now)
    assert old.delete()[0] == 1


def test_a_member_belongs_to_the_sets_of_its_interval(chain, now, versions):
    first, second, third = (building_set(chain, seq, now) for seq in (1, 2, 3))
    member(chain, versions[0], 1, 2)
    member(chain, versions[1], 3)
    for backup_set in (first, second, third):
        row(backup_set).update(state="complete", digest=DIGEST)
        backup_set.refresh_from_db()
    held = [list(versions_of_set(backup_set)) for backup_set in (first, second, third)]
    assert held == [[versions[0]], [versions[0]], [versions[1]]]


def test_a_set_that_is_not_finished_holds_nothing(chain, now, versions):
    backup_set = building_set(chain, 1, now)
    member(chain, versions[0], 1)
    assert not versions_of_set(backup_set).exists()


@pytest.mark.parametrize(("from_seq", "to_seq"), [(1, None), (2, 2), (3, None), (1, 1)])
def test_a_set_holds_one_version_of_a_policy(chain, versions, from_seq, to_seq):
    member(chain, versions[0], 1, 3)
    assert refused(lambda: member(chain, versions[1], from_seq, to_seq))


def test_a_member_ends_once_and_never_inside_a_finished_set(chain, now, versions):
    first, second = building_set(chain, 1, now), building_set(chain, 2, now)
    row_of_member = BackupMember.everywhere.filter(pk=member(chain, versions[0], 1).pk)
    row(first).update(state="complete", digest=DIGEST)
    row(second).update(state="complete", digest=DIGEST)
    assert refused(lambda: row_of_member.update(to_seq=1))
    assert row_of_member.update(to_seq=2)
    assert refused(lambda: row_of_member.update(to_seq=3))
    assert refused(lambda: row_of_member.update(version=versions[1]))


def test_nothing_is_added_to_a_finished_set(chain, now, versions):
    finished_set(chain, 1, now)
    assert refused(lambda: member(chain, versions[0], 1))
    assert member(chain, versions[0], 2)


def test_a_version_and_a_member_stay_while_a_set_holds_them(chain, now, versions):
    backup_set = building_set(chain, 1, now)
    held = member(chain, versions[0], 1)
    row(backup_set).update(state="complete", digest=DIGEST)
    with pytest.raises(ProtectedError):
        versions[0].delete()
    assert refused(held.delete)


def test_sec_03_a_member_stays_in_its_tenant(contoso, fabrikam, chain, now):
    foreign = take(new_policy(fabrikam, now), {"id": "p1"}, now)
    assert refused(lambda: member(chain, foreign, 1))


def test_a_gap_never_changes(contoso, chain, now):
    backup_set = building_set(chain, 1, now)
    BackupGap.everywhere.create(
        workspace_id=contoso.workspace_id,
        tenant=contoso,
        set=backup_set,
        kind="failed",
        type="group",
        reason_code="permission_missing",
    )
    assert refused(lambda: BackupGap.everywhere.update(reason_code="graph_error"))
