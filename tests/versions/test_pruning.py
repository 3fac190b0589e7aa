"""Old versions go when a person asks, but never the newest, and none that a backup holds."""

from datetime import timedelta

import pytest
from django.db import transaction

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion, VersionSecret
from tenantpilot.versions.operations import PAYLOAD_SWEEP
from tenantpilot.versions.payloads import encoded, keep
from tenantpilot.versions.pruning import reasons_to_keep
from tenantpilot.versions.services import start_prune
from tests.backups.kit import member, new_chain
from tests.versions.kit import new_policy, take


@pytest.fixture
def policy(contoso, now):
    return new_policy(contoso, now)


@pytest.fixture
def versions(policy, now):
    """Three of one policy; the secret changes with each."""
    for number in range(3):
        payload = {"id": "p1", "passwordMinimumLength": number, "preSharedKey": f"s3cret~{number}"}
        take(policy, payload, now + timedelta(days=number))
    return list(PolicyVersion.everywhere.of_policy(policy).order_by("number"))


@pytest.fixture
def prune(contoso, alice, now):
    """Alice's role plays no part here: the page asks for it."""

    def start(versions, initiator=alice):
        keys = [version.pk for version in versions]
        run = start_prune(tenant=contoso, initiator=initiator, versions=keys, now=now).run
        Runner().execute(run.pk)
        return OperationRun.everywhere.get(pk=run.pk)

    return start


def numbers(policy):
    return list(PolicyVersion.everywhere.of_policy(policy).order_by("number").values_list("number", flat=True))


def reasons(run):
    return dict(RunItem.objects.of_run(run.pk).values_list("key", "reason_code"))


def test_what_was_chosen_goes_with_its_secrets_and_is_in_the_log(prune, policy, versions, alice):
    run = prune(versions[:2])
    assert (run.outcome, run.summary_counts["deleted"]) == ("succeeded", 2)
    assert numbers(policy) == [3]
    assert VersionSecret.everywhere.count() == 1
    entries = AuditLog.objects.filter(action="version.removed", target_id=str(policy.pk)).order_by("sequence")
    removed = [(entry.actor_name, entry.before["version"]) for entry in entries]
    assert removed == [(alice.display_name, 1), (alice.display_name, 2)]
    assert Notification.everywhere.filter(run=run).count() == 1


def test_the_newest_stays_and_says_why(prune, policy, versions):
    run = prune(versions)
    assert reasons(run)[str(versions[2].pk)] == "version_newest"
    assert (run.summary_counts["deleted"], run.summary_counts["skipped"]) == (2, 1)
    assert numbers(policy) == [3]


def test_one_that_a_backup_holds_stays(prune, policy, versions, contoso, held_by_backup):
    held_by_backup(versions[0])
    assert reasons_to_keep(versions) == {versions[0].pk: "held_by_backup", versions[2].pk: "version_newest"}
    run = prune(versions[:2])
    assert reasons(run) == {str(versions[0].pk): "held_by_backup", str(versions[1].pk): ""}
    assert numbers(policy) == [1, 3]


@pytest.fixture
def held_by_backup(contoso, now):
    def hold(version):
        return member(new_chain(contoso, now), version, 1)

    return hold


def test_a_version_of_another_tenant_is_not_touched(prune, fabrikam, now):
    foreign = new_policy(fabrikam, now)
    take(foreign, {"id": "p1", "a": 1}, now)
    take(foreign, {"id": "p1", "a": 2}, now)
    run = prune(list(PolicyVersion.everywhere.of_policy(foreign)))
    assert (run.outcome, set(reasons(run).values())) == ("failed", {"version_gone"})
    assert numbers(foreign) == [1, 2]


def test_a_number_is_never_given_twice(prune, policy, versions, now):
    prune(versions[:2])
    take(policy, {"id": "p1", "passwordMinimumLength": 9}, now + timedelta(days=9))
    assert numbers(policy) == [3, 4]


def test_the_sweep_takes_payloads_that_no_version_needs(prune, policy, versions, contoso, now):
    prune(versions[:2])
    with transaction.atomic():
        keep(contoso.workspace_id, encoded({"id": "forgotten"}), now=now)
    run = (
        OperationRunService()
        .start(PAYLOAD_SWEEP, tenant=None, workspace=contoso.workspace, initiator=None, inputs=NoInputs(), now=now)
        .run
    )
    Runner().execute(run.pk)
    assert OperationRun.everywhere.get(pk=run.pk).summary_counts["deleted"] == 3
    assert list(Payload.everywhere.values_list("pk", flat=True)) == [versions[2].payload_id]
    assert not Notification.everywhere.filter(run=run).exists()
