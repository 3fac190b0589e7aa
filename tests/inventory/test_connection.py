"""`connection_check`: what the application of a tenant may read and write, found out without writing anything."""

from datetime import timedelta

import pytest

from tenantpilot.directory.services import start_group_sync
from tenantpilot.graph.client.tokens import TokenSource
from tenantpilot.inventory.connecting.services import connection_state, start_check
from tenantpilot.inventory.models import Policy, PolicyTypeAccess
from tenantpilot.inventory.policy_types import every
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, TenantCredential
from tests.people import ENTRA

SCRIPTS = {"powershellScript", "shellScript", "remediation", "customAttribute", "complianceScript"}


@pytest.fixture
def check(contoso, graph, credential, now):
    def ask_and_work(initiator=None):
        started = start_check(tenant=contoso, initiator=initiator, now=now)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


def rights():
    return {row.type: row for row in PolicyTypeAccess.everywhere.all()}


def test_with_every_permission_every_type_can_be_read_and_written(check, alice):
    run = check(alice)
    assert (run.outcome, run.summary_counts["succeeded"]) == ("succeeded", len(every()))
    assert all(row.is_readable and row.is_writable and not row.missing for row in rights().values())
    assert Notification.everywhere.get(recipient=alice).data["type"] == "connection_check"


def test_it_writes_nothing_to_the_tenant(check, simulator, directory):
    check()
    assert not simulator.log.writes(directory)


def test_what_may_not_be_read_is_named_with_the_permission_to_grant(check, directory, alice):
    directory.application.roles = tuple(role for role in directory.application.roles if "Scripts" not in role)
    run = check(alice)
    assert run.outcome == "partially_succeeded"
    found = rights()
    assert {key for key, row in found.items() if not row.is_readable} == SCRIPTS
    assert "DeviceManagementScripts.Read.All" in found["remediation"].missing
    assert found["settingsCatalog"].is_readable


def test_an_application_that_may_only_read_is_fine_for_reading(check, directory):
    directory.application.roles = tuple(role for role in directory.application.roles if "ReadWrite" not in role)
    run = check()
    found = rights()["compliancePolicy"]
    assert (run.outcome, found.is_readable, found.is_writable) == ("succeeded", True, False)
    assert found.missing == ["DeviceManagementConfiguration.ReadWrite.All"]


def test_a_check_that_cannot_sign_in_fails_and_keeps_what_was_known(check, credential):
    check()
    before = PolicyTypeAccess.everywhere.count()
    credential(secret="wrong")
    assert check().reason_code == "client_secret_invalid"
    assert PolicyTypeAccess.everywhere.count() == before


@pytest.mark.parametrize("start", [start_check, start_sync, start_group_sync])
def test_sec_03_a_directory_that_is_changed_during_the_first_sign_in_stays_unread(
    contoso, graph, credential, now, monkeypatch, start
):
    Tenant.everywhere.filter(pk=contoso.pk).update(signed_in_at=None)
    run = start(tenant=contoso, initiator=None, now=now).run
    token_of = TokenSource.token

    def first_token(source):
        monkeypatch.setattr(TokenSource, "token", token_of)
        token = source.token()
        Tenant.everywhere.filter(pk=contoso.pk).update(entra_tenant_id=ENTRA["adatum"])
        return token

    monkeypatch.setattr(TokenSource, "token", first_token)
    Runner().execute(run.pk)
    assert OperationRun.everywhere.get(pk=run.pk).reason_code == "directory_changed"
    assert not Tenant.everywhere.get(pk=contoso.pk).is_connected
    assert not PolicyTypeAccess.everywhere.exists()
    assert not Policy.everywhere.exists()


@pytest.mark.parametrize(
    ("days", "badge"), [(None, "open"), (400, "valid"), (29, "soon"), (0, "expired"), (-3, "expired")]
)
def test_the_expiry_of_the_credential_is_told_before_it_hurts(contoso, credential, now, days, badge, workspace_scope):
    expires_at = None if days is None else now + timedelta(days=days)
    TenantCredential.everywhere.update(expires_at=expires_at)
    assert connection_state(contoso, now=now).expiry == badge


def test_a_tenant_that_was_never_checked_shows_every_type_as_not_known(contoso, now, workspace_scope):
    state = connection_state(contoso, now=now)
    rights = [right for permission in state.permissions for right in permission.rights]
    assert (state.expiry, state.last_check, len(rights)) == ("none", None, len(every()))
    assert {permission.reading for permission in state.permissions} == {"unknown"}
    assert {right.reading for right in rights} == {"unknown"}


@pytest.mark.parametrize(("withdrawn", "badge"), [("", "granted"), ("AuditLog", "not_granted")])
def test_a_check_finds_out_if_the_optional_permission_is_granted(
    check, contoso, directory, now, workspace_scope, withdrawn, badge
):
    roles = directory.application.roles
    directory.application.roles = tuple(role for role in roles if not withdrawn or withdrawn not in role)
    assert connection_state(contoso, now=now).optional == (("AuditLog.Read.All", "unknown"),)
    assert check().outcome == "succeeded"
    assert connection_state(contoso, now=now).optional == (("AuditLog.Read.All", badge),)
