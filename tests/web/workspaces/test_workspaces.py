"""Workspaces, as who runs the installation adds, renames, archives and removes them (SEC-02, OPS-33)."""

import pytest
from django.urls import reverse

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.offboarding.archiving import archive_tenant
from tenantpilot.operations.offboarding.removing import start_removal
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.invitations import of_token
from tenantpilot.tenancy.links import Invitation, LinkNotValid
from tenantpilot.tenancy.models import Tenant, Workspace, WorkspaceMember
from tests.people import PASSWORD
from tests.web.html import read


@pytest.fixture
def operator(signed_in, pat):
    return signed_in(pat)


def page_of(browser, name, *ids):
    return read(browser.get(reverse(name, args=ids))).one("main")


def post(browser, view, *ids, **fields):
    return browser.post(reverse(view, args=ids), fields)


def add(operator, name="Wing Tip", email="wanda@wingtip.example"):
    return post(operator, "add-workspace", name=name, email=email)


def test_a_workspace_is_added_and_its_first_owner_comes_by_a_link(operator, client, northwind):
    added = add(operator)
    workspace = Workspace.objects.get(name="Wing Tip")
    assert (added.headers["Location"], workspace.slug) == (f"/system/workspaces/{workspace.pk}/", "wing-tip")
    link = page_of(operator, "workspace-settings", workspace.pk).one("code", id="one-time-link").words
    accepted = {"name": "Wanda", "password": PASSWORD, "again": PASSWORD}
    assert client.post(link.removeprefix("http://testserver"), accepted).status_code == 302
    assert WorkspaceMember.everywhere.get(workspace=workspace).role == "owner"
    assert "First owner" not in page_of(operator, "workspace-settings", workspace.pk).words
    entry = AuditLog.objects.get(action="workspace.created")
    assert entry.actor_name == "Pat"


def test_nobody_is_invited_into_a_workspace_that_has_an_owner(operator, olivia, northwind):
    """SEC-02: the plane of the installation is no way into a tenant."""
    refused = post(operator, "invite-owner", northwind.pk, email="pat@platform.example")
    assert refused.status_code == 422
    assert "has an owner" in refused.text
    assert not Invitation.everywhere.exists()


def test_a_link_that_was_not_used_ends_once_somebody_owns_the_workspace(operator, olivia, now):
    add(operator)
    link = Invitation.everywhere.get()
    assert of_token(link.token, now=link.made_at) == link
    WorkspaceMember.everywhere.create(workspace=link.workspace, user=olivia, role="owner")
    with pytest.raises(LinkNotValid):
        of_token(link.token, now=link.made_at)


def test_the_list_counts_and_names_no_tenant(operator, contoso, fabrikam, alice, olivia):
    add(operator)
    main = page_of(operator, "workspaces")
    rows = {row["id"]: row.words for row in main.every("tr") if "id" in row}
    assert "Active 2 1" in rows[f"workspace-{contoso.workspace_id}"]
    assert "No owner yet" in rows[f"workspace-{Workspace.objects.get(slug='wing-tip').pk}"]
    assert "Contoso" not in main.words


@pytest.mark.parametrize(("fields", "says"), [({"name": ""}, "required"), ({"email": "nobody"}, "Write an address")])
def test_ux_35_what_makes_no_sense_is_refused_at_its_field(operator, db, fields, says):
    refused = post(operator, "add-workspace", **{"name": "X", "email": "a@x.example", **fields})
    assert (refused.status_code, says in refused.text) == (422, True)
    assert not Workspace.objects.exists()


def test_names_that_are_alike_get_short_names_of_their_own(operator, northwind):
    for _twice in "12":
        add(operator, email="a@x.example")
    assert list(Workspace.objects.filter(name="Wing Tip").values_list("slug", flat=True)) == ["wing-tip", "wing-tip-2"]


def test_a_name_is_mended(operator, northwind):
    assert post(operator, "rename-workspace", northwind.pk, name="Southwind").status_code == 302
    assert Workspace.objects.get().name == "Southwind"
    assert post(operator, "rename-workspace", northwind.pk, name="").status_code == 422


def test_ops_33_what_stops_is_said_before_and_is_what_stops(operator, contoso, fabrikam, alice, northwind, now):
    run = start_sync(tenant=contoso, initiator=alice, now=now).run
    words = page_of(operator, "archive-workspace", northwind.pk).words
    assert "2 tenants are archived" in words
    assert "1 operation ends" in words
    assert OperationRun.everywhere.get(pk=run.pk).status == "queued", "asking ends nothing"
    post(operator, "archive-workspace", northwind.pk)
    assert OperationRun.everywhere.get(pk=run.pk).outcome == "cancelled"
    assert not Tenant.everywhere.filter(archived_at=None).exists()
    post(operator, "bring-workspace-back", northwind.pk)
    assert not Tenant.everywhere.filter(archived_at__isnull=False).exists()


def test_only_an_empty_workspace_is_removed_and_only_by_its_name(operator, contoso, olivia, northwind, now):
    post(operator, "archive-workspace", northwind.pk)
    refused = post(operator, "remove-workspace", northwind.pk, name="Northwind MSP")
    assert (refused.status_code, "still has tenants: 1" in refused.text) == (422, True)
    archive_tenant(contoso, actor=olivia, now=now)
    Runner().execute(start_removal(contoso, typed="Contoso", actor=olivia, now=now).run.pk)
    assert post(operator, "remove-workspace", northwind.pk, name="northwind msp").status_code == 422
    assert post(operator, "remove-workspace", northwind.pk, name="Northwind MSP").status_code == 302
    assert not Workspace.objects.exists()
