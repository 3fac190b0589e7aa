"""The audit log as a page: what an entry speaks of is named and linked, and nothing needs a wide screen (UX-95)."""

import pytest
from django.db import transaction
from django.urls import reverse

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy.audit_actions import TENANT_RENAMED
from tenantpilot.tenancy.roles import Role
from tenantpilot.tenancy.services import set_tenant_role
from tenantpilot.tenancy.tenants import rename_tenant
from tests.web.html import read
from tests.web.kit import at_most_queries, ended


@pytest.fixture
def owner(signed_in, olivia):
    return signed_in(olivia)


def rows(browser, address="workspace-audit", *arguments):
    page = read(browser.get(reverse(address, args=arguments)))
    return [row for row in page.one("main").every("tr") if "id" in row]


def test_a_run_is_named_and_linked_and_stands_under_its_tenant(owner, contoso, alice, now):
    run = ended(contoso, alice, now)
    newest = rows(owner)[0]
    assert [link.words for link in newest.every("a")] == [f"Inventory sync #{run.pk}", "Contoso"]
    assert newest.every("a")[0]["href"] == f"/admin/t/contoso/operations/{run.pk}/"


def test_a_person_is_named(owner, contoso, bob, olivia, now):
    set_tenant_role(tenant=contoso, person=bob, role=Role.OPERATOR, actor=olivia, now=now)
    newest = rows(owner, "tenant-audit", "contoso")[0]
    assert "Bob" in newest.words
    assert "#" not in newest.words


def test_before_and_after_stand_in_the_row_whatever_the_width(owner, contoso, olivia, now):
    rename_tenant(contoso, "Contoso Ltd", actor=olivia, now=now)
    newest = rows(owner)[0]
    assert "Name Contoso became Contoso Ltd" in newest.words
    entry = AuditLog.objects.newest_first()[0]
    assert str(entry.sequence) in newest.words
    assert not newest.every(class_="wide-only")


def test_what_is_gone_keeps_its_number(owner, contoso, now):
    with transaction.atomic():
        audit.record(
            TENANT_RENAMED,
            workspace_id=contoso.workspace_id,
            tenant_id=999_999,
            target_type="person",
            target_id=999_999,
            at=now,
        )
    assert "Person #999999" in rows(owner)[0].words


def test_names_cost_no_query_for_each_entry(owner, contoso, alice, now):
    for _each in range(3):
        ended(contoso, alice, now)
    with at_most_queries(12):
        owner.get(reverse("workspace-audit"))
