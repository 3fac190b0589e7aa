"""The restore drill: what of the last good set could be restored, counted before the disaster, and nothing written."""

from datetime import timedelta

import pytest
from intunesim import Fault

from tenantpilot.audit.models import AuditLog
from tenantpilot.graph.client import tokens
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.schedules import services as schedules
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.restores.drilling import KEPT
from tenantpilot.restores.drills import newest_report, start_drill
from tenantpilot.restores.models import DrillFinding, RestoreDrill, RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.operations import RESTORE_DRILL, DrillInputs
from tenantpilot.restores.sampling import sample_of
from tenantpilot.tenancy.models import TenantCredential
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import content_of
from tests.backups.kit import building_set, finish, member, new_chain
from tests.restores.conftest import delete, edit, entity_of, version_of, writes_of
from tests.versions.kit import new_policy, take

CATALOG = "deviceManagement/configurationPolicies"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"
CONDITIONAL_ACCESS = "Policy.ReadWrite.ConditionalAccess"


def set_of(tenant, now, versions):
    """Make a good set that holds these versions."""
    chain = new_chain(tenant, now)
    building = building_set(chain, 1, now, asked={"policy_types": [], "left_out": []}, items=len(versions))
    for version in versions:
        member(chain, version, 1)
    return finish(building)


@pytest.fixture
def backup(captured, contoso, now):
    """A good set of everything that was captured."""
    policies = Policy.everywhere.of_tenant(contoso).values_list("pk", flat=True)
    return set_of(contoso, now, list(PolicyVersion.everywhere.newest_of_each(list(policies))))


@pytest.fixture
def drill(contoso, restoring):
    """Start a drill and do it as a worker would; answers the run and the report."""

    def drill(initiator=None, **inputs):
        started = start_drill(tenant=contoso, initiator=initiator, inputs=DrillInputs(**inputs), now=restoring.now)
        restoring.runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk), newest_report(contoso)

    return drill


def reasons(report):
    return {reason.code: reason.count for reason in report.reasons}


def types_behind(report, code):
    rows = DrillFinding.everywhere.filter(drill=report.drill, reason_code=code)
    return set(rows.values_list("policy__type", flat=True))


class TestWhatItCounts:
    def test_a_tenant_as_its_backup_is_restorable_but_for_what_never_is(self, backup, drill, simulator):
        simulator.log.clear()
        run, report = drill()
        assert reasons(report).keys() <= {"preview_only", "secret_masked"}, report.reasons
        assert report.drill.checked == report.drill.set_items == backup.items
        assert report.drill.unchanged == report.drill.restorable == run.summary_counts["unchanged"]
        assert report.drill.not_restorable == run.summary_counts.get("failed", 0) == sum(reasons(report).values())
        assert writes_of(simulator) == []

    def test_it_keeps_no_draft_and_takes_no_version(self, backup, drill, directory):
        edit(directory, CATALOG, entity_of(directory, CATALOG).id, description="Changed by hand")
        versions = PolicyVersion.everywhere.count()
        drill()
        assert PolicyVersion.everywhere.count() == versions
        assert not any(model.everywhere.exists() for model in (RestoreRun, RestoreItem, RestoreMapping))

    def test_what_was_changed_or_deleted_can_be_restored(self, backup, drill, directory, simulator):
        _run, before = drill()
        edit(directory, CATALOG, entity_of(directory, CATALOG).id, description="Changed by hand")
        delete(simulator, directory, COMPLIANCE, entity_of(directory, COMPLIANCE).id)
        _run, after = drill()
        assert after.drill.restorable == before.drill.restorable
        assert after.drill.unchanged == before.drill.unchanged - 2

    def test_a_missing_secret_is_counted_while_the_tenant_still_has_it(self, captured, contoso, now, drill):
        """The tenant shows the same mask, so nothing would be written today; after a deletion nothing could be."""
        version = version_of_type("deviceConfiguration")
        masked = content_of(version.payload) | {"@odata.type": "#microsoft.graph.windows10CustomConfiguration"}
        setting = {"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": "./A", "displayName": "A"}
        masked["omaSettings"] = [setting | {"isEncrypted": True, "value": "****"}]
        taken = take(version.policy, masked, now)
        set_of(contoso, now, [taken])
        _run, report = drill()
        assert reasons(report) == {"secret_masked": 1}

    def test_a_vanished_definition_is_counted_while_the_policy_is_still_there(self, backup, drill, simulator):
        simulator.faults.add(Fault("status", path="*/configurationSettings/*", status=404))
        _run, report = drill()
        catalogue = Policy.everywhere.filter(type="settingsCatalog").count()
        assert reasons(report)["definition_gone"] == catalogue
        assert types_behind(report, "definition_gone") == {"settingsCatalog"}

    def test_a_missing_permission_names_the_type(self, backup, drill, directory, monkeypatch):
        monkeypatch.setattr(tokens, "_OF_THIS_PROCESS", tokens.TokenCache())
        for application in directory.applications.values():
            application.roles = tuple(role for role in application.roles if role != CONDITIONAL_ACCESS)
        _run, report = drill()
        assert types_behind(report, "permission_missing") == {"conditionalAccessPolicy", "namedLocation"}

    def test_a_policy_that_refers_to_what_is_gone_is_not_restorable(self, captured, contoso, now, drill):
        """A group that the tenant has no more, and the set does not hold."""
        group = "77777777-7777-4777-8777-777777777777"
        target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}
        version = version_of_type("settingsCatalog")
        set_of(
            contoso,
            now,
            [take(version.policy, content_of(version.payload) | {"assignments": [{"target": target}]}, now)],
        )
        _run, report = drill()
        assert reasons(report) == {"unmapped": 1}

    def test_a_type_that_cannot_be_read_is_not_called_restorable(self, backup, drill, simulator):
        simulator.faults.add(Fault("status", path=f"/{COMPLIANCE}/*", status=400))
        run, report = drill()
        number = Policy.everywhere.filter(type="compliancePolicy").count()
        assert number <= report.drill.not_restorable
        assert run.outcome == "partially_succeeded"


