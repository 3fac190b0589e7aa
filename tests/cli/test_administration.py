"""`tenantpilot add`, `credential` and `sync`: from an empty installation to a queued sync."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands.add import CloudName
from tenantpilot.cli.main import app
from tenantpilot.graph.clouds import CLOUDS
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.access import resolve_tenant
from tenantpilot.tenancy.credentials import open_credential
from tenantpilot.tenancy.models import Tenant, TenantCredential, User
from tenantpilot.tenancy.roles import Role

DIRECTORY = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def tenantpilot(database):
    def run(*arguments, stdin=""):
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return run


def test_a_tenant_is_set_up_from_nothing(tenantpilot, contoso):
    assert tenantpilot("add", "workspace", "tailspin", "--title", "Tailspin").exit_code == 0
    made = tenantpilot("add", "tenant", "toys", "--title", "Toys", "--workspace", "tailspin", "--directory", DIRECTORY)
    assert made.exit_code == 0
    tenantpilot("add", "person", "nina@toys.example", "--name", "Nina", stdin="a long enough secret\n")
    tenantpilot("add", "member", "nina@toys.example", "--tenant", "toys", "--role", "operator")
    nina = User.objects.get(email="nina@toys.example")
    assert resolve_tenant(nina, "toys").role is Role.OPERATOR
    assert nina.check_password("a long enough secret")


def test_a_client_secret_comes_from_stdin_and_is_sealed(tenantpilot, contoso):
    done = tenantpilot("credential", "set", "contoso", "--client-id", DIRECTORY, stdin="the~Secret\n")
    assert done.exit_code == 0
    assert "the~Secret" not in done.output
    assert open_credential(contoso).secret == "the~Secret"
    assert b"Secret" not in bytes(TenantCredential.everywhere.get().sealed)


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (
            ["add", "tenant", "contoso", "--title", "C", "--workspace", "northwind", "--directory", DIRECTORY],
            "",
            "Choose another short name",
        ),
        (
            ["add", "tenant", "x", "--title", "C", "--workspace", "nowhere", "--directory", DIRECTORY],
            "",
            "There is no workspace nowhere",
        ),
        (
            ["add", "tenant", "x y", "--title", "C", "--workspace", "northwind", "--directory", DIRECTORY],
            "",
            "small letters",
        ),
        (["add", "person", "not-an-address", "--name", "N"], "pw\n", "Write an address"),
        (["add", "person", "n@x.example", "--name", "N"], "short\n", "Choose another password"),
        (["add", "person", "n@x.example", "--name", "N"], "", "empty"),
        (["add", "member", "nobody@x.example", "--tenant", "contoso", "--role", "owner"], "", "Nobody has the address"),
        (["add", "member", "nobody@x.example", "--role", "owner"], "", "A role is given in one place"),
        (["credential", "set", "contoso", "--client-id", DIRECTORY], "", "empty"),
        (["sync", "nowhere"], "", "There is no tenant nowhere"),
        (["sync", "contoso", "--type", "floppyDisk"], "", "There is no policy type floppyDisk"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_what_to_do(tenantpilot, contoso, arguments, stdin, says):
    refused = tenantpilot(*arguments, stdin=stdin)
    assert refused.exit_code == 1
    assert says in " ".join(refused.output.split())
    assert "Traceback" not in refused.output


def test_a_reader_cannot_start_a_sync_from_the_shell_either(tenantpilot, contoso, bob):
    refused = tenantpilot("sync", "contoso", "--as", bob.email)
    assert refused.exit_code == 1
    assert "may not sync Contoso" in " ".join(refused.output.split())
    assert not OperationRun.everywhere.exists()


def test_ops_26_asking_twice_joins_the_run_and_says_so(tenantpilot, contoso, alice):
    first = tenantpilot("sync", "contoso", "--as", alice.email)
    second = tenantpilot("sync", "contoso", "--as", alice.email)
    assert "already queued" in second.output
    assert OperationRun.everywhere.get().initiator == alice
    assert first.exit_code == second.exit_code == 0


def test_a_tenant_of_a_national_cloud_is_reached_at_its_own_hosts(tenantpilot, northwind):
    names = [one.name for one in CLOUDS]
    assert names == [one.value for one in CloudName]
    options = ["--title", "Toys", "--workspace", "northwind", "--directory", DIRECTORY, "--cloud", "china"]
    assert tenantpilot("add", "tenant", "toys", *options).exit_code == 0
    toys = Tenant.everywhere.get(slug="toys")
    assert (toys.login_url, toys.graph_url) == (
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    )


def test_somebody_is_invited_removed_and_let_back_in_at_a_shell(tenantpilot, contoso, alice, olivia):
    invited = tenantpilot("invite", "nadia@x.example", "--tenant", "contoso", "--role", "manager")
    assert invited.exit_code == 0
    assert "/auth/invitations/" in invited.output
    recovered = tenantpilot("person", "recover", alice.email, "--second-factor")
    assert "/auth/recovery/" in recovered.output
    removed = tenantpilot("person", "remove", alice.email, "--workspace", "northwind")
    assert "Alice is no member of northwind" in removed.output
    refused = tenantpilot("person", "remove", olivia.email, "--workspace", "northwind")
    assert (refused.exit_code, "is the last owner" in " ".join(refused.output.split())) == (1, True)
