"""Putting the sample into a database, once."""

from datetime import datetime

from django.conf import settings

from tenantpilot.cli.demo.people_and_places import (
    PEOPLE,
    TENANTS,
    WORKSPACE_NAME,
    WORKSPACE_SLUG,
    SamplePerson,
    SampleTenant,
)
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.readiness import uses_sqlite
from tenantpilot.cli.schema import has_tables
from tenantpilot.core.errors import ReasonedError
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy import services as tenancy
from tenantpilot.tenancy.credentials import open_credential, store_credential
from tenantpilot.tenancy.models import Tenant, TenantCredential, User, Workspace
from tenantpilot.tenancy.roles import Role


def require_no_strangers() -> None:
    """A database with other workspaces is somebody's own: the demo keeps out of it. Raises Problem."""
    if has_tables() and Workspace.objects.exclude(slug=WORKSPACE_SLUG).exists():
        raise Problem(
            f"The database {settings.DATABASES['default']['NAME']} holds workspaces that are not the demo's.",
            "Unset TENANTPILOT_DATABASE_URL, or give the demo a database of its own.",
        )


def database_name() -> str:
    """For people."""
    database = settings.DATABASES["default"]
    return "SQLite" if uses_sqlite() else f"PostgreSQL {database['NAME']} on {database['HOST'] or 'this machine'}"


def prepare_sample(*, now: datetime) -> None:
    """Create missing sample data, and leave existing data as a person may have changed it."""
    workspace = Workspace.objects.filter(slug=WORKSPACE_SLUG).first() or tenancy.create_workspace(
        slug=WORKSPACE_SLUG, name=WORKSPACE_NAME, actor=None, now=now
    )
    for tenant in TENANTS:
        _prepare_tenant(workspace, tenant, now=now)
    for person in PEOPLE:
        if not User.objects.filter(email=person.email).exists():
            _prepare_person(workspace, person, now=now)


def is_missing() -> bool:
    """Return True if the sample is not in the database yet."""
    return not Workspace.objects.filter(slug=WORKSPACE_SLUG).exists()


def person(sample: SamplePerson) -> User:
    return User.objects.get(email=sample.email)


def tenant(sample: SampleTenant) -> Tenant:
    return Tenant.everywhere.select_related("workspace").get(slug=sample.slug)


def never_synced(sample: SampleTenant) -> bool:
    """Return True if its first sync is still to come."""
    runs = OperationRun.everywhere.of_tenant(tenant(sample)).of_type("inventory_sync")
    return not runs.active().exists() and not runs.exclude(outcome=RunOutcome.FAILED).exists()


def _prepare_tenant(workspace: Workspace, sample: SampleTenant, *, now: datetime) -> None:
    tenant = Tenant.everywhere.filter(slug=sample.slug).first() or tenancy.create_tenant(
        workspace=workspace,
        slug=sample.slug,
        name=sample.name,
        entra_tenant_id=sample.entra_tenant_id,
        actor=None,
        now=now,
    )
    if not _can_be_opened(tenant):
        store_credential(
            tenant=tenant,
            kind=TenantCredential.Kind.SECRET,
            client_id=sample.client_id,
            secret=sample.client_secret,
            expires_at=None,
            actor=None,
            now=now,
        )


def _can_be_opened(tenant: Tenant) -> bool:
    """Its key may have gone with the folder while the database stayed."""
    try:
        open_credential(tenant)
    except ReasonedError:
        return False
    return True


def _prepare_person(workspace: Workspace, sample: SamplePerson, *, now: datetime) -> None:
    person = tenancy.create_person(
        email=sample.email,
        display_name=sample.name,
        password=None,
        is_platform_operator=not sample.role,
        actor=None,
        now=now,
    )
    if sample.place:
        place = Tenant.everywhere.get(slug=sample.place)
        tenancy.set_tenant_role(tenant=place, person=person, role=Role(sample.role), actor=None, now=now)
    elif sample.role:
        tenancy.set_workspace_role(workspace=workspace, person=person, role=Role(sample.role), actor=None, now=now)
