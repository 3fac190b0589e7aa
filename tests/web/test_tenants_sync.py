"""Several tenants are synced from their list: chosen ones, those that a filter matches, or all (UX-15, UX-32)."""

from typing import Any

import pytest

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, WorkspaceMember
from tenantpilot.tenancy.roles import Role

SYNCS = "/admin/syncs/"


@pytest.fixture
def owner(contoso: Tenant, fabrikam: Tenant, olivia: Any, signed_in: Any) -> Any:
    return signed_in(olivia)


def asked() -> OperationRun:
    return OperationRun.everywhere.get(type="tenants_sync")


def inputs_of(*tenants: Tenant) -> list[int]:
    return sorted(tenant.pk for tenant in tenants)


def test_all_are_shown_before_anything_starts(owner):
    shown = owner.get(SYNCS).content.decode()
    assert "Sync 2 tenants?" in shown
    assert "Contoso" in shown
    assert not OperationRun.everywhere.exists()
    assert SYNCS in owner.get("/admin/").content.decode()


@pytest.mark.parametrize("chosen", [{"chosen": "1"}, {"matching": "1", "q": "fab"}], ids=["ticked", "by a filter"])
def test_those_that_were_chosen_are_synced(owner, contoso, fabrikam, chosen):
    chosen = {**chosen, "tenant": fabrikam.pk} if "chosen" in chosen else chosen
    assert "Sync 1 tenant?" in owner.get(SYNCS, chosen).content.decode()
    answer = owner.post(SYNCS, {**chosen, "back": "/admin/?q=fab"})
    assert (answer.status_code, answer.url) == (302, "/admin/?q=fab")
    assert asked().inputs["tenants"] == inputs_of(fabrikam)
    assert f"/admin/operations/{asked().pk}/" in owner.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ({}, "/admin/schedules/new/"),
        ({"matching": "1", "q": "fa b"}, "/admin/schedules/new/?q=fa+b"),
        ({"chosen": "1"}, ""),
    ],
)
def test_the_same_is_offered_by_the_clock(owner, asked, offered):
    shown = owner.get(SYNCS, asked).content.decode()
    assert f'href="{offered}"' in shown if offered else "/admin/schedules/new/" not in shown


def test_the_operation_links_to_the_syncs_that_it_started(owner, contoso, fabrikam):
    owner.post(SYNCS)
    Runner().execute(asked().pk)
    shown = owner.get(f"/admin/operations/{asked().pk}/").content.decode()
    assert asked().inputs["tenants"] == inputs_of(contoso, fabrikam)
    assert '/admin/t/fabrikam/operations/?type=inventory_sync"' in shown
    assert OperationRun.everywhere.of_type("inventory_sync").count() == 2


def test_sec_02_who_reaches_single_tenants_or_reads_starts_nothing(owner, contoso, alice, bob, northwind, signed_in):
    reader = signed_in(bob)
    WorkspaceMember.everywhere.create(workspace=northwind, user=bob, role=Role.READONLY)
    for browser in (signed_in(alice), reader):
        assert "Sync 0 tenants?" in browser.get(SYNCS).content.decode()
        browser.post(SYNCS, {"chosen": "1", "tenant": contoso.pk})
        assert SYNCS not in browser.get("/admin/").content.decode()
    assert not OperationRun.everywhere.exists()


def test_what_is_not_connected_or_of_another_workspace_is_not_chosen(owner, contoso, fabrikam):
    Tenant.everywhere.filter(pk=contoso.pk).update(signed_in_at=None)
    assert "Sync 1 tenant?" in owner.get(SYNCS, {"chosen": "1", "tenant": [contoso.pk, fabrikam.pk]}).content.decode()
    owner.post(SYNCS, {"chosen": "1", "tenant": [contoso.pk, 4_000_000]})
    assert not OperationRun.everywhere.exists()
