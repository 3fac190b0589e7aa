"""Two workers revise one set at the same moment: each revision is that of one of them, or one of them is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from tenantpilot.backups import building, revising, services
from tenantpilot.backups.digest import digest_of, entries_of
from tenantpilot.backups.models import BackupMember
from tenantpilot.backups.operations import BACKUP_SET_REMOVE_POLICIES
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.services import start_revision
from tenantpilot.operations.items.working import RunItems
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.backups.kit import building_set, member, new_chain
from tests.versions.kit import new_policy, take

ROUNDS, POLICIES = 8, 12


def test_ops_06_revisions_at_once_do_not_mix(own_database, contoso, now, monkeypatch):
    versions = [
        take(new_policy(contoso, now, graph_id=f"p{number}"), {"id": f"p{number}"}, now) for number in range(POLICIES)
    ]
    monkeypatch.setattr(services, "_other_revision", lambda *facts: None)
    for _round in range(ROUNDS):
        backup_set = manual_set(contoso, versions, now)
        halves = [[version.policy_id for version in versions[start::3]] for start in (0, 1)]
        runs = [removal(backup_set, half, now) for half in halves]
        work_at_once(runs, monkeypatch)
        outcomes = {(run.outcome, run.reason_code) for run in OperationRun.everywhere.filter(pk__in=runs)}
        assert outcomes <= {("succeeded", ""), ("failed", "set_busy")}
        assert ("succeeded", "") in outcomes
        assert_whole(backup_set, halves, OperationRun.everywhere.in_bulk(runs), runs)


def manual_set(tenant, versions, now):
    """Return a set by hand that holds these versions."""
    chain = new_chain(tenant, now, "manual")
    backup_set = building_set(chain, 1, now, asked=BackupRequest(("deviceConfiguration",)).to_json())
    for version in versions:
        member(chain, version, 1)
    return building.seal(backup_set, run_id=0, now=now)


def removal(backup_set, policies, now):
    kind = BACKUP_SET_REMOVE_POLICIES
    return start_revision(kind, backup_set=backup_set, initiator=None, selection=policies, now=now).run.pk


def work_at_once(runs, monkeypatch):
    together = Barrier(len(runs))

    def freeze_together(run, find):
        together.wait(timeout=30)
        return RunItems(run, find)

    def work(pk):
        try:
            Runner().execute(pk)
        finally:
            connections.close_all()

    monkeypatch.setattr(revising, "RunItems", freeze_together)
    with ThreadPoolExecutor(len(runs)) as threads:
        list(threads.map(work, runs))


def assert_whole(backup_set, halves, rows, runs):
    """The set holds what is left behind the revisions that succeeded, and its digest says so."""
    backup_set.refresh_from_db()
    removed = {key for half, pk in zip(halves, runs, strict=True) if rows[pk].outcome == "succeeded" for key in half}
    members = BackupMember.everywhere.at(backup_set.chain, backup_set.seq)
    assert backup_set.digest == digest_of(entries_of(members))
    assert not removed & set(members.values_list("policy", flat=True))
    assert (backup_set.items, backup_set.seq) == (POLICIES - len(removed), 1 + len(removed) // len(halves[0]))
