"""The audit log (SEC-05).

Entries keep ids and names, no foreign keys: they outlive what they speak of. The database refuses
to change or delete them, and each carries the hash of the one before it.
"""

from django.db import models


class AuditLogQuerySet(models.QuerySet["AuditLog"]):
    """Questions about entries."""

    def of_workspace(self, workspace_id: int) -> "AuditLogQuerySet":
        return self.filter(workspace_id=workspace_id)

    def of_tenant(self, tenant_id: int) -> "AuditLogQuerySet":
        return self.filter(tenant_id=tenant_id)

    def newest_first(self) -> "AuditLogQuerySet":
        return self.order_by("-pk")

    def in_order(self) -> "AuditLogQuerySet":
        return self.order_by("workspace_id", "sequence")


class AuditLog(models.Model):
    """An entry. Workspace 0 is the installation itself; `sequence` counts from 1 in each without a gap."""

    workspace_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    tenant_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    target_type = models.CharField(max_length=64)
    target_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditLogQuerySet.as_manager()

    class Meta:
        db_table = "audit_log"
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "sequence"], name="audit_entry_once_per_place"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="audit_sequence_from_one"),
        ]
        indexes = [models.Index(fields=["tenant_id", "-id"], name="audit_of_tenant")]

    def __str__(self) -> str:
        return f"{self.workspace_id}/{self.sequence} {self.action}"


class AuditChain(models.Model):
    """The present end of each workspace's chain. Its row is the lock under which an entry is appended."""

    workspace_id = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_chains"

    def __str__(self) -> str:
        return f"{self.workspace_id}/{self.sequence}"
