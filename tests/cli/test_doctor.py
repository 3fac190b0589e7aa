"""`tenantpilot doctor` finds what is wrong, and says what to do."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from typer.testing import CliRunner

from tenantpilot.audit.guards import EXPECTED_TRIGGERS as OF_AUDIT
from tenantpilot.cli import schema
from tenantpilot.cli.checks import installation, work
from tenantpilot.cli.checks.database import expected_guards
from tenantpilot.cli.checks.finding import Check, Verdict
from tenantpilot.cli.main import app
from tenantpilot.cli.problems import Problem
from tenantpilot.operations.guards import EXPECTED_TRIGGERS as OF_OPERATIONS
from tenantpilot.operations.models import ProcessHeartbeat
from tenantpilot.tenancy import owned_keys, stops
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.guards import EXPECTED_TRIGGERS as OF_TENANCY
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.guards import EXPECTED_TRIGGERS as OF_VERSIONS
from tests.databases import IS_POSTGRESQL
from tests.operations.kit import WORK, WorkInputs
from tests.people import member, new_workspace

CLIENT = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def healthy(own_database, settings, data_dir):
    settings.DATA_DIR = data_dir
    for role in ("worker", "scheduler"):
        alive(role, timezone.now())


@pytest.fixture
def examine(healthy):
    """The failed checks, by name."""

    def run() -> dict[str, dict[str, str]]:
        answer = CliRunner().invoke(app, ["doctor", "--json"])
        failed = {found["check"]: found for found in json.loads(answer.stdout) if found["verdict"] == "failed"}
        assert answer.exit_code == (1 if failed else 0)
        assert all(found["remedy"] for found in failed.values())
        return failed

    return run


def alive(role: str, when, queues: str = "interactive,scheduled,bulk") -> None:
    ProcessHeartbeat.objects.update_or_create(
        name=role, defaults={"role": role, "queues": queues, "started_at": when, "seen_at": when}
    )


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def keys_of_models():
    return owned_keys.owned_keys(owned_keys.our_models())


def test_it_finds_nothing_in_a_healthy_installation(examine):
    assert examine() == {}


def test_a_guard_that_is_gone_is_named(examine):
    execute("DROP TRIGGER audit_no_change" + (" ON audit_log" if IS_POSTGRESQL else ""))
    assert "audit_no_change" in examine()["guards"]["says"]


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite's triggers cannot be switched off")
def test_a_guard_that_is_switched_off_is_named(examine):
    execute("ALTER TABLE audit_log DISABLE TRIGGER audit_no_change")
    assert "audit_no_change" in examine()["guards"]["says"]


def test_sec_03_keys_that_a_killed_migration_left_out_are_named_and_come_back(examine):
    """Of SQLite all of them go before a migration; on PostgreSQL a row of before may have kept one out."""
    key = next(key for key in keys_of_models() if key.column == "last_seen_run_id")
    for statement in key.remove[connection.vendor]:
        execute(statement)
    finding = examine()["keys between tables"]
    assert (key.name in finding["says"], finding["remedy"]) == (True, "Run: tenantpilot migrate")
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    assert owned_keys.missing_keys(connection) == []
    assert examine() == {}


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite looks at new rows alone")
def test_a_row_that_keeps_a_key_out_is_named_by_migrate(healthy, contoso):
    [key] = [key for key in keys_of_models() if key.name == "tenant_members_tenant_id_same_workspace"]
    for statement in key.remove[connection.vendor]:
        execute(statement)
    person, elsewhere = member(contoso, "mary", Role.OPERATOR), new_workspace("elsewhere", "Elsewhere")
    execute(f"UPDATE tenant_members SET workspace_id = {elsewhere.pk} WHERE user_id = {person.pk}")
    with pytest.raises(Problem, match=r"break a key between two tables: .*same_workspace"):
        schema.migrate()


def test_an_index_that_is_gone_is_named(examine):
    execute("DROP INDEX operation_run_one_active_per_identity")
    assert "operation_run_one_active_per_identity" in examine()["indexes"]["says"]


only_on_postgresql = pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has neither sessions nor a compiler")


@only_on_postgresql
@pytest.mark.parametrize(("found", "told"), [("0", "never ended"), ("60s", "ended after 60 s")])
def test_a_limit_that_a_pooler_kept_to_itself_is_seen(examine, settings, found, told):
    """The session has what its role says, and nothing of what was asked for as it was made."""
    settings.IDLE_TRANSACTION_SECONDS = 30
    execute(f"SET idle_in_transaction_session_timeout = '{found}'")
    seen = examine()["transactions"]
    assert f"{told}, and not after 30 s" in seen["says"]
    assert re.search("ALTER ROLE .* SET idle_in_transaction_session_timeout = '30 s'", seen["remedy"])


@only_on_postgresql
@pytest.mark.parametrize("asked", [0, 30])
def test_a_limit_of_the_role_is_as_good(examine, settings, asked):
    settings.IDLE_TRANSACTION_SECONDS = asked
    execute("SET idle_in_transaction_session_timeout = '30s'")
    assert examine() == {}


@only_on_postgresql
def test_a_database_that_compiles_again_is_seen(examine, own_database):
    execute(f"ALTER DATABASE {own_database.name} RESET jit")
    connection.close()
    assert f'ALTER DATABASE "{own_database.name}" SET jit = off' in examine()["compiling"]["remedy"]


def test_a_migration_that_is_missing_stops_it_from_looking_further(examine):
    newest = "SELECT max(name) FROM django_migrations WHERE app = 'inventory'"
    execute(f"DELETE FROM django_migrations WHERE app = 'inventory' AND name = ({newest})")
    failed = examine()
    assert list(failed) == ["migrations"]
    assert failed["migrations"]["remedy"] == "Run: tenantpilot migrate"


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_a_process_that_went_silent_is_missed(examine, role):
    alive(role, timezone.now() - timedelta(minutes=5))
    assert f"tenantpilot {role}" in examine()[f"{role}s" if role == "worker" else role]["remedy"]


@pytest.mark.parametrize("without", ["interactive", "scheduled", "bulk"])
def test_a_queue_without_a_worker_is_named(examine, without):
    alive("worker", timezone.now(), ",".join({"interactive", "scheduled", "bulk"} - {without}))
    failed = examine()["workers"]
    assert failed["says"].startswith(f"No worker takes jobs of: {without}.")
    assert failed["remedy"].endswith(f"tenantpilot worker --queue {without}")


def test_a_queue_that_does_not_move_is_seen(examine, contoso, monkeypatch):
    from tenantpilot.operations.service import OperationRunService
    from tenantpilot.operations.types import operation_types

    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    long_ago = timezone.now() - timedelta(minutes=20)
    OperationRunService().start(WORK, tenant=contoso, initiator=None, inputs=WorkInputs("a"), now=long_ago)
    assert "1 runs wait, the oldest for 20 minutes" in examine()["queue"]["says"]


def test_a_credential_that_no_key_opens_is_named(examine, contoso, settings):
    store_credential(
        tenant=contoso, kind="secret", client_id=CLIENT, secret="s", expires_at=None, actor=None, now=timezone.now()
    )
    assert "credentials" not in examine()
    settings.SEALING_KEYS = ["other:" + "B" * 42 + "8="]
    assert "contoso" in examine()["credentials"]["says"]


def test_keys_that_are_nowhere_are_not_ticked(settings, tmp_path):
    """A tick means that something was looked at."""
    settings.DATA_DIR = tmp_path
    assert installation.keys_are_private() == "held in the environment"
    settings.KEYS_ARE_IN_ENVIRONMENT = False
    finding = Check("keys", installation.keys_are_private).run()
    assert (finding.verdict, finding.says) == (Verdict.NOT_CHECKED, "not checked: there are no keys yet")


def test_keys_that_others_may_read_are_named(examine, data_dir):
    (data_dir / "sealing.keys").chmod(0o644)
    assert examine()["keys"]["remedy"] == f"Run: chmod 600 {data_dir / 'sealing.keys'}"


def test_a_placeholder_for_a_secret_key_is_refused(examine, settings):
    settings.SECRET_KEY = "not-a-secret-only-for-commands-before-setup"
    assert examine()["settings"]["remedy"] == "Run: tenantpilot setup"


def test_a_disk_that_is_nearly_full_is_seen(examine, monkeypatch):
    monkeypatch.setattr("tenantpilot.cli.checks.installation.LEAST_FREE_BYTES", 2**60)
    assert "MB are free" in examine()["data folder"]["says"]


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_every_guard_that_a_room_names_is_looked_for(vendor):
    named = {name for room in (OF_AUDIT, OF_OPERATIONS, OF_TENANCY, OF_VERSIONS) for name in room[vendor]}
    assert named <= expected_guards(vendor)
    assert any(name.startswith("policies_") for name in expected_guards(vendor))


def test_people_read_it_as_lines_with_what_to_do(healthy):
    ProcessHeartbeat.objects.all().delete()
    answer = CliRunner().invoke(app, ["doctor"])
    assert answer.exit_code == 1
    assert "✗ workers" in answer.stdout
    assert "→ Run: tenantpilot serve" in answer.stdout


def test_the_doctor_says_that_work_is_stopped_and_how_to_go_on(database, contoso, now):
    """SEC-10."""
    assert work.work_is_not_stopped() == "no work is stopped"
    stops.stop_tenant(contoso, actor=None, now=now)
    assert work.work_is_not_stopped().endswith(": contoso")
    stops.stop_installation(actor=None, now=now, reason=stops.StopReason.COPIED)
    with pytest.raises(Problem, match="copied or restored") as problem:
        work.work_is_not_stopped()
    assert "tenantpilot resume" in problem.value.remedy


@only_on_postgresql
def test_more_connections_than_the_server_has_are_told_before_it_refuses_one(examine):
    assert "connections" not in examine()
    for number in range(200):
        ProcessHeartbeat.objects.create(
            name=f"worker@{number}", role="worker", places=4, started_at=timezone.now(), seen_at=timezone.now()
        )
    assert "may need 10" in examine()["connections"]["says"]
