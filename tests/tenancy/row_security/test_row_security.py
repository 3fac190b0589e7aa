"""SEC-03, the third layer: PostgreSQL itself keeps one workspace from another, whatever a query forgets."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import uuid4

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django_scopes import scope, scopes_disabled

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun, RunEvent, RunProgress
from tenantpilot.tenancy import row_security
from tenantpilot.tenancy.isolation import (
    across_workspaces,
    everything,
    of_person,
)
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.row_security import RowSecurityRefused, inspect, protected_tables, turn_off, turn_on
from tenantpilot.tenancy.services import ShortNameTaken, create_tenant
from tenantpilot.web.tenants.forms import free_slug
from tests.tenancy.row_security.tables import NOON, OURS, PROTECTED, everything_of, only_on_postgresql


@contextmanager
def _role_that_may_become(owner: str) -> Iterator[str]:
    role = f"tp_member_{uuid4().hex[:10]}"
    connection.cursor().execute(f"CREATE ROLE {role} IN ROLE {owner}")
    try:
        yield role
    finally:
        connection.cursor().execute(f"DROP ROLE {role}")


def test_sec_03_every_table_of_ours_has_a_policy_or_is_named_as_open():
    named = {table.table for table in protected_tables()} | row_security.OPEN
    assert named == {model._meta.db_table for model in OURS}


@only_on_postgresql
@pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
def test_sec_03_without_a_reach_no_table_shows_a_row(protected, model):
    assert not everything_of(model).exists()


@only_on_postgresql
@pytest.mark.parametrize(
    "model", [Workspace, Tenant, OperationRun, RunEvent, RunProgress, Notification, Policy, AuditLog, TenantMember]
)
def test_sec_03_a_scope_shows_its_own_rows_and_only_those(protected, model):
    with everything():
        both = everything_of(model).count()
    with scope(workspace=protected.ours.workspace):
        own = everything_of(model).count()
    assert (own, both) == (1, 2) if own == 1 else 0 < own < both


@only_on_postgresql
def test_sec_03_every_way_around_the_scope_meets_the_policy(protected):
    """Those that django-scopes does not stop: base managers, traversal, disabled scopes, raw SQL."""
    theirs = protected.theirs
    with scope(workspace=protected.ours.workspace):
        assert not OperationRun._base_manager.filter(tenant=theirs).exists()
        assert not theirs.operation_runs.exists()
        assert not Policy.everywhere.filter(tenant__slug="theirs").exists()
        assert not User.objects.filter(tenant_memberships__tenant=theirs).exists()
        with scopes_disabled():
            assert not Policy.objects.filter(tenant=theirs).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM policies WHERE workspace_id = %s", [theirs.workspace_id])
            assert cursor.fetchone() == (0,)


@only_on_postgresql
def test_sec_03_nothing_is_written_into_another_workspace(protected):
    theirs = protected.theirs
    with scope(workspace=protected.ours.workspace):
        assert Policy.everywhere.filter(tenant=theirs).update(name="taken") == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            start_sync(tenant=theirs, initiator=None, now=NOON)
        with pytest.raises(ProgrammingError, match="row-level security"):
            everything_of(Policy).update(workspace=theirs.workspace_id)


@only_on_postgresql
def test_a_person_reaches_what_their_memberships_reach(protected):
    with of_person(lambda: protected.person.pk):
        assert [tenant.slug for tenant in Tenant.everywhere.all()] == ["ours"]
        with everything():
            assert Tenant.everywhere.count() == 2
        with scope(workspace=protected.theirs.workspace):
            assert [tenant.slug for tenant in Tenant.everywhere.all()] == ["theirs"]
            with across_workspaces():
                assert [tenant.slug for tenant in Tenant.everywhere.all()] == ["ours"]
    with of_person(lambda: None):
        assert not Tenant.everywhere.exists()


@only_on_postgresql
def test_a_scope_entered_within_everything_narrows_it_again(protected):
    with everything(), scope(workspace=protected.ours.workspace):
        assert Tenant.everywhere.count() == 1


@only_on_postgresql
def test_a_scope_over_several_workspaces_reaches_them_and_an_empty_one_nothing(protected):
    with scope(workspace=[protected.ours.workspace, protected.theirs.workspace]):
        assert Tenant.everywhere.count() == 2
    with everything(), scope(workspace=[]):
        assert not Tenant.everywhere.exists()


@only_on_postgresql
@pytest.mark.parametrize("in_transaction", [False, True])
def test_the_reach_does_not_outlive_its_scope(protected, in_transaction):
    with transaction.atomic() if in_transaction else nullcontext():
        with scope(workspace=protected.ours.workspace):
            assert Tenant.everywhere.exists()
        assert not Tenant.everywhere.exists()


@only_on_postgresql
def test_a_savepoint_that_is_rolled_back_brings_no_older_reach_back(protected):
    with transaction.atomic():
        with everything():
            Tenant.everywhere.count()
        with scope(workspace=protected.ours.workspace), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute("SELECT 1/0")
        assert not Tenant.everywhere.exists()


@only_on_postgresql
def test_batches_and_cursors_in_the_server_are_bound_too(protected):
    with scope(workspace=protected.ours.workspace):
        assert [tenant.slug for tenant in Tenant.everywhere.iterator(chunk_size=1)] == ["ours"]
        with transaction.atomic():
            assert [tenant.slug for tenant in Tenant.everywhere.iterator(chunk_size=1)] == ["ours"]
        with connection.cursor() as cursor:
            slugs = [(name,) for name in ("ours", "theirs")]
            cursor.executemany("UPDATE policies SET description = 'x' FROM tenants WHERE tenants.slug = %s", slugs)
    with everything():
        assert not Policy.everywhere.filter(description="x", tenant=protected.theirs).exists()


@only_on_postgresql
def test_a_list_still_reads_its_index(protected):
    """The policy is asked once a query (an initplan), and does not turn the plan into a scan of all rows."""
    rows = OperationRun.everywhere.of_tenant(protected.ours).newest_first()[:50]
    with scope(workspace=protected.ours.workspace), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()
    assert "operation_run_of_t" in plan
    assert "InitPlan" in plan
    assert "tenantpilot_reach()" not in plan.split("InitPlan")[0]


@only_on_postgresql
def test_the_audit_log_can_only_be_appended_to(protected):
    with everything(), pytest.raises(ProgrammingError, match="permission denied"):
        AuditLog.objects.update(action="nothing happened")


@only_on_postgresql
def test_the_doctor_sees_that_the_role_is_bound(protected):
    found = inspect(connection)
    assert found.protects
    assert found.role.startswith("tp_app_")


@only_on_postgresql
def test_turning_on_refuses_a_role_that_no_policy_would_bind(own_database):
    """The superuser of the tests is one, the owner another; a role that does not exist is told as well."""
    with pytest.raises(RowSecurityRefused, match="SUPERUSER"):
        turn_on(connection, role=connection.settings_dict["USER"])
    owner = connection.settings_dict["USER"]
    with _role_that_may_become(owner) as role, pytest.raises(RowSecurityRefused, match="owner"):
        turn_on(connection, role=role)
    with pytest.raises(RowSecurityRefused, match="no database role"):
        turn_on(connection, role="nobody_of_this_name")
    assert inspect(connection).unprotected
    turn_off(connection)


@only_on_postgresql
def test_sec_03_a_short_name_of_another_customer_is_taken_and_says_no_more(protected):
    with of_person(lambda: protected.person.pk):
        assert free_slug("Theirs") == "theirs-2"
        with pytest.raises(ShortNameTaken):
            create_tenant(
                workspace=protected.ours.workspace,
                slug="theirs",
                name="Theirs",
                entra_tenant_id=uuid4(),
                actor=protected.person,
                now=NOON,
            )
