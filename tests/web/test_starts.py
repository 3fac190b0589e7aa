"""Start surfaces authorize, start or join, confirm with the one toast, and do no more (OPS-20, OPS-26, OPS-30)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.inventory import policy_types
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy import access
from tenantpilot.tenancy.models import Tenant
from tests.web.html import read
from tests.web.kit import SCRIPT, ended, queued

PAGES = ("tenant-overview", "inventory")


@pytest.fixture
def start(signed_in, alice, contoso):
    browser = signed_in(alice)
    address = reverse("start-inventory-sync", args=["contoso"])
    return lambda headers=SCRIPT, **data: browser.post(address, data, headers=headers)


def test_a_start_is_accepted_with_the_toast_and_its_link_ops_20_ops_30_ux_60(start):
    answer = start()
    toast = read(answer).one("div", class_="toast")
    run = OperationRun.everywhere.get()
    assert answer.status_code == 202
    assert toast.one("strong").words == "Inventory sync queued"
    assert toast.one("p").words == "Running in the background."
    assert (toast.one("a").words, toast.one("a")["href"]) == ("View run", f"/admin/t/contoso/operations/{run.pk}/")


def test_the_widget_is_told_at_once_ux_67(start):
    assert start().headers["HX-Trigger"] == "operation-queued"


def test_asking_again_joins_and_says_so_ops_26_ux_30(start):
    start()
    toast = read(start()).one("div", class_="toast")
    assert toast.one("strong").words == "Inventory sync already queued"
    assert toast.one("p").words == "A matching run is already queued or running."
    assert OperationRun.everywhere.count() == 1


def test_nothing_is_notified_at_a_start_ops_24(start):
    start()
    assert not Notification.everywhere.exists()


@pytest.mark.parametrize("headers", [SCRIPT, {}])
def test_who_starts_in_a_tenant_that_was_just_archived_reads_so(start, contoso, monkeypatch, headers):
    """Between the look at the person's role and the start of the run."""
    looked_up = access.resolve_tenant

    def resolve_and_archive(person, slug):
        resolved = looked_up(person, slug)
        Tenant.everywhere.filter(pk=contoso.pk).update(archived_at=timezone.now())
        return resolved

    monkeypatch.setattr(access, "resolve_tenant", resolve_and_archive)
    answer = start(headers=headers)
    assert (answer.status_code, "The tenant was archived" in answer.text) == (409, True)
    assert not OperationRun.everywhere.exists()


def test_without_script_the_toast_waits_for_the_next_page_once_ux_06(signed_in, alice, contoso):
    browser, before = signed_in(alice), "/admin/t/contoso/inventory/?platform=ios"
    referer = f"http://testserver{before}"
    answer = browser.post(reverse("start-inventory-sync", args=["contoso"]), headers={"Referer": referer})
    assert answer.headers["Location"] == before
    shown = [toast.one("strong").words for toast in read(browser.get(before)).every("div", class_="toast")]
    assert shown == ["Inventory sync queued"]
    assert not read(browser.get(before)).every("div", class_="toast")


@pytest.mark.parametrize("referer", ["https://evil.example/admin/", "//evil.example", "", "javascript:alert(1)"])
def test_without_script_nobody_is_sent_to_another_site(start, referer):
    assert start(headers={"Referer": referer}).headers["Location"] == "/admin/t/contoso/"


def test_chosen_policy_types_are_what_is_read(start):
    start(policy_types=["group", "settingsCatalog"])
    assert OperationRun.everywhere.get().inputs == {"policy_types": ["settingsCatalog", "group"]}


def test_without_a_choice_all_are_read(start):
    start()
    assert len(OperationRun.everywhere.get().inputs["policy_types"]) == len(policy_types.every())


def test_a_policy_type_that_does_not_exist_starts_nothing(start):
    answer = start(policy_types=["users"])
    assert answer.status_code == 400
    assert "Reload the page" in answer.content.decode()
    assert not OperationRun.everywhere.exists()


def test_a_queue_that_refuses_is_said_in_place_and_is_no_toast_ops_31_ux_60(start, monkeypatch):
    refuse(monkeypatch)
    answer = start()
    page = read(answer)
    assert answer.status_code == 503
    assert not page.every("div", class_="toast")
    assert page.one("hx-partial")["hx-target"] == "#start-message"
    assert page.one("strong").words == "Inventory sync could not start"
    assert "The queue did not accept the job. Try again." in page.one("p").words


def test_a_queue_that_refuses_is_said_without_script_too_ops_31(start, monkeypatch):
    refuse(monkeypatch)
    page = read(start(headers={}))
    assert page.one("h1").words == "Inventory sync could not start"
    assert page.one("main").every("a")[-1].words == "Back"


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_sees_the_button_disabled_with_the_reason_ux_36(signed_in, bob, contoso, page):
    main = read(signed_in(bob).get(reverse(page, args=["contoso"]))).one("main")
    button = main.one("button", aria_disabled="true")
    assert button.words == "Sync inventory"
    assert "To sync the inventory you need to be" in main.one("p", id=button["aria-describedby"]).words
    assert not [form for form in main.every("form") if "syncs" in form.attributes.get("action", "")]


@pytest.mark.parametrize("page", PAGES)
def test_an_operator_sees_it_enabled_and_may_choose_types_ux_36(signed_in, alice, contoso, page):
    main = read(signed_in(alice).get(reverse(page, args=["contoso"]))).one("main")
    forms = [form for form in main.every("form") if form.attributes.get("action", "").endswith("/syncs/")]
    assert {form["hx-disable"] for form in forms if "hx-disable" in form} == {"find button"}
    assert len(main.every("input", name="policy_types")) == len(policy_types.every())


class TestRunningAgain:
    """The same work as a new run that knows the one before it (UX-69)."""

    def test_starts_the_same_work_with_the_same_inputs(self, signed_in, alice, contoso, now):
        before = ended(contoso, alice, now, types=("group",))
        answer = signed_in(alice).post(reverse("run-again", args=["contoso", before.pk]), headers=SCRIPT)
        again = OperationRun.everywhere.exclude(pk=before.pk).get()
        assert answer.status_code == 202
        assert (again.retry_of_id, again.inputs) == (before.pk, before.inputs)

    def test_joins_when_it_is_under_way_already_ops_26(self, signed_in, alice, contoso, now):
        before = ended(contoso, alice, now)
        active = queued(contoso, alice, now)
        answer = signed_in(alice).post(reverse("run-again", args=["contoso", before.pk]), headers=SCRIPT)
        assert read(answer).one("a", class_="link")["href"].endswith(f"/{active.pk}/")

    def test_is_refused_to_a_reader_sec_02(self, signed_in, bob, contoso, alice, now):
        before = ended(contoso, alice, now)
        assert signed_in(bob).post(reverse("run-again", args=["contoso", before.pk])).status_code == 403


def refuse(monkeypatch):
    class Refusing:
        def dispatch(self, *_, **__):
            raise ConnectionError("amqp://user:password@queue")

    service = OperationRunService.__init__
    monkeypatch.setattr(OperationRunService, "__init__", lambda self: service(self, Refusing()))
