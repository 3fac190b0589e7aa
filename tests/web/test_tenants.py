"""A tenant from its first page to its last: added, connected step by step, renamed, archived, removed."""

import pytest
from django.urls import reverse

from tenantpilot.inventory.connecting.guide import AUDIT_LOG, LOCKOUT_CHECK
from tenantpilot.inventory.connecting.permissions import OPTIONAL, READING, WRITING
from tenantpilot.inventory.connecting.services import start_check
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.offboarding.archiving import archive_tenant, archive_workspace
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, TenantCredential, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.tenants import views
from tests.people import ENTRA, member, new_workspace
from tests.web.html import read

CLIENT = "55555555-5555-4555-8555-555555555555"
NEW = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def owner(olivia, signed_in):
    return signed_in(olivia)


@pytest.fixture
def unconnected(contoso):
    Tenant.everywhere.filter(pk=contoso.pk).update(signed_in_at=None)
    return Tenant.everywhere.get(pk=contoso.pk)


def page_of(browser, name="connection"):
    return read(browser.get(reverse(name, args=["contoso"]))).one("main")


def post(browser, address, **fields):
    return browser.post(reverse(address, args=["contoso"]), fields)


def current(browser):
    return page_of(browser).one("li", aria_current="step")["id"]


def test_an_owner_adds_a_tenant_and_goes_on_to_its_connection(owner, northwind):
    fields = {"name": "Wing Tip", "entra_tenant_id": NEW, "cloud": "china"}
    answer = owner.post(reverse("add-tenant"), fields)
    assert answer.headers["Location"] == "/admin/t/wing-tip/connection/"
    tenant = Tenant.everywhere.get(slug="wing-tip")
    assert (str(tenant.entra_tenant_id), tenant.login_url) == (NEW, "https://login.chinacloudapi.cn")
    again = owner.post(reverse("add-tenant"), fields)
    assert again.status_code == 422
    assert "is a tenant of Northwind MSP already" in again.text


def test_names_that_are_alike_get_addresses_of_their_own(owner, contoso):
    owner.post(reverse("add-tenant"), {"name": "Contoso", "entra_tenant_id": NEW, "cloud": "global"})
    assert Tenant.everywhere.filter(slug="contoso-2", name="Contoso").exists()


def test_a_short_name_that_goes_in_the_same_moment_leads_to_the_next_number(owner, contoso, monkeypatch):
    names = iter(["contoso", "contoso-2"])
    monkeypatch.setattr(views, "free_slug", lambda name: next(names))
    answer = owner.post(reverse("add-tenant"), {"name": "Contoso", "entra_tenant_id": NEW, "cloud": "global"})
    assert answer.headers["Location"] == "/admin/t/contoso-2/connection/"


def test_an_archived_workspace_gets_no_tenant(owner, northwind, olivia, now, monkeypatch):
    fields = {"name": "Wing Tip", "entra_tenant_id": NEW, "cloud": "global"}
    archive_workspace(northwind, actor=olivia, now=now)
    assert "is archived" in owner.get(reverse("add-tenant")).text
    assert owner.post(reverse("add-tenant"), fields).status_code == 403
    monkeypatch.setattr(views, "_workspaces_to_add_to", lambda request: [northwind])
    late = owner.post(reverse("add-tenant"), fields)
    assert late.status_code == 422
    assert "The workspace Northwind MSP is archived." in late.text
    assert not Tenant.everywhere.exists()


def test_the_form_offers_no_archived_workspace(owner, northwind, olivia, now):
    archive_workspace(_second_of(olivia), actor=olivia, now=now)
    page = owner.get(reverse("add-tenant"))
    assert page.status_code == 200
    assert "Elsewhere" not in page.text


def _second_of(person):
    elsewhere = new_workspace("elsewhere", "Elsewhere")
    WorkspaceMember.everywhere.create(workspace=elsewhere, user=person, role=Role.OWNER)
    return elsewhere


@pytest.mark.parametrize("sent", ["nonsense", "", CLIENT[:-1]])
def test_ux_35_a_directory_id_that_is_none_is_refused_at_its_field(owner, northwind, sent):
    answer = owner.post(reverse("add-tenant"), {"name": "X", "entra_tenant_id": sent, "cloud": "global"})
    assert answer.status_code == 422
    assert not Tenant.everywhere.exists()


def test_the_steps_can_be_left_and_resumed(owner, unconnected, olivia, now):
    assert current(owner) == "step-application"
    post(owner, "change-application", client_id=CLIENT)
    assert current(owner) == "step-credential"
    assert post(owner, "change-credential", client_id=CLIENT, secret="s3cret~value").status_code == 302
    assert OperationRun.everywhere.get().type == "connection_check"
    assert current(owner) == "step-permissions"


def test_the_consent_link_names_directory_application_and_the_way_back(owner, unconnected):
    assert "is shown once the application id is kept" in page_of(owner).words
    post(owner, "change-application", client_id=CLIENT)
    link = page_of(owner).every("a", id="consent-link")[0]["href"]
    assert link.startswith(f"https://login.microsoftonline.com/{ENTRA['contoso']}/adminconsent?client_id={CLIENT}")
    assert "redirect_uri=http%3A%2F%2Ftestserver%2Fadmin%2Ft%2Fcontoso%2Fconnection%2F" in link


