"""UX-90: every reason leads to its remedy: a page that this person can open, or the people who can."""

import pytest
from django.template.loader import render_to_string

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.tenancy.access import resolve_tenant
from tenantpilot.tenancy.models import TenantMember, User
from tenantpilot.tenancy.roles import PLATFORM_CAPABILITIES, ROLE_CAPABILITIES, Role
from tenantpilot.web.ui.remedies import PLACES, place_of, remedy_of
from tests.people import PASSWORD, member
from tests.web.html import read
from tests.web.kit import at_most_queries, ended


def test_ux_90_every_place_that_a_reason_names_is_a_page():
    assert [reason.code for reason in ReasonCatalog.all() if place_of(reason) not in PLACES.values()] == []


@pytest.mark.parametrize("role", Role)
def test_ux_90_each_reason_gives_each_role_a_link_or_names_who_can(role, contoso, signed_in, now):
    """Each link is opened as this person."""
    person = member(contoso, f"{role}", role)
    browser, access, run = signed_in(person), resolve_tenant(person, "contoso"), ended(contoso, person, now, failed=1)
    links = {}
    for reason in ReasonCatalog.all():
        remedy = remedy_of(reason, access, run=run)
        may_do_it = place_of(reason).capability in ROLE_CAPABILITIES[role]
        assert bool(remedy.url) is may_do_it, reason.code
        assert bool(remedy.able) is not may_do_it, reason.code
        assert remedy.next_step, reason.code
        links.setdefault(remedy.url.partition("#")[0], []).append((reason.code, remedy.url.partition("#")[2]))
    links.pop("", None)
    for url, reasons in links.items():
        answer = browser.get(url)
        assert answer.status_code == 200, reasons
        fragments = {fragment for _code, fragment in reasons if fragment}
        assert [name for name in fragments if f'id="{name}"' not in answer.text] == []


def test_ux_90_the_operator_of_the_installation_opens_what_only_they_can_mend(pat, signed_in):
    browser = signed_in(pat)
    for reason in ReasonCatalog.all():
        if place_of(reason).capability in PLATFORM_CAPABILITIES:
            remedy = remedy_of(reason, None, is_platform_operator=True)
            assert browser.get(remedy.url).status_code == 200
            assert not remedy.able


def test_ux_90_a_run_that_failed_leads_on_or_names_who_can(contoso, alice, bob, signed_in, now):
    run = ended(contoso, alice, now, failed=3, succeeded=0)
    address = f"/admin/t/contoso/operations/{run.pk}/"
    operator, reader = (read(signed_in(person).get(address)).one("main") for person in (alice, bob))
    assert "See the permissions and check again" in operator.words
    assert "See the permissions and check again" not in reader.words
    assert "Owner / Manager / Operator of the tenant can check the connection" in reader.words


def test_ux_90_lists_and_notifications_lead_on_or_name_who_can(contoso, alice, bob, signed_in, now):
    ended(contoso, alice, now, failed=3, succeeded=0)
    ended(contoso, bob, now, failed=3, succeeded=0)
    label, able = "See the permissions and check again", "Owner / Manager / Operator of the tenant can check"
    pages = (
        "/admin/t/contoso/operations/",
        "/admin/operations/",
        "/admin/notifications/",
        "/admin/notifications/latest/",
    )
    for address in pages:
        operator, reader = (signed_in(person).get(address).text for person in (alice, bob))
        assert (label in operator, able in operator) == (True, False), address
        assert (label in reader, able in reader) == (False, True), address


def test_ux_21_remedies_cost_a_list_no_query_for_each_row(contoso, olivia, signed_in, now):
    for _each in range(4):
        ended(contoso, olivia, now, failed=3, succeeded=0)
    for address in ("/admin/t/contoso/operations/", "/admin/operations/", "/admin/notifications/"):
        browser = signed_in(olivia)
        with at_most_queries(12):
            browser.get(address)


def test_ux_90_somebody_who_runs_the_installation_and_works_in_a_tenant_gets_both(contoso, now):
    person = User.objects.create_user("pia@x.example", PASSWORD, display_name="Pia", is_platform_operator=True)
    TenantMember.everywhere.create(workspace_id=contoso.workspace_id, tenant=contoso, user=person, role=Role.OPERATOR)
    access = resolve_tenant(person, "contoso")
    lost = remedy_of(ReasonCatalog.get("worker_lost"), access, is_platform_operator=True)
    secret = remedy_of(ReasonCatalog.get("client_secret_invalid"), access, is_platform_operator=True)
    assert lost.url == "/system/"
    assert (secret.url, secret.able) == ("", "Owner / Manager of the tenant can manage the tenant's credential.")


@pytest.mark.parametrize("role", Role)
def test_ux_83_a_remedy_names_nobody_twice(role, contoso, now):
    person = member(contoso, f"{role}", role)
    access, run = resolve_tenant(person, "contoso"), ended(contoso, person, now, failed=1)
    for reason in ReasonCatalog.all():
        remedy = remedy_of(reason, access, run=run)
        words = " ".join(render_to_string("web/parts/remedy.html", {"remedy": remedy}).split())
        assert words.count(remedy.owner) == 1, (reason.code, words)
