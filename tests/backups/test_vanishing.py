"""A set is not complete without a type whose objects all vanished at once: a person hears of it first (field/09)."""

import pytest
from intunesim import Plan

from tenantpilot.backups import type_backup
from tenantpilot.backups.models import BackupGap
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.vanishing import suspicious_types
from tests.inventory.test_vanishing import emptied, presence

CATALOG, KEY = "deviceManagement/configurationPolicies", "settingsCatalog"
TYPES = (KEY, "compliancePolicy")


@pytest.fixture
def plan():
    return Plan(policies=12, seed=7, kinds=TYPES)


def test_the_set_lacks_the_type_and_nothing_is_marked(back_up, directory, contoso):
    whole = back_up(*TYPES)
    count = len(emptied(directory))
    backup_set = back_up(*TYPES)
    assert (whole.state, backup_set.state) == ("complete", "incomplete")
    assert BackupGap.everywhere.get(set=backup_set).reason_code == "type_vanished"
    assert backup_set.run.outcome == "partially_succeeded"
    assert presence(contoso) == (count, 0)


@pytest.mark.parametrize("is_sync_next", [True, False], ids=["sync", "backup"])
def test_whoever_reads_it_next_believes_it(back_up, sync, directory, contoso, is_sync_next):
    back_up(*TYPES)
    count = len(emptied(directory))
    back_up(*TYPES)
    sync(*TYPES) if is_sync_next else back_up(*TYPES)
    assert presence(contoso) == (0, count)
    assert back_up(*TYPES).state == "complete"


def test_one_that_is_deleted_is_believed_at_once(back_up, directory, contoso):
    back_up(*TYPES)
    Policy.everywhere.filter(pk__in=Policy.everywhere.of_type(KEY).values("pk")[1:]).update(type="deviceCategory")
    emptied(directory)
    assert back_up(*TYPES).state == "complete"
    assert presence(contoso) == (0, 1)


def test_a_list_that_was_empty_for_a_moment_harms_nothing(back_up, directory, monkeypatch):
    whole = back_up(*TYPES)
    taken = emptied(directory)

    def come_back(tenant, empty):
        for entity in taken:
            directory.store.put(CATALOG, entity)
        return suspicious_types(tenant, empty)

    monkeypatch.setattr(type_backup, "suspicious_types", come_back)
    backup_set = back_up(*TYPES)
    assert (backup_set.state, backup_set.digest) == ("complete", whole.digest)