def test_ux_97_permissions_to_write_are_asked_for_only_where_restores_are_wanted(owner, unconnected):
    page = page_of(owner)
    assert page.one("ul", id="to-read").words.split() == list(READING)
    assert page.one("ul", id="optional-permissions").words.split() == list(OPTIONAL)
    assert str(AUDIT_LOG) in page.words
    assert "ReadWrite" not in page.words
    post(owner, "switch-restores", restores="on")
    page = page_of(owner)
    assert page.one("ul", id="to-restore").words.split() == list(WRITING)
    assert str(LOCKOUT_CHECK) in page.words
    post(owner, "switch-restores", restores="off")
    assert not page_of(owner).every("ul", id="to-restore")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"secret": "22222222-2222-4222-8222-222222222223"}, "the id of the secret"),
        ({"secret": "s3cret~value", "expires_on": "2020-01-01"}, "This day is past"),
        ({"certificate": "-----BEGIN CERTIFICATE-----"}, "cannot be read"),
    ],
)
def test_a_credential_that_cannot_sign_in_is_refused_at_its_field(owner, unconnected, fields, says):
    answer = post(owner, "change-credential", client_id=CLIENT, **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert not TenantCredential.everywhere.exists()
    assert not OperationRun.everywhere.exists()


def test_after_a_refusal_the_next_try_leads_to_the_page(owner, unconnected):
    address = reverse("change-credential", args=["contoso"])
    fields = {"client_id": CLIENT, "secret": "s3cret~value"}
    answer = owner.post(address, fields, headers={"Referer": f"http://testserver{address}"})
    assert answer.headers["Location"] == "/admin/t/contoso/connection/"


def test_a_wrong_directory_id_is_mended_until_the_first_sign_in(owner, unconnected, contoso):
    assert post(owner, "change-directory", entra_tenant_id=NEW, cloud="global").status_code == 302
    assert str(Tenant.everywhere.get(slug="contoso").entra_tenant_id) == NEW
    Tenant.everywhere.filter(slug="contoso").update(signed_in_at="2026-01-01T00:00:00Z")
    refused = post(owner, "change-directory", entra_tenant_id=CLIENT, cloud="global")
    assert refused.status_code == 422
    assert "has signed in to this directory" in refused.text


PAGES = (
    "tenant-overview", "inventory", "operations", "schedules", "tenant-audit", "tenant-settings",
    "versions", "groups", "backups", "restores", "conflicts", "members",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_ux_99_an_unconnected_tenant_looks_so_everywhere_with_one_button_that_goes_on(owner, unconnected, page):
    main = page_of(owner, page)
    assert [link.words for link in main.every("a", href="/admin/t/contoso/connection/")] == ["Go on connecting"]
    assert "Sync inventory" not in main.words


def test_ux_99_in_the_list_of_tenants_it_is_not_just_empty(owner, unconnected, fabrikam):
    rows = {row["id"]: row.words for row in read(owner.get("/admin/")).every("tr") if "id" in row}
    assert "Not connected" in rows[f"tenant-{unconnected.pk}"]
    assert "Not connected" not in rows[f"tenant-{fabrikam.pk}"]


def test_ux_36_who_cannot_connect_learns_who_can(unconnected, bob, signed_in):
    words = page_of(signed_in(bob), "tenant-overview").words
    assert "Go on connecting" not in words
    assert "you need to be Owner / Manager" in words


def test_ops_33_what_stops_is_said_before_and_is_what_stops(owner, contoso, alice, now):
    check, sync = (start(tenant=contoso, initiator=alice, now=now).run for start in (start_check, start_sync))
    asked = page_of(owner, "archive-tenant").words
    assert "2 operations end" in asked
    assert "0 schedules start nothing more" in asked
    assert OperationRun.everywhere.active().count() == 2, "asking ends nothing"
    post(owner, "archive-tenant")
    assert set(OperationRun.everywhere.values_list("pk", "outcome")) == {
        (check.pk, "cancelled"),
        (sync.pk, "cancelled"),
    }


def test_an_archived_tenant_is_read_by_all_and_changed_by_nobody(owner, contoso, olivia, alice, signed_in, now):
    archive_tenant(contoso, actor=olivia, now=now)
    operator = signed_in(alice)
    for page in ("tenant-overview", "inventory", "operations", "schedules", "connection"):
        assert "This tenant is archived" in page_of(operator, page).words, page
    assert post(operator, "start-inventory-sync").status_code == 403
    assert post(owner, "change-credential", client_id=CLIENT, secret="x").status_code == 403
    assert post(owner, "bring-tenant-back").status_code == 302
    assert post(operator, "start-inventory-sync").status_code == 302


def test_removal_for_good_asks_for_the_name(owner, contoso, olivia, now):
    archive_tenant(contoso, actor=olivia, now=now)
    refused = post(owner, "remove-tenant", name="contoso")
    assert (refused.status_code, "Type the name exactly" in refused.text) == (422, True)
    answer = post(owner, "remove-tenant", name="Contoso")
    assert answer.headers["Location"] == "/admin/"
    assert "Removal of a tenant queued" in owner.get("/admin/").text
    assert "Being removed" in owner.get("/admin/").text
    assert "Bring back" not in page_of(owner, "tenant-settings").words
    Runner().execute(OperationRun.everywhere.get(type="tenant_removal").pk)
    assert owner.get(reverse("tenant-overview", args=["contoso"])).status_code == 404
    assert not Tenant.everywhere.filter(slug="contoso").exists()


def test_an_owner_of_the_tenant_alone_is_told_who_removes_it(contoso, olivia, signed_in, now):
    archive_tenant(contoso, actor=olivia, now=now)
    own = signed_in(member(contoso, "tina", Role.OWNER))
    assert "An owner of the workspace removes a tenant" in page_of(own, "remove-tenant").words
    assert post(own, "remove-tenant", name="Contoso").status_code == 422
    assert not OperationRun.everywhere.exists()


def test_a_name_is_mended(owner, contoso):
    assert post(owner, "rename-tenant", name="Contoso Ltd").status_code == 302
    assert Tenant.everywhere.get(slug="contoso").name == "Contoso Ltd"
    assert post(owner, "rename-tenant", name="").status_code == 422
