"""The accounts and groups of a tenant that must always be able to sign in, whatever Conditional Access asks."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenantpilot.core.owned import TenantOwned, scoped, unscoped


class EmergencyKind(models.TextChoices):
    """The kind of an object of the directory that emergency access rests on."""

    USER = "user", _("Account")
    GROUP = "group", _("Group")


class EmergencyAccount(TenantOwned):
    """An account or a group by its id at Microsoft, in small letters, and the name that people know it by."""

    kind = models.CharField(max_length=8, choices=EmergencyKind.choices)
    graph_id = models.CharField(max_length=36)
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    objects: ClassVar[models.QuerySet["EmergencyAccount"]] = scoped(models.QuerySet["EmergencyAccount"])
    everywhere: ClassVar[models.QuerySet["EmergencyAccount"]] = unscoped(models.QuerySet["EmergencyAccount"])

    class Meta(TenantOwned.Meta):
        app_label = "tenancy"
        db_table = "emergency_accounts"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "graph_id"], name="emergency_account_once"),
            models.CheckConstraint(condition=Q(kind__in=EmergencyKind.values), name="emergency_account_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name
