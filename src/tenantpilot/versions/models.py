"""Payloads, kept once, and the versions of policies that hold them. What stands in them never changes.

The database keeps the rules (`guards`): no payload and no version is altered, numbers have no gap, and a version
differs from the one before it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenantpilot.core.owned import TenantOwned, WorkspaceOwned, scoped, unscoped
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.index_models import Assignment as Assignment
from tenantpilot.versions.index_models import PolicyIndex as PolicyIndex
from tenantpilot.versions.index_models import SettingDefinition as SettingDefinition
from tenantpilot.versions.index_models import SettingValue as SettingValue
from tenantpilot.versions.library.models import Library as Library
from tenantpilot.versions.library.models import LibraryPolicy as LibraryPolicy
from tenantpilot.versions.library.models import LibraryRevision as LibraryRevision
from tenantpilot.versions.states import Change, Codec, Confidence, Restorable, Source

LONGEST_POINTER = 500


class Payload(WorkspaceOwned):
    """The bytes of one payload, as Graph sent it but for secrets; found by their hash within the workspace.

    `damaged_at` is set while the bytes are known to be others than those of the hash, `mended_at` by who brought the
    right ones.
    """

    sha256 = models.CharField(max_length=64)
    codec = models.CharField(max_length=8, choices=Codec.choices)
    raw_bytes = models.PositiveIntegerField()
    data = models.BinaryField()
    damaged_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.QuerySet["Payload"]] = scoped(models.QuerySet["Payload"])
    everywhere: ClassVar[models.QuerySet["Payload"]] = unscoped(models.QuerySet["Payload"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "payloads"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="payload_once_a_workspace"),
            models.CheckConstraint(condition=Q(codec__in=Codec.values), name="payload_codec_known"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Questions about versions."""

    def of_tenant(self, tenant: Tenant) -> "PolicyVersionQuerySet":
        return self.filter(tenant=tenant)

    def of_policy(self, policy: Policy) -> "PolicyVersionQuerySet":
        return self.filter(policy=policy)

    def newest_first(self) -> "PolicyVersionQuerySet":
        return self.order_by("-number")

    def without_repeated(self) -> "PolicyVersionQuerySet":
        """Leave out the versions that stand once more behind an older one that was imported: lists show them once."""
        imported = PolicyVersion.everywhere.filter(
            policy=models.OuterRef("policy"), number=models.OuterRef("number") - 1, source=Source.IMPORT
        )
        again = PolicyVersion.everywhere.filter(
            policy=models.OuterRef("policy"),
            number__gt=models.OuterRef("number"),
            payload=models.OuterRef("payload"),
            read_at=models.OuterRef("read_at"),
            source=models.OuterRef("source"),
        )
        return self.filter(~models.Exists(again.filter(models.Exists(imported))))

    def newest_alone(self) -> "PolicyVersionQuerySet":
        """Return the versions that no later one of their policy follows."""
        later = PolicyVersion.everywhere.filter(policy=models.OuterRef("policy"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(later))

    def newest_of_each(self, policy_ids: list[int]) -> "PolicyVersionQuerySet":
        """Return the newest version of each of the policies."""
        of_same = PolicyVersion.everywhere.filter(policy=models.OuterRef("policy")).order_by("-number")
        return self.filter(policy__in=policy_ids, pk=models.Subquery(of_same.values("pk")[:1]))


class PolicyVersion(TenantOwned):
    """A policy as it was read at one time, whole: settings, assignments and scope tags.

    `names` holds the names behind the ids of the payload as they were then: {id: {"type", "name"}}. `actors` are
    filled once, when Microsoft's audit events are read; until then nobody is known.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="policy_versions")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, related_name="versions")
    form_hash = models.CharField(max_length=64)
    change = models.CharField(max_length=8, choices=Change.choices)
    read_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=Source.choices)
    run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    restorable = models.CharField(max_length=16, choices=Restorable.choices)
    restorable_reason = models.CharField(max_length=32, blank=True, default="")
    names = models.JSONField(default=dict)
    sentence = models.CharField(max_length=300, blank=True, default="")
    differences = models.PositiveIntegerField(default=0)
    actor_confidence = models.CharField(max_length=8, choices=Confidence.choices, default=Confidence.UNKNOWN)
    actors = models.JSONField(default=list)

    objects: ClassVar[PolicyVersionQuerySet] = scoped(PolicyVersionQuerySet)
    everywhere: ClassVar[PolicyVersionQuerySet] = unscoped(PolicyVersionQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "policy_versions"
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="version_number_once_a_policy"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_numbers_from_one"),
            models.CheckConstraint(condition=Q(change__in=Change.values), name="version_change_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="version_source_known"),
            models.CheckConstraint(condition=Q(restorable__in=Restorable.values), name="version_restorable_known"),
            models.CheckConstraint(
                condition=Q(actor_confidence__in=Confidence.values), name="version_confidence_known"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-read_at", "-id"], name="version_by_time_ix")]

    def __str__(self) -> str:
        return f"version {self.number} of policy {self.policy_id}"

    @property
    def differences_more(self) -> int:
        """Return the number of differences beside the one in the sentence."""
        return max(self.differences - 1, 0)


class VersionSecret(TenantOwned):
    """A secret that Graph sent in plain, sealed beside the version whose payload holds a mask in its place."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="secrets")
    pointer = models.CharField(max_length=LONGEST_POINTER)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)

    objects: ClassVar[models.QuerySet["VersionSecret"]] = scoped(models.QuerySet["VersionSecret"])
    everywhere: ClassVar[models.QuerySet["VersionSecret"]] = unscoped(models.QuerySet["VersionSecret"])

    class Meta(TenantOwned.Meta):
        db_table = "version_secrets"
        constraints = [models.UniqueConstraint(fields=["version", "pointer"], name="version_secret_once")]

    def __str__(self) -> str:
        return f"a secret of version {self.version_id}"
