"""`tenantpilot stop` and `tenantpilot resume`: for all or for one tenant, and what a copy says when it starts."""

import pytest
from typer.testing import CliRunner

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli import readiness
from tenantpilot.cli.main import app
from tenantpilot.tenancy.models import Installation, Tenant
from tenantpilot.tenancy.stops import installation_stop, notice_copy


@pytest.fixture
def run(database):
    return lambda *words: CliRunner().invoke(app, [*words])


def test_all_work_is_stopped_and_resumed_by_name(run, alice):
    assert run("stop", "--as", alice.email).exit_code == 0
    assert installation_stop() is not None
    assert "already" in run("stop").output
    assert run("resume").exit_code == 0
    assert installation_stop() is None
    entries = AuditLog.objects.filter(action__startswith="installation.").order_by("pk")
    assert list(entries.values_list("action", "actor_id")) == [
        ("installation.stopped", alice.pk),
        ("installation.resumed", None),
    ]


def test_one_tenant_is_stopped_and_resumed(run, contoso, fabrikam):
    assert run("stop", "--tenant", "contoso").exit_code == 0
    assert list(Tenant.everywhere.filter(stopped_at__isnull=False)) == [contoso]
    assert run("resume", "--tenant", "contoso").exit_code == 0
    assert not Tenant.everywhere.filter(stopped_at__isnull=False).exists()


def test_a_tenant_that_is_not_there_is_named(run, contoso):
    answer = run("stop", "--tenant", "nowhere")
    assert (answer.exit_code, installation_stop()) == (1, None)


def test_sec_10_a_process_that_starts_in_a_copy_stops_all_work_and_says_so(database, now, monkeypatch, capsys):
    monkeypatch.setattr(readiness, "require_migrated", lambda: None)
    notice_copy(now=now)
    Installation.objects.update(database_identity="another")
    readiness.require_ready()
    assert "tenantpilot resume" in capsys.readouterr().err
    assert "copied or restored" in installation_stop().text
