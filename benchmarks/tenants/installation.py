"""An installation with many tenants, each with a directory of its own at the simulator."""

from typing import Any
from uuid import UUID, uuid4

POLICIES = 60


def installation(simulator: Any, number: int) -> list[Any]:
    """Return the tenants of one workspace."""
    from django.utils import timezone
    from intunesim import Plan, generate

    from tenantpilot.tenancy import services as tenancy
    from tenantpilot.tenancy.credentials import store_credential
    from tenantpilot.tenancy.models import Tenant

    now = timezone.now()
    workspace = tenancy.create_workspace(slug="bench", name="Bench", actor=None, now=now)
    places = []
    for index in range(number):
        entra_tenant_id = uuid4()
        directory = simulator.add_tenant(f"Tenant {index}", tenant_id=str(entra_tenant_id))
        generate(directory, Plan(policies=POLICIES, seed=index), now=simulator.clock.now())
        tenant = Tenant.everywhere.create(
            workspace=workspace,
            slug=f"t{index}",
            name=f"Tenant {index}",
            entra_tenant_id=entra_tenant_id,
            created_at=now,
        )
        application = directory.application
        store_credential(
            tenant=tenant, kind="secret", client_id=UUID(application.client_id), secret=application.secrets[0].value,
            expires_at=None, actor=None, now=now,
        )  # fmt: skip
        places.append(tenant)
    return places


def person_of(workspace: Any, number: int) -> Any:
    """Return somebody who may click in every tenant."""
    from tenantpilot.tenancy.models import User, WorkspaceMember
    from tenantpilot.tenancy.roles import Role

    person = User.objects.create(email=f"bench{number}@example.com", display_name=f"Bench {number}")
    WorkspaceMember.everywhere.create(workspace=workspace, user=person, role=Role.OPERATOR)
    return person
