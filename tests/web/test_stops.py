"""Every page says that work is stopped, and whoever may turns the switch (SEC-10)."""

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.stops import StopReason, installation_stop, stop_installation, stop_tenant
from tests.web.html import read

PAGES = ["tenant-overview", "inventory", "operations", "schedules", "tenant-audit", "connection"]


@pytest.fixture
def open_page(signed_in, contoso):
    """open_page(alice, "inventory"): the page as she sees it."""

    def page(who, name):
        plain = name in {"workspace", "notifications", "system-health", "workspace-operations"}
        return read(signed_in(who).get(reverse(name, args=[] if plain else ["contoso"])))

    return page


@pytest.mark.parametrize("name", [*PAGES, "workspace", "notifications", "workspace-operations"])
def test_sec_10_a_copied_installation_says_so_on_every_page(open_page, olivia, now, name):
    stop_installation(actor=None, now=now, reason=StopReason.COPIED)
    notice = open_page(olivia, name).one("div", id="stop")
    assert "copied or restored" in notice.words
    assert not notice.every("form")


def test_sec_10_the_operator_of_the_installation_resumes_it(open_page, signed_in, pat, now):
    stop_installation(actor=None, now=now, reason=StopReason.COPIED)
    form = open_page(pat, "system-health").one("div", id="stop").one("form")
    assert signed_in(pat).post(form["action"]).status_code == 302
    assert installation_stop() is None
    assert AuditLog.objects.get(action="installation.resumed").actor_id == pat.pk


def test_sec_10_the_operator_of_the_installation_stops_all_work(open_page, signed_in, pat):
    assert "Stop all work" in open_page(pat, "system-health").one("main").words
    signed_in(pat).post(reverse("stop-all-work"))
    assert installation_stop().tenant is None
    assert open_page(pat, "system-health").every("div", id="stop")


@pytest.mark.parametrize("name", PAGES)
def test_sec_10_a_stopped_tenant_says_so_to_its_members_alone(open_page, contoso, fabrikam, olivia, now, name):
    stop_tenant(fabrikam, actor=None, now=now)
    assert not open_page(olivia, name).every("div", id="stop")
    stop_tenant(contoso, actor=None, now=now)
    assert "The work of this tenant is stopped" in open_page(olivia, name).one("div", id="stop").words


def test_sec_10_who_may_cancel_stops_and_resumes_a_tenant(open_page, signed_in, contoso, alice, bob):
    assert "Stop all work" in open_page(alice, "operations").one("main").words
    signed_in(alice).post(reverse("stop-tenant-work", args=["contoso"]))
    assert Tenant.everywhere.get(pk=contoso.pk).stopped_at is not None
    assert not open_page(bob, "operations").one("div", id="stop").every("form")
    signed_in(alice).post(open_page(alice, "operations").one("div", id="stop").one("form")["action"])
    assert Tenant.everywhere.get(pk=contoso.pk).stopped_at is None
    actions = AuditLog.objects.filter(tenant_id=contoso.pk, actor_id=alice.pk).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["tenant.stopped", "tenant.resumed"]
