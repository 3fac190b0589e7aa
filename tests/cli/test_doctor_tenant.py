"""`tenantpilot doctor --tenant`: the credential, the sign-in, and the rights for every policy type."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings as ours
from django.utils import timezone
from intunesim import Fault, Simulator, client_certificate, serving
from typer.testing import CliRunner

from tenantpilot.cli.main import app
from tenantpilot.inventory.models import PolicyTypeAccess
from tenantpilot.inventory.policy_types import every
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import TenantCredential
from tests.ports import free_port

pytestmark = pytest.mark.same_on_both

UNKNOWN = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def simulator():
    made = Simulator()
    yield made
    made.close()


@pytest.fixture
def directory(simulator, contoso):
    return simulator.add_tenant("Contoso", tenant_id=str(contoso.entra_tenant_id))


@pytest.fixture
def enter(contoso, directory):
    """Keeps a credential for Contoso: the right one unless told otherwise."""

    def store(secret: str = "", client_id: str = "", expires_at=None) -> None:
        application = directory.application
        store_credential(
            tenant=contoso,
            kind="secret",
            client_id=UUID(client_id or application.client_id),
            secret=secret or application.secrets[0].value,
            expires_at=expires_at,
            actor=None,
            now=timezone.now(),
        )

    store()
    return store


@pytest.fixture
def graph(simulator, settings):
    with serving(simulator) as running:
        settings.GRAPH_SIMULATOR_URL = running.url
        yield running.url


@pytest.fixture
def examine(graph, enter):
    """Its JSON, and whether the exit code fits it."""

    def run():
        answer = CliRunner().invoke(app, ["doctor", "--tenant", "contoso", "--json"])
        found = json.loads(answer.stdout)
        failed = [one for one in found["findings"] if one["verdict"] == "failed"]
        assert answer.exit_code == (1 if failed else 0)
        assert all(one["remedy"] for one in failed)
        return found, {one["check"]: f"{one['says']} {one['remedy']}" for one in failed}

    return run


def withdraw(directory, words: str) -> None:
    directory.application.roles = tuple(role for role in directory.application.roles if words not in role)


def test_where_everything_is_permitted_nothing_is_wrong(examine, simulator, directory):
    found, failed = examine()
    assert (failed, found["missing"], found["missing_optional"]) == ({}, [], [])
    assert [one["type"] for one in found["policy_types"]] == [kind.key for kind in every()]
    assert {(one["reading"], one["writing"]) for one in found["policy_types"]} == {("granted", "granted")}
    assert not simulator.log.writes(directory.id)
    assert not PolicyTypeAccess.everywhere.exists()


def test_a_type_that_may_not_be_read_is_named_with_the_permission_to_grant(examine, directory):
    withdraw(directory, "Scripts")
    found, failed = examine()
    rights = {one["type"]: one for one in found["policy_types"]}
    assert "5 of" in failed["policy types"]
    assert (rights["remediation"]["reading"], rights["compliancePolicy"]["reading"]) == ("missing", "granted")
    assert "DeviceManagementScripts.Read.All" in rights["remediation"]["missing"]
    assert found["missing"] == ["DeviceManagementScripts.Read.All"]
    assert found["missing_to_write"] == ["DeviceManagementScripts.ReadWrite.All"]


def test_a_permission_to_write_that_is_missing_is_told_and_is_nothing_wrong(examine, directory):
    withdraw(directory, "ReadWrite")
    found, failed = examine()
    assert failed == {}
    assert "missing" in {one["writing"] for one in found["policy_types"]}
    assert found["missing"] == []
    assert "DeviceManagementConfiguration.ReadWrite.All" in found["missing_to_write"]


def test_an_optional_permission_that_is_missing_is_named_apart(examine, directory):
    withdraw(directory, "AuditLog")
    found, failed = examine()
    assert (failed, found["missing"], found["missing_to_write"]) == ({}, [], [])
    assert found["missing_optional"] == ["AuditLog.Read.All"]
    assert {tuple(kind["missing"]) for kind in found["policy_types"]} == {()}


def test_a_type_that_graph_refuses_although_it_is_permitted_lacks_no_permission(examine, simulator):
    simulator.faults.add(Fault("status", path="/deviceManagement/virtualEndpoint/*", status=403))
    found, failed = examine()
    refused = [one for one in found["policy_types"] if one["says"]]
    assert "No permission is missing" in failed["policy types"]
    assert {tuple(one["missing"]) for one in refused} == {()}
    assert {one["remedy"] for one in refused} == {
        "The permission is granted: look whether the tenant has a license for it."
    }


@pytest.mark.parametrize(
    ("secret", "client_id", "says"),
    [
        ("not the secret", "", "AADSTS7000215"),
        ("", UNKNOWN, "AADSTS700016"),
    ],
)
def test_a_sign_in_that_microsoft_refuses_says_why_and_what_to_do(examine, enter, secret, client_id, says):
    enter(secret=secret, client_id=client_id)
    found, failed = examine()
    assert list(failed) == ["sign-in"]
    assert says in failed["sign-in"]
    assert "Request id" in failed["sign-in"]
    assert found["policy_types"] == []


def test_a_network_that_is_broken_is_named_so_and_does_not_look_like_missing_permissions(examine, settings):
    settings.GRAPH_SIMULATOR_URL = f"http://127.0.0.1:{free_port()}"
    found, failed = examine()
    assert "could not be reached" in failed["sign-in"]
    assert "Check the network" in failed["sign-in"]
    assert found["missing"] == []


def test_a_network_that_breaks_after_the_sign_in_leaves_the_rights_unknown(examine, simulator):
    simulator.faults.add(Fault("status", path="/deviceManagement/*", status=503, retry_after="0"))
    found, failed = examine()
    rights = {one["type"]: one for one in found["policy_types"]}
    assert "cannot be read" in failed["policy types"]
    assert (rights["settingsCatalog"]["reading"], rights["settingsCatalog"]["missing"]) == ("unknown", [])


def test_a_tenant_without_a_credential_says_how_to_enter_one(examine, contoso):
    contoso.credential.delete()
    _found, failed = examine()
    assert "tenantpilot credential set contoso" in failed["credential"]


def test_a_credential_that_no_key_opens_says_so(examine, monkeypatch):
    monkeypatch.setattr(ours, "SEALING_KEYS", ["other:" + "B" * 43 + "="])
    assert "cannot be decrypted" in examine()[1]["sign-in"]


@pytest.mark.parametrize(
    ("days", "says", "is_wrong"), [(-1, "expired on", True), (5, "expires soon", False), (400, "expires on", False)]
)
def test_the_expiry_of_the_credential_is_told(examine, days, says, is_wrong):
    TenantCredential.everywhere.update(expires_at=timezone.now() + timedelta(days=days))
    found, failed = examine()
    assert says in found["findings"][0]["says"]
    assert ("credential" in failed) is is_wrong


def test_a_certificate_says_itself_when_it_expires(examine, contoso, directory, tmp_path):
    key, certificate = client_certificate()
    directory.application.certificates = [certificate]
    file = tmp_path / "both.pem"
    file.write_text(f"{certificate}\n{key}")
    client_id = directory.application.client_id
    arguments = ["credential", "set", "contoso", "--client-id", client_id, "--certificate", str(file)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    found, failed = examine()
    assert failed == {}
    assert f"expires on {datetime.now(UTC) + timedelta(days=365):%Y-}" in found["findings"][0]["says"]


def test_a_tenant_that_nobody_knows_is_named_with_those_that_are_known(database, contoso):
    answer = CliRunner().invoke(app, ["doctor", "--tenant", "nowhere"])
    assert answer.exit_code == 1
    assert "There is no tenant nowhere. Known: contoso." in answer.stderr


def test_people_read_a_line_for_each_policy_type_and_what_to_grant(examine, directory):
    withdraw(directory, "Scripts")
    answer = CliRunner().invoke(app, ["doctor", "--tenant", "contoso"])
    assert answer.exit_code == 1
    assert "✓ sign-in" in answer.stdout
    line = next(line for line in answer.stdout.splitlines() if "PowerShell script" in line)
    assert line.split()[:2] == ["✗", "✗"]
    assert answer.stdout.rstrip().endswith("DeviceManagementScripts.ReadWrite.All")


def test_no_secret_is_printed(examine, enter):
    enter(secret="Zx8~canary.QwErTy-0123456789abcdef")
    answer = CliRunner().invoke(app, ["doctor", "--tenant", "contoso"])
    assert "canary" not in answer.output
