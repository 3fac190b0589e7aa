"""Choosing the tenant to restore into: one of the workspace in which the person may prepare restores."""

import pytest

from tenantpilot.restores.models import RestoreRun
from tenantpilot.tenancy.models import TenantMember
from tenantpilot.tenancy.roles import Role
from tests.backups.kit import building_set, finish, new_chain
from tests.backups.kit import member as backup_member
from tests.versions.kit import new_policy, take
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

HOME = "/admin/t/contoso/restores/"


@pytest.fixture
def version(contoso, now):
    return take(new_policy(contoso, now, graph_id="p1"), {"id": "p1", "displayName": "p1"}, now)


@pytest.fixture
def join(fabrikam, mona):
    """Give Mona a role in Fabrikam."""

    def join(role):
        facts = {"workspace_id": fabrikam.workspace_id, "tenant": fabrikam, "user": mona, "role": role}
        TenantMember.everywhere.create(**facts)

    return join


def offered(browser, address):
    return [option["value"] for option in read(browser.get(address)).every("option") if option["value"] != ""]


def test_a_version_is_restored_into_a_tenant_that_is_chosen(version, fabrikam, join, signed_in, mona):
    join(Role.OPERATOR)
    browser = signed_in(mona)
    assert "fabrikam" in offered(browser, f"{HOME}new/?version={version.pk}")
    made = browser.post(f"{HOME}new/", {"version": version.pk, "target": "fabrikam"})
    restore = RestoreRun.everywhere.get()
    assert made.headers["Location"] == f"/admin/t/fabrikam/restores/{restore.pk}/preview/"
    assert (restore.tenant, restore.source_tenant) == (fabrikam, version.tenant)
    assert "From Contoso into Fabrikam" in read(browser.get(made.headers["Location"])).one("main").words


def test_a_backup_is_restored_into_a_tenant_that_is_chosen(version, contoso, fabrikam, join, signed_in, mona, now):
    join(Role.OPERATOR)
    chain = new_chain(contoso, now)
    building = building_set(chain, 1, now)
    backup_member(chain, version, 1)
    here = f"{HOME}of-set/{finish(building).pk}/"
    browser = signed_in(mona)
    assert "fabrikam" in offered(browser, here)
    browser.post(here, {"policy": version.policy_id, "target": "fabrikam"})
    assert RestoreRun.everywhere.get().tenant == fabrikam


def test_sec_02_a_tenant_that_one_may_not_see_is_not_found(version, fabrikam, signed_in, mona):
    browser = signed_in(mona)
    assert "fabrikam" not in offered(browser, f"{HOME}new/?version={version.pk}")
    for slug in ("fabrikam", "no-such-tenant"):
        assert browser.post(f"{HOME}new/", {"version": version.pk, "target": slug}).status_code == 404
    assert not RestoreRun.everywhere.exists()


def test_a_reader_of_the_target_prepares_nothing_there(version, join, signed_in, mona):
    join(Role.READONLY)
    browser = signed_in(mona)
    assert "fabrikam" not in offered(browser, f"{HOME}new/?version={version.pk}")
    assert browser.post(f"{HOME}new/", {"version": version.pk, "target": "fabrikam"}).status_code == 403
    assert not RestoreRun.everywhere.exists()
