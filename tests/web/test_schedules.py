"""Monitoring → Schedules: seen by members, changed by who may, each change audited (SEC-02, OPS-32, OPS-34)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.backups.models import BackupChain
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.overdue import is_overdue
from tenantpilot.backups.requests import ScheduledBackupInputs
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.operations import BULK_POLICY_IGNORE, INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.types import operation_types
from tenantpilot.web.ui.saved_views import services as views
from tenantpilot.web.ui.schedule_words import cadence_words
from tests.backups.kit import finished_set, new_chain
from tests.web.html import read
from tests.web.kit import at_most_queries

FORM = {
    "name": "Nightly",
    "operation": "inventory_sync",
    "frequency": "daily",
    "at": "03:30",
    "time_zone": "Europe/Berlin",
}


@pytest.fixture
def nightly(contoso, alice, now):
    return made(contoso, alice, now, "Nightly")


def made(tenant, actor, now, name):
    cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
    return services.create_schedule(
        INVENTORY_SYNC, tenant=tenant, name=name, cadence=cadence, inputs=SyncInputs(), actor=actor, now=now
    )


@pytest.fixture
def ask(signed_in, alice, contoso):
    """ask("schedules") as Alice; ask("pause-schedule", nightly, {}) sends a form."""

    def ask(name, schedule=None, form=None, who=alice):
        url = reverse(name, args=["contoso", *([schedule.pk] if schedule else [])])
        return signed_in(who).get(url) if form is None else signed_in(who).post(url, form)

    return ask


def test_every_schedule_says_what_when_and_how_the_last_run_went(ask, nightly, now):
    services.tick(now=now + timedelta(days=1))
    row = read(ask("schedules")).one("tr", id=f"schedule-{nightly.pk}")
    words = [cell.words for cell in row.every("td")][1:]
    assert row.one("th").words == "Nightly"
    assert words[:3] == ["Inventory sync", "Active", "Every day at 03:00 (UTC)"]
    assert "Queued" in words[4]
    assert row.one("a", class_="link")["href"] == reverse(
        "operation-run", args=["contoso", OperationRun.everywhere.get().pk]
    )


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ({"time_zone": "Mars/Olympus"}, "cannot be read on this machine"),
        ({"frequency": "weekly", "weekdays": []}, "cannot be read on this machine"),
        ({"inputs": {"policy_types": ["retiredType"]}}, "not known to this version"),
        ({"type": "time_travel"}, "does not have its operation"),
    ],
)
@pytest.mark.parametrize("ticks", [0, 1])
def test_a_broken_schedule_says_why_and_the_page_opens(ask, nightly, now, stored, why, ticks):
    Schedule.everywhere.update(**stored)
    for number in range(ticks):
        services.tick(now=now + timedelta(days=1 + number))
    row = read(ask("schedules")).one("tr", id=f"schedule-{nightly.pk}").words
    assert ("Broken" in row and why in row) or not (ticks or "cannot" in why)
    for change in ("pause-schedule", "resume-schedule"):
        assert ask(change, nightly, {}).status_code == 302
        assert ask("schedules").status_code == 200
    assert ask("delete-schedule", nightly).status_code == 200


def test_ux_40_without_a_schedule_the_page_says_what_one_is_for(ask):
    assert "No schedules yet" in read(ask("schedules")).one("main").words


def test_ux_36_a_reader_sees_them_and_is_told_why_not_more(ask, nightly, bob):
    main = read(ask("schedules", who=bob)).one("main")
    assert "Nightly" in main.words
    assert "Your role is Reader." in main.one("p", id="why-not-manage").words
    assert not main.every("form")


def test_ux_21_many_schedules_cost_no_more_queries_than_one(signed_in, contoso, alice, now):
    for number in range(30):
        made(contoso, alice, now, f"Number {number}")
    services.tick(now=now + timedelta(days=1))
    browser = signed_in(alice)
    browser.get(reverse("schedules", args=["contoso"]))
    with at_most_queries(12):
        page = browser.get(reverse("schedules", args=["contoso"]))
    assert len(read(page).one("tbody").every("tr")) == 30


def test_a_schedule_is_created_as_the_form_says(ask, contoso, alice):
    answer = ask("create-schedule", form=FORM)
    assert answer["Location"] == reverse("schedules", args=["contoso"])
    kept = Schedule.everywhere.get()
    assert (kept.tenant, kept.type, kept.created_by) == (contoso, "inventory_sync", alice)
    assert kept.cadence == Cadence(Frequency.DAILY, "Europe/Berlin", minute=30, hour=3)
    assert AuditLog.objects.get(action="schedule.created").actor_id == alice.pk


def test_what_a_schedule_starts_reads_every_type_that_there_is_at_that_time(ask, now):
    ask("create-schedule", form=FORM)
    services.tick(now=Schedule.everywhere.get().next_slot_at)
    run = OperationRun.everywhere.get()
    assert run.inputs == {"policy_types": [kind.key for kind in policy_types.every()]}
    assert run.initiator is None


def test_weekdays_count_for_a_weekly_schedule_alone(ask):
    ask("create-schedule", form={**FORM, "frequency": "weekly", "weekdays": ["4", "0"]})
    ask("create-schedule", form={**FORM, "name": "Hourly", "frequency": "hourly", "weekdays": ["4"]})
    weekly, hourly = Schedule.everywhere.order_by("pk")
    assert cadence_words(weekly.cadence) == "Monday and Friday at 03:30 (Europe/Berlin)"
    assert (cadence_words(hourly.cadence), hourly.weekdays) == ("Every hour at :30", [])


def test_each_weekday_can_be_ticked(ask):
    boxes = read(ask("create-schedule")).one("fieldset", id="id_weekdays").every("input", type="checkbox")
    assert [box["value"] for box in boxes] == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 121}, "at most 120"),
        ({"at": "25:00"}, "Write a time such as 03:00."),
        ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
        ({"frequency": "yearly"}, "not one of the available choices"),
        ({"frequency": "weekly"}, "Choose at least one weekday."),
        ({"frequency": "weekly", "weekdays": ["7"]}, "not one of the available choices"),
        ({"operation": "bulk_policy_ignore"}, "not one of the available choices"),
    ],
)
def test_ux_35_what_is_wrong_stays_in_the_form_with_its_reason(ask, wrong, says):
    answer = ask("create-schedule", form={**FORM, **wrong})
    assert answer.status_code == 422
    assert says in read(answer).one("main").words
    assert not Schedule.everywhere.exists()


def test_a_name_is_used_once_in_a_tenant(ask, nightly):
    answer = ask("create-schedule", form=FORM)
    assert answer.status_code == 422
    assert "There is a schedule of this name already." in answer.text


def test_only_what_can_start_without_a_person_is_offered(ask):
    offered = {kind.key for kind in operation_types.all() if kind.scheduled and not kind.of_workspace}
    values = [
        option["value"] for option in read(ask("create-schedule")).one("select", id="id_operation").every("option")
    ]
    assert set(values) == offered
    assert BULK_POLICY_IGNORE.key not in values


def test_it_is_paused_and_resumed(ask, nightly):
    ask("pause-schedule", nightly, {})
    assert "Paused" in read(ask("schedules")).one("tbody").words
    ask("resume-schedule", nightly, {})
    assert Schedule.everywhere.get().paused_at is None


def test_ux_34_it_is_deleted_by_typing_its_name_and_its_runs_stay(ask, nightly, now):
    services.tick(now=now + timedelta(days=1))
    assert "Delete the schedule Nightly?" in read(ask("delete-schedule", nightly)).one("h1").words
    assert ask("delete-schedule", nightly, {"name": "Daily"}).status_code == 422
    assert Schedule.everywhere.exists()
    assert ask("delete-schedule", nightly, {"name": "Nightly"}).status_code == 302
    assert not Schedule.everywhere.exists()
    assert OperationRun.everywhere.count() == 1


@pytest.mark.parametrize("name", ["pause-schedule", "resume-schedule", "delete-schedule"])
def test_sec_03_a_schedule_of_another_tenant_is_not_there(ask, fabrikam, charlie, now, name):
    theirs = made(fabrikam, charlie, now, "Theirs")
    assert ask(name, theirs, {"name": "Theirs"}).status_code == 404
    assert Schedule.everywhere.get().paused_at is None


def test_a_schedule_is_run_now_for_the_person_who_asks(ask, nightly, alice):
    assert "Run now" in ask("schedules").text
    for _twice in "12":
        ask("run-schedule", nightly, {})
    run = OperationRun.everywhere.get()
    assert (run.type, run.initiator) == ("inventory_sync", alice)


BACKUP = {**FORM, "operation": "backup_schedule_run"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "Choose at least one policy type."),
        ({"policy_types": ["group"]}, "Write why the other types are left out."),
        ({"policy_types": ["retiredType"], "left_out_reason": "x"}, "not one of the available choices"),
    ],
)
def test_a_scheduled_backup_leaves_no_type_out_without_a_reason(ask, wrong, says):
    answer = ask("create-schedule", form={**BACKUP, **wrong})
    assert (answer.status_code, Schedule.everywhere.count()) == (422, 0)
    assert says in read(answer).one("details", id="backup-types").words


def test_a_scheduled_backup_keeps_its_types_and_the_reason(ask):
    every = [kind.key for kind in policy_types.every()]
    ask("create-schedule", form={**BACKUP, "policy_types": every[:2], "left_out_reason": "Kept elsewhere"})
    ask("create-schedule", form={**BACKUP, "name": "All", "policy_types": every})
    some, whole = Schedule.everywhere.order_by("pk")
    assert ScheduledBackupInputs.from_json(some.inputs) == ScheduledBackupInputs(tuple(every[:2]), "Kept elsewhere")
    assert ScheduledBackupInputs.from_json(whole.inputs) == ScheduledBackupInputs()


@pytest.fixture
def view(contoso, alice, now):
    place = {"list_name": "policies", "workspace_id": contoso.workspace_id, "tenant": contoso}
    view = views.save_view("Macs <b>", query="platform=macos", owner=alice, now=now, **place)
    views.share_view(view, actor=alice, now=now)
    return view


def test_a_scheduled_backup_is_chosen_by_a_shared_view(ask, view):
    assert "Macs &lt;b&gt;" in ask("create-schedule").text
    ask("create-schedule", form={**BACKUP, "view": view.pk})
    stored = ScheduledBackupInputs.from_json(Schedule.everywhere.get().inputs)
    assert stored == ScheduledBackupInputs(view=view.pk, view_name="Macs <b>")
    assert "View Macs &lt;b&gt;" in ask("schedules").text


def test_a_view_that_one_may_not_see_cannot_be_chosen(ask, view, alice, now):
    views.unshare_view(view, actor=alice, now=now)
    assert "Policies to back up" not in ask("create-schedule").text
    assert ask("create-schedule", form={**BACKUP, "view": view.pk}).status_code == 422
    assert not Schedule.everywhere.exists()


def test_a_schedule_whose_view_or_type_is_gone_is_shown_as_broken_at_once(ask, view, alice, now):
    ask("create-schedule", form={**BACKUP, "view": view.pk})
    ask("create-schedule", form={**BACKUP, "name": "Typed", "policy_types": ["group"], "left_out_reason": "x"})
    by_view, typed = Schedule.everywhere.order_by("pk")
    assert "was deleted, or is not shared" not in ask("schedules").text
    views.delete_view(view, actor=alice, now=now)
    Schedule.everywhere.filter(pk=typed.pk).update(inputs={"policy_types": ["retiredType"]})
    page = read(ask("schedules"))
    assert "was deleted, or is not shared any more" in page.one("tr", id=f"schedule-{by_view.pk}").words
    assert "not known to this version" in page.one("tr", id=f"schedule-{typed.pk}").words
    ask("run-schedule", by_view, {})
    assert not OperationRun.everywhere.exists()


@pytest.fixture
def backups(contoso, alice, now):
    """A daily schedule of backups at 03:00 UTC, with its chain."""
    cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
    facts = {"tenant": contoso, "name": "Backups", "cadence": cadence, "inputs": ScheduledBackupInputs()}
    schedule = services.create_schedule(BACKUP_SCHEDULE_RUN, **facts, actor=alice, now=now)
    BackupChain.everywhere.filter(pk=new_chain(contoso, now).pk).update(schedule=schedule)
    return schedule


def test_the_list_shows_the_newest_set_and_what_is_overdue(ask, backups, now):
    ask("schedules")
    assert "No set yet" in ask("schedules").text
    finished_set(backups.backup_chain, 1, now - timedelta(days=30))
    newest = finished_set(backups.backup_chain, 2, now, "incomplete")
    Schedule.everywhere.update(created_at=now - timedelta(days=40))
    row = read(ask("schedules")).one("tr", id=f"schedule-{backups.pk}")
    assert "Overdue" in row.words
    assert "Incomplete" in row.words
    assert reverse("backup-set", args=["contoso", newest.pk]) in [link["href"] for link in row.every("a")]


def test_ux_21_many_schedules_of_backups_cost_no_more_queries(signed_in, contoso, alice, backups, now):
    for number in range(20):
        cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
        facts = {"tenant": contoso, "name": f"B{number}", "cadence": cadence, "inputs": ScheduledBackupInputs()}
        schedule = services.create_schedule(BACKUP_SCHEDULE_RUN, **facts, actor=alice, now=now)
        chain = new_chain(contoso, now)
        BackupChain.everywhere.filter(pk=chain.pk).update(schedule=schedule)
        finished_set(chain, 1, now)
    browser = signed_in(alice)
    browser.get(reverse("schedules", args=["contoso"]))
    with at_most_queries(12):
        assert browser.get(reverse("schedules", args=["contoso"])).text.count("Complete") >= 20


def test_overdue_is_twice_the_interval_after_the_first_slot_or_good_set(backups):
    first = backups.next_slot_at
    edge = first + timedelta(days=2)
    assert not is_overdue(backups, None, now=edge)
    assert is_overdue(backups, None, now=edge + timedelta(seconds=1))
    assert not is_overdue(backups, first + timedelta(days=1), now=edge + timedelta(seconds=1))
    backups.paused_at = first
    assert not is_overdue(backups, None, now=edge + timedelta(days=9))


def test_chosen_schedules_run_now_each_once_and_no_other(ask, nightly, backups, fabrikam, charlie, alice, now):
    theirs = made(fabrikam, charlie, now, "Theirs")
    third = made(nightly.tenant, alice, now, "Third")
    chosen = {"schedule": [nightly.pk, backups.pk, theirs.pk, "x", "9" * 30]}
    page = ask("schedules")
    assert read(page).one("input", id=f"pick-{third.pk}")["form"] == "run-chosen"
    for _twice in "12":
        assert ask("run-schedules", form=chosen)["Location"] == reverse("schedules", args=["contoso"])
    runs = OperationRun.everywhere.order_by("pk")
    assert sorted(run.type for run in runs) == ["backup_schedule_run", "inventory_sync"]
    assert {(run.initiator, run.tenant) for run in runs} == {(alice, nightly.tenant)}


def test_ops_26_each_chosen_schedule_is_confirmed_on_the_next_page(signed_in, alice, nightly, backups):
    browser, chosen = signed_in(alice), {"schedule": [nightly.pk, backups.pk]}
    shown = browser.post(reverse("run-schedules", args=["contoso"]), chosen, follow=True).text
    assert all(reverse("operation-run", args=["contoso", run.pk]) in shown for run in OperationRun.everywhere.all())
    assert OperationRun.everywhere.count() == 2


def test_a_broken_schedule_holds_up_no_other_that_was_chosen(ask, nightly, backups):
    Schedule.everywhere.filter(pk=nightly.pk).update(inputs={"policy_types": ["retiredType"]})
    ask("run-schedules", form={"schedule": [nightly.pk, backups.pk]})
    assert OperationRun.everywhere.get().type == "backup_schedule_run"


def test_nothing_chosen_starts_nothing(ask, nightly):
    assert ask("run-schedules", form={}).status_code == 302
    assert not OperationRun.everywhere.exists()
