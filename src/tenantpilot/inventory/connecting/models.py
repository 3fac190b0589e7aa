"""What was found out about the rights of a tenant's application."""

from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from tenantpilot.tenancy.models import Tenant, Workspace


class PolicyTypeAccess(models.Model):
    """What the application may do with one policy type, as the last connection check found it.

    `is_writable` is null where Graph does not say. `missing` lists application permissions to grant.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=64)
    is_readable = models.BooleanField()
    is_writable = models.BooleanField(null=True)
    missing = models.JSONField(default=list)
    reason_code = models.CharField(max_length=64, blank=True, default="")
    checked_at = models.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(workspace="workspace")
    everywhere: ClassVar[Any] = models.Manager()

    class Meta:
        db_table = "policy_type_access"
        base_manager_name = "everywhere"
        constraints = [models.UniqueConstraint(fields=["tenant", "type"], name="policy_type_access_once")]

    def __str__(self) -> str:
        return f"{self.type} of tenant {self.tenant_id}"
