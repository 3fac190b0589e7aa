"""Monitoring → Schedules of whole workspaces: seen and changed by a role in the workspace alone (SEC-02, OPS-34)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.many_tenants.selecting import TenantFilter, TenantsInputs
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.schedules import services
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.ui.saved_views.services import save_view
from tests.contract.test_routes import daily
from tests.operations.schedules.test_of_workspaces import made
from tests.people import new_workspace
from tests.web.html import read
from tests.web.kit import at_most_queries

FORM = {"name": "Nights", "operation": "tenants_sync", "tenants": "every", "frequency": "daily", "at": "03:30"}
FORM |= {"time_zone": "Europe/Berlin"}


@pytest.fixture
def owner(contoso, fabrikam, olivia, signed_in):
    return signed_in(olivia)


@pytest.fixture
def nights(northwind, contoso, fabrikam, olivia, now):
    return made(northwind, olivia, now, "Nights", "tos")


def page(browser):
    return browser.get(reverse("workspace-schedules"))


def change(browser, verb, schedule, **form):
    return browser.post(reverse(f"workspace-{verb}-schedule", args=[schedule.pk]), form)


def test_the_list_says_which_tenants_when_and_how_the_last_run_went(owner, nights, now):
    services.tick(now=now + timedelta(hours=1))
    row = read(page(owner)).one("tr", id=f"schedule-{nights.pk}")
    assert "Tenants named like “tos”" in row.words
    assert "Every hour at :30" in row.words
    assert "Queued" in row.words
    run = OperationRun.everywhere.get()
    assert row.one("a", class_="link")["href"] == reverse("workspace-operation-run", args=[run.pk])
    services.tick(now=now + timedelta(hours=2))
    assert "The run of the slot before was still under way." in read(page(owner)).one("tbody").words


def test_a_schedule_is_created_as_the_form_says(owner, northwind, olivia):
    assert owner.post(reverse("workspace-create-schedule"), FORM)["Location"] == reverse("workspace-schedules")
    kept = Schedule.everywhere.get()
    assert (kept.workspace, kept.tenant, kept.created_by) == (northwind, None, olivia)
    assert TenantsInputs.from_json(kept.inputs) == TenantsInputs(TenantFilter())
    assert "Every tenant" in read(page(owner)).one("tbody").words
    entry = AuditLog.objects.get(action="schedule.created")
    assert (entry.actor_id, entry.tenant_id) == (olivia.pk, None)


def test_what_the_list_of_tenants_shows_is_offered_to_be_scheduled(owner):
    form = read(owner.get(reverse("workspace-create-schedule"), {"q": "fab"}))
    assert form.one("input", id="id_q")["value"] == "fab"
    owner.post(reverse("workspace-create-schedule"), {**FORM, "tenants": "named", "q": "fab", "capture": "on"})
    assert TenantsInputs.from_json(Schedule.everywhere.get().inputs) == TenantsInputs(TenantFilter("fab"), capture=True)


def test_the_filters_of_a_saved_view_of_tenants_are_scheduled_as_they_are(owner, northwind, olivia, charlie, now):
    facts = {"query": "q=fab&sort=-name", "list_name": "tenants", "workspace_id": northwind.pk, "tenant": None}
    mine = save_view("Fabs", owner=olivia, now=now, **facts)
    theirs = save_view("Private", owner=charlie, now=now, **facts)
    offered = owner.get(reverse("workspace-create-schedule")).text
    assert "Saved view: Fabs" in offered
    assert "Private" not in offered
    assert owner.post(reverse("workspace-create-schedule"), {**FORM, "tenants": f"view:{theirs.pk}"}).status_code == 422
    owner.post(reverse("workspace-create-schedule"), {**FORM, "tenants": f"view:{mine.pk}"})
    mine.delete()
    assert TenantsInputs.from_json(Schedule.everywhere.get().inputs) == TenantsInputs(TenantFilter("fab"))


def test_the_list_of_tenants_is_saved_as_a_view(owner, northwind):
    form = {"name": "Fabs", "query": "q=fab", "workspace": northwind.pk}
    answer = owner.post(reverse("workspace-tenant-create-saved-view"), form)
    assert answer["Location"] == "/admin/?q=fab"
    shown = owner.get("/admin/", {"q": "fab"})
    assert "Fabs" in shown.text
    assert reverse("workspace-tenant-saved-views") in shown.text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tenants": "named"}, "Write a part of the tenants"),
        ({"tenants": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"operation": "inventory_sync"}, "not one of the available choices"),
        ({"workspace": "999999"}, "not one of the available choices"),
    ],
)
def test_ux_35_what_is_wrong_stays_in_the_form_with_its_reason(owner, olivia, wrong, says):
    WorkspaceMember.everywhere.create(workspace=new_workspace("second", "Second"), user=olivia, role=Role.OWNER)
    first = WorkspaceMember.everywhere.filter(user=olivia).order_by("pk").values_list("workspace_id", flat=True)[0]
    answer = owner.post(reverse("workspace-create-schedule"), {**FORM, "workspace": first, **wrong})
    assert (answer.status_code, Schedule.everywhere.count()) == (422, 0)
    assert says in read(answer).one("main").words


def test_a_name_is_used_once_in_a_workspace(owner, nights):
    answer = owner.post(reverse("workspace-create-schedule"), FORM)
    assert "There is a schedule of this name already." in answer.text


def test_it_is_paused_resumed_run_now_and_deleted(owner, nights, olivia):
    change(owner, "pause", nights)
    assert "Paused" in read(page(owner)).one("tbody").words
    change(owner, "resume", nights)
    assert Schedule.everywhere.get().paused_at is None
    change(owner, "run", nights)
    run = OperationRun.everywhere.get()
    assert (run.type, run.initiator, run.tenant) == ("tenants_sync", olivia, None)
    assert "Tenants named like" in owner.get(reverse("workspace-operation-run", args=[run.pk])).text
    assert change(owner, "delete", nights, name="Days").status_code == 422
    assert change(owner, "delete", nights, name="Nights").status_code == 302
    assert not Schedule.everywhere.exists()
    log = AuditLog.objects.filter(target_type="schedule").order_by("pk").values_list("action", flat=True)
    assert list(log) == ["schedule.created", "schedule.paused", "schedule.resumed", "schedule.deleted"]


@pytest.mark.parametrize("verb", ["run", "pause", "resume", "delete"])
def test_sec_03_a_schedule_of_another_workspace_or_of_a_tenant_is_not_there(owner, contoso, charlie, olivia, now, verb):
    foreign = made(new_workspace("tailspin", "Tailspin"), charlie, now, "Theirs")
    for schedule in (foreign, daily(contoso, olivia, now)):
        assert change(owner, verb, schedule, name=schedule.name).status_code == 404
    assert Schedule.everywhere.filter(paused_at=None).count() == 2


def test_sec_02_a_reader_of_the_workspace_sees_and_changes_nothing(nights, northwind, bob, signed_in):
    WorkspaceMember.everywhere.create(workspace=northwind, user=bob, role=Role.READONLY)
    reader = signed_in(bob)
    main = read(page(reader)).one("main")
    assert "Nights" in main.words
    assert "you need to be Owner / Manager / Operator of a whole workspace" in main.words
    assert not main.every("form")
    assert [change(reader, verb, nights).status_code for verb in ("run", "pause", "delete")] == [403, 403, 403]


def test_ux_40_without_a_schedule_the_page_says_what_one_is_for(owner):
    assert "No schedules yet" in read(page(owner)).one("main").words


def test_ux_21_many_schedules_cost_no_more_queries_than_one(owner, northwind, olivia, now):
    for number in range(20):
        made(northwind, olivia, now, f"Number {number}")
    services.tick(now=now + timedelta(days=1))
    page(owner)
    with at_most_queries(12):
        shown = page(owner)
    assert len(read(shown).one("tbody").every("tr")) == 20


def test_the_audit_log_leads_to_the_page_of_the_schedule(owner, nights):
    assert reverse("workspace-schedules") in owner.get(reverse("workspace-audit")).text


def test_the_run_of_a_schedule_is_in_the_list_of_operations(owner, nights, now, signed_in, alice):
    services.tick(now=now + timedelta(hours=1))
    run = OperationRun.everywhere.get()
    Runner().execute(run.pk)
    row = read(owner.get(reverse("workspace-operations"))).one("tr", id=f"run-{run.pk}")
    assert "The whole workspace" in row.words
    assert not read(signed_in(alice).get(reverse("workspace-operations"))).every("tr", id=f"run-{run.pk}")
