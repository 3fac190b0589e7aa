"""What migrations make of rows that are there, and of the guards of a table that they change."""

import pytest
from django.core.management import call_command
from django.db import connection

from tenantpilot.cli.checks.database import its_indexes_are_there
from tenantpilot.operations.guards import EXPECTED_TRIGGERS
from tenantpilot.operations.models import Notification
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.roles import Role
from tests.operations.kit import Engine

pytestmark = pytest.mark.database


def told() -> Tenant:
    """A run of somebody in a tenant that has ended."""
    space = Workspace.objects.create(slug="adatum", name="Adatum")
    tenant = Tenant.everywhere.create(workspace=space, slug="adatum", name="Adatum", entra_tenant_id="3" * 32)
    person = User.objects.create_user("anna@adatum.example", display_name="Anna")
    TenantMember.everywhere.create(workspace=space, tenant=tenant, user=person, role=Role.OPERATOR)
    Engine(tenant).completed(person)
    return tenant


def triggers() -> set[str]:
    of_tables = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    asked = of_tables if connection.vendor == "sqlite" else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


def test_a_notification_gets_the_tenant_of_its_run_and_every_guard_is_there_again(own_database):
    tenant = told()
    call_command("migrate", "operations", "0006_list_indexes", verbosity=0)
    assert "tenant_id" not in columns_of_notifications()
    call_command("migrate", verbosity=0)
    assert Notification.everywhere.get().tenant_id == tenant.pk
    assert set(EXPECTED_TRIGGERS[connection.vendor]) - triggers() == set()


def columns_of_notifications() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "notifications")}


BROKEN_OFF = {
    "sqlite": "DROP INDEX operation_run_of_type_ix",
    "postgresql": "CREATE INDEX operation_run_of_type_ix_new ON operation_runs (id)",
}


def test_the_index_of_types_is_made_anew_also_after_it_was_broken_off(own_database):
    call_command("migrate", "operations", "0008_seconds_spent", verbosity=0)
    assert "outcome" not in columns_of_type_index()
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_OFF[connection.vendor])
    call_command("migrate", verbosity=0)
    assert columns_of_type_index()[-1] == "outcome"
    assert its_indexes_are_there()


def columns_of_type_index() -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "operation_runs")
    return list(found["operation_run_of_type_ix"]["columns"])


def test_every_index_is_there_again_after_the_way_back(own_database):
    before = indexes_of_runs()
    call_command("migrate", "operations", "0005_daily_slots", verbosity=0)
    assert indexes_of_runs() != before
    call_command("migrate", verbosity=0)
    assert indexes_of_runs() == before
    assert its_indexes_are_there()


def indexes_of_runs() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "operation_runs")
    return {name: facts["columns"] for name, facts in found.items() if facts["index"]}
