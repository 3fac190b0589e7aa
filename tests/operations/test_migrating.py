"""What migrations make of rows that are there, and of the guards of a table that they change.

One test: the way back and forth takes seconds.
"""

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


def test_the_way_back_and_forth_keeps_rows_and_makes_guards_and_indexes_anew(own_database):
    tenant, before = told(), indexes_of_runs()
    call_command("migrate", "operations", "0005_daily_slots", verbosity=0)
    assert indexes_of_runs() != before
    assert "tenant_id" not in columns_of_notifications()
    call_command("migrate", "operations", "0008_seconds_spent", verbosity=0)
    assert "outcome" not in columns_of_type_index()
    break_index_of_types_off()
    call_command("migrate", verbosity=0)
    assert Notification.everywhere.get().tenant_id == tenant.pk
    assert set(EXPECTED_TRIGGERS[connection.vendor]) - triggers() == set()
    assert columns_of_type_index()[-1] == "outcome"
    assert indexes_of_runs() == before
    assert its_indexes_are_there()


def columns_of_notifications() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "notifications")}


BROKEN_OFF = {
    "sqlite": "DROP INDEX operation_run_of_type_ix",
    "postgresql": "CREATE INDEX operation_run_of_type_ix_new ON operation_runs (id)",
}


def break_index_of_types_off() -> None:
    """Leave what an upgrade leaves that ended between its two steps."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_OFF[connection.vendor])


def columns_of_type_index() -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "operation_runs")
    return list(found["operation_run_of_type_ix"]["columns"])


def indexes_of_runs() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "operation_runs")
    return {name: facts["columns"] for name, facts in found.items() if facts["index"]}
