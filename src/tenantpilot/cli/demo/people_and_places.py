"""The people and tenants of the demo. Needs no Django."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class SampleTenant:
    """A tenant of the workspace, and the application by which TenantPilot reads it.

    `policies` is what an inventory of it counts: `groups` and what Microsoft ships are among them.
    """

    slug: str
    name: str
    policies: int
    groups: int
    seed: int
    entra_tenant_id: UUID
    client_id: UUID
    client_secret: str


@dataclass(frozen=True)
class SamplePerson:
    """The role holds in the tenant `place`, or without one in the workspace. Without a role: platform operator."""

    email: str
    name: str
    standing: str
    role: str = ""
    place: str = ""


WORKSPACE_SLUG, WORKSPACE_NAME = "northwind", "Northwind MSP"

CONTOSO = SampleTenant(
    slug="contoso",
    name="Contoso",
    policies=200,
    groups=26,
    seed=1,
    entra_tenant_id=UUID("c0c0c0c0-0000-4000-8000-00000000c0de"),
    client_id=UUID("c0c0c0c0-0000-4000-8000-0000000000a1"),
    client_secret="simulated-secret-of-contoso",  # noqa: S106 of a simulated tenant
)
FABRIKAM = SampleTenant(
    slug="fabrikam",
    name="Fabrikam",
    policies=64,
    groups=12,
    seed=2,
    entra_tenant_id=UUID("fab00000-0000-4000-8000-00000000c0de"),
    client_id=UUID("fab00000-0000-4000-8000-0000000000a1"),
    client_secret="simulated-secret-of-fabrikam",  # noqa: S106 of a simulated tenant
)
TENANTS = (CONTOSO, FABRIKAM)

OLIVIA = SamplePerson("olivia@northwind.example", "Olivia", "owner of Northwind MSP", role="owner")
OSCAR = SamplePerson("oscar@northwind.example", "Oscar", "operator of Contoso", role="operator", place="contoso")
RITA = SamplePerson("rita@northwind.example", "Rita", "reader of Contoso", role="readonly", place="contoso")
FARID = SamplePerson("farid@northwind.example", "Farid", "operator of Fabrikam only", role="operator", place="fabrikam")
PAT = SamplePerson("pat@platform.example", "Pat", "platform operator, sees no tenant")
PEOPLE = (OLIVIA, OSCAR, RITA, FARID, PAT)