def version_of_type(kind):
    policy = Policy.everywhere.filter(type=kind).order_by("pk").first()
    return version_of(policy.graph_id)


class TestTheSample:
    def test_the_same_seed_chooses_the_same(self):
        candidates = [(number, f"type{number % 3}") for number in range(100)]
        assert sample_of(candidates, 10, "a") == sample_of(reversed(candidates), 10, "a")
        assert sample_of(candidates, 10, "a") != sample_of(candidates, 10, "b")
        assert sorted(sample_of(candidates, 1_000, "a")) == [key for key, _kind in candidates]

    def test_some_of_every_type_are_chosen_first(self):
        candidates = [(number, "common") for number in range(100)] + [(200, "rare"), (300, "rarer")]
        assert {200, 300} <= set(sample_of(candidates, 3, "any"))

    def test_a_larger_set_is_looked_at_in_part(self, backup, drill, contoso):
        run, report = drill(sample=5, seed="again")
        assert (report.drill.checked, report.drill.is_sample, report.drill.seed) == (5, True, "again")
        labels = set(run.items.values_list("label", flat=True))
        second, _report = drill(sample=5, seed="again")
        assert set(second.items.values_list("label", flat=True)) == labels


class TestItsEndings:
    def test_ops_23_a_person_is_notified_once_and_the_system_never(self, backup, drill, mona):
        run, _report = drill(initiator=mona)
        assert list(Notification.everywhere.values_list("recipient", "run")) == [(mona.pk, run.pk)]
        drill()
        assert Notification.everywhere.count() == 1
        assert AuditLog.objects.filter(action="restore.drilled").count() == 2

    def test_a_schedule_makes_one_each_week_as_a_system_run(self, backup, contoso, mona, now):
        cadence = Cadence(Frequency.WEEKLY, "UTC", hour=3, weekdays=(0,))
        facts = {"tenant": contoso, "name": "Drill", "actor": mona, "now": now}
        schedules.create_schedule(RESTORE_DRILL, cadence=cadence, inputs=DrillInputs(), **facts)
        assert schedules.tick(now=now + timedelta(days=7)).started == 1
        assert OperationRun.everywhere.get(type="restore_drill").initiator is None

    def test_a_tenant_without_a_good_set_has_no_drill(self, captured, drill):
        run, report = drill()
        assert (run.outcome, run.reason_code, report) == ("failed", "no_good_set", None)

    def test_a_drill_that_fails_leaves_the_report_before_it(self, backup, drill):
        _run, first = drill()
        TenantCredential.everywhere.all().delete()
        run, report = drill()
        assert run.outcome == "failed"
        assert report == first
        assert RestoreDrill.everywhere.count() == 2

    def test_a_year_of_drills_is_kept(self, backup, drill, contoso, now):
        facts = {"workspace_id": contoso.workspace_id, "tenant": contoso, "set_name": "Old", "set_made_at": now}
        old = [RestoreDrill(seed=str(n), set_items=1, finished_at=now, **facts) for n in range(KEPT + 5)]
        RestoreDrill.everywhere.bulk_create(old)
        drill()
        assert RestoreDrill.everywhere.count() == KEPT
        assert not RestoreDrill.everywhere.filter(seed="0").exists()


def test_sec_03_another_tenant_sees_nothing_of_it(backup, drill, fabrikam):
    drill()
    assert newest_report(fabrikam) is None


def test_a_policy_is_found_once_in_a_drill(contoso, now):
    facts = {"workspace_id": contoso.workspace_id, "tenant": contoso}
    drill = RestoreDrill.everywhere.create(set_name="S", set_made_at=now, seed="s", set_items=1, **facts)
    policy = new_policy(contoso, now)
    DrillFinding.everywhere.create(drill=drill, policy=policy, reason_code="unmapped", **facts)
    assert DrillFinding.everywhere.filter(drill=drill).count() == 1
