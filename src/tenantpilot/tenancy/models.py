"""Workspaces, tenants, members and credentials."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from tenantpilot.core.owned import TenantOwned, WorkspaceOwned, scoped, unscoped
from tenantpilot.tenancy.attempt_counts import AttemptCount
from tenantpilot.tenancy.emergency_accounts import EmergencyAccount
from tenantpilot.tenancy.links import AccountLink, Invitation
from tenantpilot.tenancy.people import User, UserManager
from tenantpilot.tenancy.roles import Role

__all__ = [
    "AccountLink",
    "AttemptCount",
    "EmergencyAccount",
    "GraphBudget",
    "Installation",
    "Invitation",
    "Tenant",
    "TenantCredential",
    "TenantMember",
    "User",
    "UserManager",
    "Workspace",
    "WorkspaceMember",
]

# Microsoft's global cloud. A tenant of a national one has other hosts.
LOGIN_URL, GRAPH_URL = "https://login.microsoftonline.com", "https://graph.microsoft.com"


class Workspace(models.Model):
    """A company or a provider: the outermost border that nothing crosses."""

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "workspaces"

    def __str__(self) -> str:
        return self.name


class TenantQuerySet(models.QuerySet["Tenant"]):
    """Questions about tenants."""

    def visible_to(self, person: User) -> "TenantQuerySet":
        """Tenants of which the person is a member, directly or through the workspace."""
        direct = TenantMember.everywhere.filter(user=person).values("tenant_id")
        through = WorkspaceMember.everywhere.filter(user=person).values("workspace_id")
        return self.filter(models.Q(pk__in=direct) | models.Q(workspace_id__in=through))

    def with_stop_of_all(self) -> "TenantQuerySet":
        """Each brings along if all work is stopped; read by `stops.stop_of`."""
        return self.annotate(**stop_of_all())

    def by_name(self) -> "TenantQuerySet":
        return self.order_by("name", "pk")


class Tenant(WorkspaceOwned):
    """An Entra directory. `slug` is its name in addresses, across workspaces."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="tenants")
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=120)
    entra_tenant_id = models.UUIDField()
    login_url = models.URLField(default=LOGIN_URL)
    graph_url = models.URLField(default=GRAPH_URL)
    created_at = models.DateTimeField(default=timezone.now)
    # Since when no run of the tenant is taken up; see `stops`.
    stopped_at = models.DateTimeField(null=True, blank=True)
    # The application in the directory, as far as a person has entered it; the credential repeats it.
    application_id = models.UUIDField(null=True, blank=True)
    # When Microsoft first let TenantPilot in. Until then the tenant is not connected.
    signed_in_at = models.DateTimeField(null=True, blank=True)
    # Permissions to write are asked for only where restores are wanted.
    restores_wanted_at = models.DateTimeField(null=True, blank=True)
    # An archived tenant is stopped as well; see `operations.offboarding`.
    archived_at = models.DateTimeField(null=True, blank=True)
    # Since when its rows are deleted. The database refuses to take it back; see `operations.offboarding.removing`.
    removal_began_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TenantQuerySet] = scoped(TenantQuerySet)
    everywhere: ClassVar[TenantQuerySet] = unscoped(TenantQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "tenants"
        constraints = [
            models.UniqueConstraint(fields=["id", "workspace"], name="tenant_of_workspace"),
            models.UniqueConstraint(fields=["workspace", "entra_tenant_id"], name="tenant_once_per_workspace"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_connected(self) -> bool:
        """Say if TenantPilot has signed in to the directory at least once."""
        return self.signed_in_at is not None


class WorkspaceMember(WorkspaceOwned):
    """A person's role in every tenant of a workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="workspace_memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    objects: ClassVar[models.QuerySet["WorkspaceMember"]] = scoped(models.QuerySet["WorkspaceMember"])
    everywhere: ClassVar[models.QuerySet["WorkspaceMember"]] = unscoped(models.QuerySet["WorkspaceMember"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "workspace_members"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="workspace_member_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="workspace_member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class TenantMember(TenantOwned):
    """A person's role in one tenant."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tenant_memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    objects: ClassVar[models.QuerySet["TenantMember"]] = scoped(models.QuerySet["TenantMember"])
    everywhere: ClassVar[models.QuerySet["TenantMember"]] = unscoped(models.QuerySet["TenantMember"])

    class Meta(TenantOwned.Meta):
        db_table = "tenant_members"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="tenant_member_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="tenant_member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class TenantCredential(TenantOwned):
    """The credential with which TenantPilot signs in to a tenant's Graph. The secret is sealed; see `sealing`."""

    class Kind(models.TextChoices):
        SECRET = "secret", "Client secret"
        CERTIFICATE = "certificate", "Certificate"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="credential")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    client_id = models.UUIDField()
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.QuerySet["TenantCredential"]] = scoped(models.QuerySet["TenantCredential"])
    everywhere: ClassVar[models.QuerySet["TenantCredential"]] = unscoped(models.QuerySet["TenantCredential"])

    class Meta(TenantOwned.Meta):
        db_table = "tenant_credentials"

    def __str__(self) -> str:
        return f"credential of tenant {self.tenant_id}"


class Installation(models.Model):
    """The one row of this installation: the database that it knows as its own, and whether all work is stopped."""

    database_identity = models.CharField(max_length=120, default="")
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=16, null=True)  # noqa: DJ001 null is a state: it works

    class Meta:
        db_table = "installation"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="installation_once")]

    def __str__(self) -> str:
        return self.database_identity


def stop_of_all() -> dict[str, models.Subquery]:
    """Columns that say if all work is stopped, for a query that a page makes anyway."""
    item = Installation.objects.filter(pk=1)
    return {f"all_{name}": models.Subquery(item.values(name)[:1]) for name in ("stopped_at", "stop_reason")}


class GraphBudget(models.Model):
    """The booked requests of one tenant at one service of Graph; see `rate_budget`. `key` is "tenant id/service"."""

    key = models.CharField(max_length=96, primary_key=True)
    state = models.JSONField(default=dict)

    class Meta:
        db_table = "graph_budgets"

    def __str__(self) -> str:
        return self.key
