"""A saved view of a list."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.tenancy.models import Tenant, User, Workspace

LONGEST_NAME = 60
LONGEST_QUERY = 500
_OF_TENANT, _ACROSS = Q(tenant__isnull=False), Q(tenant=None)
_SHARED = Q(shared_at__isnull=False)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Questions about saved views."""

    def of_list(self, name: str) -> "SavedViewQuerySet":
        return self.filter(list_name=name)

    def of_tenant(self, tenant: Tenant) -> "SavedViewQuerySet":
        return self.filter(tenant=tenant)

    def across_tenants(self, workspace_ids: Iterable[int]) -> "SavedViewQuerySet":
        return self.filter(_ACROSS, workspace_id__in=list(workspace_ids))

    def of_person(self, person: User) -> "SavedViewQuerySet":
        return self.filter(owner=person)

    def shared(self) -> "SavedViewQuerySet":
        return self.filter(_SHARED)

    def named(self, name: str) -> "SavedViewQuerySet":
        """Return the view of this name, in any case."""
        return self.filter(name__iexact=name)

    def by_name(self) -> "SavedViewQuerySet":
        return self.order_by(Lower("name"), "pk")


class SavedView(WorkspaceOwned):
    """`list_name` names the table, `query` is its address behind the "?". Without a tenant it is of all tenants.

    Shared, it is seen by everybody who may see that list of the tenant, or by those with a role in the workspace.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=32)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    shared_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[SavedViewQuerySet] = scoped(SavedViewQuerySet)
    everywhere: ClassVar[SavedViewQuerySet] = unscoped(SavedViewQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "saved_views"
        constraints = [
            models.UniqueConstraint(
                "owner",
                "tenant",
                "list_name",
                Lower("name"),
                condition=_OF_TENANT,
                name="saved_view_name_once_in_tenant",
            ),
            models.UniqueConstraint(
                "owner", "workspace", "list_name", Lower("name"), condition=_ACROSS, name="saved_view_name_once_across"
            ),
            models.UniqueConstraint(
                "tenant",
                "list_name",
                Lower("name"),
                condition=_OF_TENANT & _SHARED,
                name="saved_view_shared_once_in_tenant",
            ),
            models.UniqueConstraint(
                "workspace",
                "list_name",
                Lower("name"),
                condition=_ACROSS & _SHARED,
                name="saved_view_shared_once_across",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"),
        ]
        indexes = [
            models.Index(fields=["tenant", "list_name"], name="saved_view_of_tenant_ix"),
            models.Index(fields=["workspace", "list_name"], condition=_ACROSS, name="saved_view_across_ix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None
