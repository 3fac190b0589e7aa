"""Readings that overlap: what a list does not show yet, or still shows, takes back nothing that is newer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tenantpilot.graph.read.listing import read_types_in_groups
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.recording import Observation, Reading, Tally, record_one, record_type, record_types
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun

KEY = "settingsCatalog"
OLD = Observation("p1", "Old name", "", "windows", None, {"id": "p1", "name": "Old name"})
NEW = Observation("p1", "New name", "", "windows", None, {"id": "p1", "name": "New name"})


@dataclass
class Tenant:
    """A tenant whose inventory is written at seconds after a beginning."""

    tenant: Any
    run_id: int
    start: Any

    def at(self, second):
        return self.start + timedelta(seconds=second)

    def list_read(self, *observations, began, ended):
        """A sync or a backup: all objects of the type."""
        with transaction.atomic():
            return record_type(
                self.tenant, KEY, observations, run_id=self.run_id, began_at=self.at(began), now=self.at(ended)
            )

    def restored(self, observation, at):
        """A restore: one object as it was read after it was written; None, when it was deleted."""
        with transaction.atomic():
            if observation is None:
                Policy.everywhere.of_tenant(self.tenant).present().update(missing_since=self.at(at))
            else:
                record_one(self.tenant, KEY, observation, run_id=self.run_id, read_at=self.at(at), now=self.at(at))

    @property
    def state(self):
        row = Policy.everywhere.of_tenant(self.tenant).first()
        return (row.name, row.presence) if row else None


@pytest.fixture
def inventory(contoso, now):
    return Tenant(contoso, start_sync(tenant=contoso, initiator=None, now=now).run.pk, now)


def by_list(inventory, observation, *, began, ended):
    inventory.list_read(*([observation] if observation else []), began=began, ended=ended)


def by_restore(inventory, observation, *, began, ended):
    inventory.restored(observation, ended)


# What the older list shows, and what happened to the object after it.
EVENTS = {"create": (None, NEW), "delete": (OLD, None), "change": (OLD, NEW)}
WRITERS = {"sync": by_list, "backup": by_list, "restore": by_restore}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("ended", [5, 9], ids=["began later and ended first", "ended just before"])
def test_an_older_list_takes_nothing_newer_back(inventory, event, writer, ended):
    before, after = EVENTS[event]
    if before is not None:
        inventory.list_read(before, began=-60, ended=-50)
    WRITERS[writer](inventory, after, began=4, ended=ended)
    newest = inventory.state
    tally = inventory.list_read(*([before] if before else []), began=0, ended=10)
    assert inventory.state == newest == ((after or before).name, "present" if after else "missing")
    assert tally == Tally(unchanged=1 if before else 0)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("writer", ["sync", "backup"])
def test_a_newer_list_is_believed_though_an_older_one_ended_meanwhile(inventory, event, writer):
    before, after = EVENTS[event]
    inventory.list_read(*([before] if before else []), began=0, ended=10)
    WRITERS[writer](inventory, after, began=5, ended=12)
    assert inventory.state == ((after or before).name, "present" if after else "missing")


@pytest.mark.parametrize("event", EVENTS)
def test_the_next_list_after_a_restore_is_believed(inventory, event):
    before, after = EVENTS[event]
    inventory.restored(after or OLD, 5)
    inventory.list_read(*([before] if before else []), began=6, ended=10)
    assert inventory.state == ((before or after).name, "present" if before else "missing")


def test_what_an_older_preview_has_read_stays_behind_a_newer_list(inventory):
    inventory.list_read(NEW, began=5, ended=6)
    with transaction.atomic():
        policy = record_one(
            inventory.tenant, KEY, OLD, run_id=inventory.run_id, read_at=inventory.at(0), now=inventory.at(10)
        )
    assert policy.name == "New name"


def test_each_type_has_the_time_of_its_own_reading(inventory):
    inventory.restored(NEW, 5)
    other = Observation("q1", "Other", "", "ios", None, {"id": "q1"})
    readings = {KEY: Reading([OLD], inventory.at(0)), "compliancePolicy": Reading([other], inventory.at(8))}
    for _again in range(2):
        with transaction.atomic():
            record_types(inventory.tenant, readings, run_id=inventory.run_id, now=inventory.at(10))
    seen = dict(Policy.everywhere.of_tenant(inventory.tenant).values_list("graph_id", "last_seen_at"))
    assert seen == {"p1": inventory.at(5), "q1": inventory.at(8)}


def test_rows_of_a_clock_that_ran_ahead_are_written_over(inventory):
    inventory.list_read(OLD, began=86_400, ended=86_400)
    assert inventory.list_read(NEW, began=0, ended=10) == Tally(updated=1)
    assert inventory.state == ("New name", "present")


def test_what_is_restored_while_a_sync_reads_stays_as_the_restore_left_it(sync, contoso, monkeypatch):
    """The list was read before the object was created: the sync that ends after it does not call it missing."""
    sync(KEY)
    restored = Observation("new-one", "Restored", "", "windows", None, {"id": "new-one"})

    def restored_meanwhile(client, contracts, **clock):
        for group in read_types_in_groups(client, contracts, **clock):
            with transaction.atomic():
                moment = timezone.now()
                run_id = OperationRun.everywhere.latest("pk").pk
                record_one(contoso, KEY, restored, run_id=run_id, read_at=moment, now=moment)
            yield group

    monkeypatch.setattr("tenantpilot.inventory.handlers.read_types_in_groups", restored_meanwhile)
    assert sync(KEY).outcome == "succeeded"
    assert Policy.everywhere.get(graph_id="new-one").presence == "present"
