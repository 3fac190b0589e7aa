"""`inventory_sync` against a simulated Graph over HTTP, from the start to what a person finds in the inventory."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from intunesim import Fault

from tenantpilot.audit.models import AuditLog
from tenantpilot.graph.read.listing import read_types
from tenantpilot.inventory import recording
from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.inventory.observing import ObservedType, observe_all
from tenantpilot.inventory.policy_types import every
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.workers.runner import Runner

MOST_STATEMENTS = 300
CATALOG = "/deviceManagement/configurationPolicies"


def test_a_first_sync_creates_every_policy_once(sync, contoso, alice):
    run = sync(initiator=alice)
    counts = run.summary_counts
    assert (run.status, run.outcome, run.failure_summary) == ("completed", "succeeded", [])
    assert counts["created"] == counts["policies"] == Policy.everywhere.of_tenant(contoso).count() > 60
    assert counts["total"] == counts["processed"] == counts["succeeded"] == len(every())
    assert len(Policy.everywhere.of_tenant(contoso).counts_by_type()) >= 8


def test_a_second_sync_finds_everything_unchanged(sync):
    first = sync()
    second = sync()
    assert second.summary_counts["unchanged"] == first.summary_counts["created"]
    assert second.summary_counts["created"] == 0


def test_a_sync_that_finds_nothing_new_asks_the_database_little(sync):
    """What was read together is recorded together: what 44 types cost once, a thousand tenants pay every night."""
    sync()
    with CaptureQueriesContext(connection) as statements:
        second = sync()
    assert second.summary_counts["unchanged"] == second.summary_counts["policies"] > 60
    assert len(statements) <= MOST_STATEMENTS
    locking = [entry["sql"] for entry in statements if "FOR NO KEY UPDATE" in entry["sql"]]
    assert len(locking) <= MOST_STATEMENTS / 10


def test_a_failure_that_cannot_be_recorded_either_ends_the_run(sync, simulator, monkeypatch):
    simulator.faults.add(Fault("status", path=f"{CATALOG}*", status=403))
    tries = []

    def refuse(*_arguments, **_fields):
        tries.append(1)
        raise ValueError("no place for it")

    monkeypatch.setattr("tenantpilot.inventory.handlers.record_failure", refuse)
    run = sync()
    assert (run.status, run.outcome, run.reason_code) == ("completed", "failed", "internal_error")
    assert len(tries) <= 2 * len(every())


def test_types_that_are_read_together_cost_no_other_where_one_is_refused(sync, contoso, monkeypatch):
    real = recording._compare

    def refuse(reading, rows, **clock):
        if any(observation.name == "Poison" for observation in reading.observations):
            raise IntegrityError("refused")
        return real(reading, rows, **clock)

    sync("settingsCatalog", "compliancePolicy")
    monkeypatch.setattr(recording, "_compare", refuse)
    monkeypatch.setattr("tenantpilot.inventory.handlers.observe_all", lambda contract, items: poisoned(contract, items))
    run = sync("settingsCatalog", "compliancePolicy")
    assert (run.summary_counts["succeeded"], run.summary_counts["failed"]) == (1, 1)
    kept = Policy.everywhere.of_tenant(contoso).of_type("compliancePolicy").present().count()
    assert run.summary_counts["policies"] == run.summary_counts["unchanged"] == kept


def poisoned(contract, items):
    observed = observe_all(contract, items)
    if contract.key != "settingsCatalog":
        return observed
    return ObservedType([replace(observation, name="Poison") for observation in observed.observations])


def test_a_rename_is_an_update_and_a_deletion_marks_the_policy_missing(sync, directory):
    sync("settingsCatalog")
    renamed, deleted = Policy.everywhere.of_type("settingsCatalog").order_by("pk")[:2]
    change(directory, renamed.graph_id, {"name": "Renamed by the portal"})
    remove(directory, deleted.graph_id)
    run = sync("settingsCatalog")
    assert (run.summary_counts["updated"], run.summary_counts["missing"]) == (1, 1)
    assert Policy.everywhere.get(pk=renamed.pk).name == "Renamed by the portal"
    assert Policy.everywhere.get(pk=deleted.pk).presence == "missing"


def test_sec_06_inventory_keeps_whitelisted_fields_and_no_payload(sync):
    sync("powershellScript", "settingsCatalog")
    kept = json.dumps(list(Policy.everywhere.values_list("properties", flat=True)))
    assert "scriptContent" not in kept
    assert "settingInstance" not in kept


def test_one_type_without_permission_costs_only_itself(sync, directory, contoso, alice):
    directory.application.roles = tuple(role for role in directory.application.roles if "Scripts" not in role)
    run = sync("powershellScript", "settingsCatalog", "compliancePolicy", initiator=alice)
    assert run.outcome == "partially_succeeded"
    assert [(entry["item"], entry["code"]) for entry in run.failure_summary] == [
        ("PowerShell script", "permission_missing")
    ]
    assert run.summary_counts["succeeded"] == 2
    assert Policy.everywhere.of_tenant(contoso).of_type("settingsCatalog").exists()
    assert Notification.everywhere.get(recipient=alice).data["outcome"] == "partially_succeeded"


def test_a_type_that_fails_keeps_what_was_known_of_it(sync, simulator, contoso):
    sync("settingsCatalog", "compliancePolicy")
    before = Policy.everywhere.of_type("settingsCatalog").present().count()
    simulator.faults.add(Fault("status", path=f"{CATALOG}*", status=400))
    run = sync("settingsCatalog", "compliancePolicy")
    assert run.outcome == "partially_succeeded"
    assert Policy.everywhere.of_type("settingsCatalog").present().count() == before
    freshness = PolicyTypeSync.everywhere.get(tenant=contoso, type="settingsCatalog")
    assert freshness.reason_code == "request_rejected"


@pytest.mark.parametrize(
    ("secret", "client_id", "reason", "code"),
    [
        ("not the secret", "", "client_secret_invalid", "AADSTS7000215"),
        ("", "99999999-9999-4999-8999-999999999999", "application_not_found", "AADSTS700016"),
    ],
)
def test_a_sign_in_that_microsoft_refuses_fails_the_run_with_what_to_do(
    sync, credential, alice, secret, client_id, reason, code
):
    credential(secret=secret, client_id=client_id)
    run = sync(initiator=alice)
    assert (run.outcome, run.reason_code) == ("failed", reason)
    assert code in run.message
    assert Notification.everywhere.filter(run=run, recipient=alice).count() == 1


def test_a_tenant_that_microsoft_does_not_know_is_named_so(sync, simulator, contoso):
    type(contoso).everywhere.filter(pk=contoso.pk).update(entra_tenant_id="44444444-4444-4444-8444-444444444444")
    contoso.refresh_from_db()
    # The credential is bound to the row, not to the directory: it still opens.
    run = sync()
    assert (run.outcome, run.reason_code) == ("failed", "tenant_not_found")


def test_a_tenant_without_a_credential_says_so(graph, contoso, alice, now, sync):
    contoso.credential.delete()
    run = sync(initiator=alice)
    assert (run.outcome, run.reason_code) == ("failed", "credential_missing")


def test_a_credential_that_no_key_opens_says_so(sync, monkeypatch):
    monkeypatch.setattr(settings, "SEALING_KEYS", ["other:" + "B" * 43 + "="])
    assert sync().reason_code == "credential_unreadable"


def test_ops_12_no_secret_reaches_run_notification_or_audit(sync, credential, alice):
    canary = "Zx8~canary.QwErTy-0123456789abcdef"
    credential(secret=canary)
    run = sync(initiator=alice)
    stored = [
        OperationRun.everywhere.filter(pk=run.pk).values().get(),
        *Notification.everywhere.values(),
        *AuditLog.objects.values(),
    ]
    assert canary not in str(stored)


def test_ops_23_a_system_run_tells_nobody(sync):
    assert sync("settingsCatalog").outcome == "succeeded"
    assert not Notification.everywhere.exists()


def change(directory, graph_id, body):
    httpx.patch(in_the_portal(directory, graph_id), json=body).raise_for_status()


def remove(directory, graph_id):
    httpx.delete(in_the_portal(directory, graph_id)).raise_for_status()


def in_the_portal(directory, graph_id):
    return f"{settings.GRAPH_SIMULATOR_URL}/_sim/tenants/{directory.id}/objects{CATALOG}/{graph_id}"


def test_ops_34_a_sync_that_is_throttled_for_long_leaves_its_worker_and_goes_on_where_it_was(
    sync, simulator, settings, alice
):
    """Nothing is lost, nothing is read as failed, and it is told once."""
    settings.OPERATIONS_WAIT_HERE_SECONDS = 2
    simulator.faults.add(Fault("status", path=f"{CATALOG}*", status=429, retry_after="3", times=1))
    waiting = sync(initiator=alice)
    assert (waiting.is_set_aside, waiting.failure_summary, waiting.outcome) == (True, [], None)
    assert Runner().execute(waiting.pk) is False
    assert Runner(clock=lambda: waiting.not_before).execute(waiting.pk)
    run = OperationRun.everywhere.get(pk=waiting.pk)
    assert (run.outcome, run.attempt, run.failure_summary) == ("succeeded", 2, [])
    assert run.summary_counts["created"] == Policy.everywhere.count() > 0
    assert run.summary_counts["processed"] == run.summary_counts["succeeded"] == len(every())
    assert Notification.everywhere.filter(run=run).count() == 1


class WorkerDied(BaseException):
    """Like SIGKILL: nothing is caught, nothing is said."""


class DyingService(OperationRunService):
    """Its worker dies while it writes the third type."""

    types_written = 0

    def checkpoint(self, lease, data, **when):
        self.types_written += 1
        if self.types_written == 3:
            raise WorkerDied
        return super().checkpoint(lease, data, **when)


def one_by_one(client, contracts, **clock):
    return ([read_type] for read_type in read_types(client, contracts, **clock))


def test_ops_07_a_sync_that_is_taken_over_ends_with_the_counts_of_one_that_was_not(
    sync, contoso, fabrikam, alice, now, monkeypatch
):
    monkeypatch.setattr("tenantpilot.inventory.handlers.read_types_in_groups", one_by_one)
    started = start_sync(tenant=contoso, initiator=alice, now=now)
    with pytest.raises(WorkerDied):
        Runner(DyingService(), clock=lambda: now).execute(started.run.pk)
    written = Policy.everywhere.count()
    later = now + timedelta(minutes=5)
    # What the reconciler does with a run whose worker it has seen silent for a lease.
    OperationRunService().redispatch(OperationRun.everywhere.get(pk=started.run.pk), now=later)
    assert Runner(clock=lambda: later).execute(started.run.pk)
    run = OperationRun.everywhere.get(pk=started.run.pk)
    assert (run.outcome, run.attempt) == ("succeeded", 2)
    assert run.summary_counts["created"] == Policy.everywhere.count() > written > 0
    assert run.summary_counts["processed"] == run.summary_counts["succeeded"] == len(every())
    assert Notification.everywhere.filter(run=run).count() == 1
