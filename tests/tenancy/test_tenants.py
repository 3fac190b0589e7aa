"""What is known of a tenant is mended, each time with an entry of before and after."""

from uuid import UUID

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.graph.clouds import CLOUDS
from tenantpilot.tenancy.fitting import DoesNotFit
from tenantpilot.tenancy.models import Tenant
from tenantpilot.tenancy.services import AlreadyThere
from tenantpilot.tenancy.tenants import (
    DirectoryChanged,
    DirectoryFixed,
    change_directory,
    record_sign_in,
    rename_tenant,
    set_application,
    switch_restores,
)
from tests.people import ENTRA

OTHER = UUID("99999999-9999-4999-8999-999999999999")
CHINA = CLOUDS[-1]


@pytest.fixture
def unconnected(contoso):
    Tenant.everywhere.filter(pk=contoso.pk).update(signed_in_at=None)
    return Tenant.everywhere.get(pk=contoso.pk)


def mend(tenant, directory, actor, now, cloud=CLOUDS[0]):
    addresses = {"login_url": cloud.login_url, "graph_url": cloud.graph_url}
    return change_directory(tenant, entra_tenant_id=directory, actor=actor, now=now, **addresses)


def entry(action):
    found = AuditLog.objects.get(action=action)
    return found.before, found.after


def test_a_name_is_mended_and_the_address_stays(contoso, olivia, now):
    assert rename_tenant(contoso, " Contoso Ltd ", actor=olivia, now=now)
    assert not rename_tenant(contoso, "Contoso Ltd", actor=olivia, now=now)
    assert (contoso.name, contoso.slug) == ("Contoso Ltd", "contoso")
    assert entry("tenant.renamed") == ({"name": "Contoso"}, {"name": "Contoso Ltd"})
    with pytest.raises(DoesNotFit):
        rename_tenant(contoso, "exe\u202etxt", actor=olivia, now=now)


def test_a_directory_id_is_mended_until_the_first_sign_in(unconnected, olivia, now):
    assert mend(unconnected, OTHER, olivia, now, CHINA)
    known = Tenant.everywhere.get(pk=unconnected.pk)
    assert (known.entra_tenant_id, known.graph_url) == (OTHER, CHINA.graph_url)
    before, after = entry("tenant.directory_changed")
    assert (before["entra_tenant_id"], after["entra_tenant_id"]) == (str(ENTRA["contoso"]), str(OTHER))
    assert record_sign_in(known, now=now)
    with pytest.raises(DirectoryFixed):
        mend(known, ENTRA["contoso"], olivia, now)
    assert not mend(known, OTHER, olivia, now, CHINA), "what is the same may be said again"


def test_a_sign_in_that_comes_while_a_form_is_open_decides(unconnected, olivia, now):
    stale = Tenant.everywhere.get(pk=unconnected.pk)
    record_sign_in(unconnected, now=now)
    with pytest.raises(DirectoryFixed):
        mend(stale, OTHER, olivia, now)


def test_two_tenants_of_a_workspace_are_two_directories(unconnected, fabrikam, olivia, now):
    with pytest.raises(AlreadyThere):
        mend(unconnected, ENTRA["fabrikam"], olivia, now)


def test_the_first_sign_in_is_noted_once(unconnected, now):
    assert record_sign_in(unconnected, now=now)
    assert not record_sign_in(unconnected, now=now)
    assert AuditLog.objects.filter(action="tenant.signed_in").count() == 1


@pytest.mark.parametrize("cloud", [CLOUDS[0], CHINA])
def test_sec_03_a_sign_in_to_the_directory_before_connects_nothing(unconnected, olivia, now, cloud):
    signing_in = Tenant.everywhere.get(pk=unconnected.pk)
    assert mend(unconnected, OTHER if cloud is CLOUDS[0] else unconnected.entra_tenant_id, olivia, now, cloud)
    with pytest.raises(DirectoryChanged) as refusal:
        record_sign_in(signing_in, now=now)
    assert refusal.value.reason_code == "directory_changed"
    assert not Tenant.everywhere.get(pk=unconnected.pk).is_connected
    assert not AuditLog.objects.filter(action="tenant.signed_in").exists()


def test_two_runs_that_sign_in_first_note_it_once(unconnected, now):
    other_run = Tenant.everywhere.get(pk=unconnected.pk)
    assert record_sign_in(unconnected, now=now)
    assert not record_sign_in(other_run, now=now)


def test_application_and_restores_are_kept_for_the_steps_that_follow(unconnected, olivia, now):
    assert set_application(unconnected, OTHER, actor=olivia, now=now)
    assert not set_application(unconnected, OTHER, actor=olivia, now=now)
    assert [switch_restores(unconnected, is_on=is_on, actor=olivia, now=now) for is_on in (True, True, False)] == [
        True, False, True,
    ]  # fmt: skip
    assert AuditLog.objects.filter(action="tenant.restores_switched").count() == 2
