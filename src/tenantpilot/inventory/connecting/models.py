"""The rights of a tenant's application, as last checked."""

from typing import ClassVar

from django.db import models

from tenantpilot.core.owned import TenantOwned, scoped, unscoped


class PolicyTypeAccess(TenantOwned):
    """The application's right to one policy type, as the last connection check found it.

    `is_writable` is null where Graph does not say. `missing` lists application permissions to grant, `missing_optional`
    those without which nothing fails: null where no check has found out.
    """

    type = models.CharField(max_length=64)
    is_readable = models.BooleanField()
    is_writable = models.BooleanField(null=True)
    missing = models.JSONField(default=list)
    missing_optional = models.JSONField(null=True)
    reason_code = models.CharField(max_length=64, blank=True, default="")
    checked_at = models.DateTimeField()

    objects: ClassVar[models.QuerySet["PolicyTypeAccess"]] = scoped(models.QuerySet["PolicyTypeAccess"])
    everywhere: ClassVar[models.QuerySet["PolicyTypeAccess"]] = unscoped(models.QuerySet["PolicyTypeAccess"])

    class Meta(TenantOwned.Meta):
        db_table = "policy_type_access"
        constraints = [models.UniqueConstraint(fields=["tenant", "type"], name="policy_type_access_once")]

    def __str__(self) -> str:
        return f"{self.type} of tenant {self.tenant_id}"
