"""Two workspaces in a database of their own, seen through a role that the policies bind."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connections

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.models import RunProgress
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.isolation import EVERYTHING, NOTHING, everything, set_process_scope
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.postgresql.base import DatabaseWrapper
from tenantpilot.tenancy.roles import Role
from tenantpilot.tenancy.row_security import turn_on
from tests.databases import PostgresTemplates
from tests.tenancy.row_security.tables import NOON


class Protected:
    """The tenant of each workspace, and a person who is a member of ours."""

    def __init__(self) -> None:
        self.ours, self.theirs = (self._fill(name) for name in ("ours", "theirs"))
        self.person = User.objects.get(email="ours@example.test")

    def _fill(self, name: str) -> Tenant:
        workspace = Workspace.objects.create(slug=name, name=name)
        tenant: Tenant = Tenant.everywhere.create(
            workspace=workspace, slug=name, name=name, entra_tenant_id=uuid4(), created_at=NOON
        )
        person = User.objects.create_user(f"{name}@example.test", "correct horse battery", display_name=name)
        TenantMember.everywhere.create(workspace=workspace, tenant=tenant, user=person, role=Role.OPERATOR)
        self._sync(tenant, person)
        return tenant

    def _sync(self, tenant: Tenant, person: User) -> None:
        service = OperationRunService()
        run = start_sync(tenant=tenant, initiator=person, now=NOON).run
        lease = service.claim(run.pk, owner="w", now=NOON).lease
        RunProgress.objects.get_or_create(run=run, defaults={"updated_at": NOON})
        service.finish(lease, Ending(RunOutcome.SUCCEEDED), now=NOON)
        seen = {"first_seen_at": NOON, "last_seen_at": NOON, "changed_at": NOON, "last_seen_run": run}
        Policy.everywhere.create(
            workspace=tenant.workspace, tenant=tenant, type="x", graph_id="1", name=f"{tenant.name} canary", **seen
        )


@pytest.fixture(scope="module")
def two_workspaces(templates: PostgresTemplates, django_db_blocker) -> Iterator[tuple[Protected, DatabaseWrapper]]:
    """One database for the whole module: what a test writes there is refused, or rolled back."""
    made, role = templates.create(), f"tp_app_{uuid4().hex[:10]}"
    whole = {**connections["default"].settings_dict, "NAME": made.name}
    owner = DatabaseWrapper(whole, "default")
    app = DatabaseWrapper({**whole, "USER": role, "PASSWORD": ""}, "default")
    with django_db_blocker.unblock():
        owner.cursor().execute(f"CREATE ROLE {role} LOGIN")
        with _default_is(owner), everything():
            found = Protected()
            turn_on(owner, role=role)
        yield found, app
        app.close()
        owner.cursor().execute(f"DROP OWNED BY {role}")
        owner.cursor().execute(f"DROP ROLE {role}")
        owner.close()
        templates.drop(made)


@pytest.fixture
def protected(two_workspaces: tuple[Protected, DatabaseWrapper]) -> Iterator[Protected]:
    """As the web server sees it: without a scope and a person, nothing."""
    found, app = two_workspaces
    set_process_scope(NOTHING)
    with _default_is(app):
        yield found
    set_process_scope(EVERYTHING)


@contextmanager
def _default_is(wrapper: DatabaseWrapper) -> Iterator[None]:
    before = connections["default"]
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = before
