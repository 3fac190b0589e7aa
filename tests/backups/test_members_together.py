"""Members of a set change in the transaction of what they belong to: a worker that dies leaves no half of it."""

import pytest
from intunesim import Plan

from tenantpilot.backups.membership import Membership
from tenantpilot.backups.operations import BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES
from tenantpilot.backups.portable.services import Protection
from tenantpilot.backups.services import start_revision
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.workers.runner import Runner
from tests.backups.archives import RECIPIENT
from tests.backups.conftest import set_of
from tests.backups.kit import new_chain
from tests.backups.test_portable import export, import_into

TYPES = ("settingsCatalog", "compliancePolicy")


@pytest.fixture
def plan():
    return Plan(policies=12, seed=7, kinds=TYPES)


def test_ops_07_backups_revisions_and_imports_change_members_in_a_transaction(
    own_database, back_up, contoso, alice, now
):
    whole = back_up(*TYPES)
    backup_set = back_up(TYPES[0])
    for kind in (BACKUP_SET_ADD_POLICIES, BACKUP_SET_REMOVE_POLICIES):
        keys = [Policy.everywhere.of_type(TYPES[1]).first().pk]
        run = start_revision(kind, backup_set=backup_set, initiator=None, selection=keys, now=now).run
        Runner().execute(run.pk)
        run.refresh_from_db()
        assert run.outcome == "succeeded", run.message
    imported = import_into(contoso, export(whole, Protection((RECIPIENT,)), alice, now), now)
    sets = (whole, backup_set, set_of(imported))
    assert [one.state for one in sets] == ["complete"] * 3, [one.run.message for one in sets]


@pytest.mark.parametrize("verb", [Membership.drop, lambda members, rows: members.hold(rows, {})], ids=["drop", "hold"])
def test_a_member_that_changes_outside_a_transaction_is_refused(own_database, contoso, now, verb):
    with pytest.raises(RuntimeError):
        verb(Membership(new_chain(contoso, now), 1), [])
