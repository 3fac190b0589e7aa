"""A schedule of backups chooses its policies by a saved view, and is broken, alone, when the view is gone."""

from datetime import timedelta

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.queries import members_of_set
from tenantpilot.backups.requests import BackupRequest, ScheduledBackupInputs
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import create_schedule, run_now, tick
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.web.ui.saved_views import services as views
from tenantpilot.web.ui.saved_views.models import SavedView
from tests.backups.conftest import set_of

DAY = timedelta(days=1)


@pytest.fixture
def save(contoso, alice, now):
    """save("Mine", "type=deviceConfiguration") shares a view of Contoso's policies."""

    def saved(name, query, *, tenant=contoso, shared=True) -> SavedView:
        place = {"list_name": "policies", "workspace_id": tenant.workspace_id, "tenant": tenant}
        view = views.save_view(name, query=query, owner=alice, now=now, **place)
        if shared:
            views.share_view(view, actor=alice, now=now)
        return view

    return saved


@pytest.fixture
def schedule_of(contoso, alice, now):
    def made(view=None, name="Nightly") -> Schedule:
        inputs = ScheduledBackupInputs(view=view.pk, view_name=view.name) if view else ScheduledBackupInputs()
        facts = {"tenant": contoso, "name": name, "cadence": Cadence(Frequency.DAILY, "UTC", hour=2)}
        return create_schedule(BACKUP_SCHEDULE_RUN, **facts, inputs=inputs, actor=alice, now=now)

    return made


def worked(run) -> OperationRun:
    Runner().execute(run.pk)
    return OperationRun.everywhere.get(pk=run.pk)


def ids_in(backup_set) -> set[str]:
    return set(members_of_set(backup_set).values_list("policy__graph_id", flat=True))


def test_each_set_holds_what_the_view_names_at_its_slot(sync, contoso, alice, save, schedule_of, now):
    sync()
    schedule = schedule_of(save("Present", "presence=present&sort=name"))
    policies = Policy.everywhere.of_tenant(contoso)
    types = set(policies.values_list("type", flat=True))
    first = set_of(worked(run_now(schedule, initiator=alice, now=now).run))
    asked = BackupRequest.from_json(first.asked)
    assert (set(asked.policy_types), asked.policies, asked.view) == (types, policies.count(), "Present")
    assert (first.state, ids_in(first)) == ("complete", set(policies.values_list("graph_id", flat=True)))
    ignored = policies.first()
    Policy.everywhere.filter(pk=ignored.pk).update(ignored_at=now)
    second = set_of(worked(run_now(schedule, initiator=alice, now=now + DAY).run))
    assert ids_in(second) == ids_in(first) - {ignored.graph_id}
    assert ids_in(first) == set(policies.values_list("graph_id", flat=True)), "the set before holds what it held"


def test_a_view_that_names_nothing_makes_no_set(sync, alice, save, schedule_of, now):
    sync()
    run = worked(run_now(schedule_of(save("None", "q=no-policy-of-this-name")), initiator=alice, now=now).run)
    assert (run.outcome, run.reason_code) == ("failed", "view_empty")
    assert not BackupSet.everywhere.exists()


@pytest.mark.parametrize("how", ["deleted", "unshared", "of another tenant"])
def test_a_schedule_without_its_view_is_broken_alone(contoso, fabrikam, alice, save, schedule_of, now, how):
    view = save("Devices", "type=deviceConfiguration", tenant=fabrikam if how == "of another tenant" else contoso)
    broken, other = schedule_of(view), schedule_of(name="Other")
    if how == "deleted":
        views.delete_view(view, actor=alice, now=now)
    if how == "unshared":
        views.unshare_view(view, actor=alice, now=now)
    ticked = tick(now=now + DAY)
    assert (ticked.started, ticked.broken) == (1, 1)
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.fault, other.fault) == ("view_gone", None)
    assert AuditLog.objects.get(action="schedule.broken").after["fault"] == "view_gone"
    assert OperationRun.everywhere.get().inputs["schedule"] == other.pk


def test_a_view_that_goes_before_its_run_is_named_as_the_reason(contoso, alice, save, schedule_of, now):
    view = save("Devices", "type=deviceConfiguration")
    run = run_now(schedule_of(view), initiator=alice, now=now).run
    views.delete_view(view, actor=alice, now=now)
    assert worked(run).reason_code == "view_gone"
