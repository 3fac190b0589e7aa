"""The newest version of each policy in columns: its assignments, and the values of its settings.

All of it follows from the payload and can be made anew from it (`indexing`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenantpilot.core.owned import TenantOwned, WorkspaceOwned, scoped, unscoped
from tenantpilot.graph.compare.sentences import REPORT_ONLY
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import LONGEST_KEY, FilterMode, Mode, TargetKind
from tenantpilot.versions.states import Origin

LONGEST_SETTING = 400
LONGEST_LABEL = 300
LONGEST_TEXT = 200
LONGEST_CATEGORY_ID = 64
_WORDS = {REPORT_ONLY: _("Report-only")}
INDEX_FORMAT = 2
"""The number of the rules by which payloads are read. A higher one has all policies read anew."""


class PolicyIndex(TenantOwned):
    """The version of a policy that its assignments and setting values were read from, and by which rules."""

    policy = models.OneToOneField(Policy, on_delete=models.CASCADE, related_name="index")
    version = models.ForeignKey("versions.PolicyVersion", on_delete=models.CASCADE, related_name="+")
    format = models.PositiveSmallIntegerField()

    objects: ClassVar[models.QuerySet["PolicyIndex"]] = scoped(models.QuerySet["PolicyIndex"])
    everywhere: ClassVar[models.QuerySet["PolicyIndex"]] = unscoped(models.QuerySet["PolicyIndex"])

    class Meta(TenantOwned.Meta):
        db_table = "policy_indexes"

    def __str__(self) -> str:
        return f"index of policy {self.policy_id}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions about assignments."""

    def of_tenant(self, tenant: Tenant) -> "AssignmentQuerySet":
        return self.filter(tenant=tenant)

    def present(self) -> "AssignmentQuerySet":
        """Return those of policies that the tenant has."""
        return self.filter(policy__missing_since=None)


class Assignment(TenantOwned):
    """A target of a policy, by its newest version."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="assignments")
    target_key = models.CharField(max_length=LONGEST_KEY)
    kind = models.CharField(max_length=16, choices=TargetKind.choices)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    group_id = models.CharField(max_length=64, blank=True, default="")
    filter_id = models.CharField(max_length=64, blank=True, default="")
    filter_mode = models.CharField(max_length=8, choices=FilterMode.choices, default=FilterMode.NONE)
    intent = models.CharField(max_length=64, blank=True, default="")

    objects: ClassVar[AssignmentQuerySet] = scoped(AssignmentQuerySet)
    everywhere: ClassVar[AssignmentQuerySet] = unscoped(AssignmentQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "assignments"
        constraints = [
            models.UniqueConstraint(fields=["policy", "target_key"], name="assignment_once_a_policy"),
            models.CheckConstraint(condition=Q(kind__in=TargetKind.values), name="assignment_kind_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="assignment_mode_known"),
            models.CheckConstraint(condition=Q(filter_mode__in=FilterMode.values), name="assignment_filter_known"),
        ]
        indexes = [models.Index(fields=["tenant", "group_id"], name="assignment_by_group_ix")]

    def __str__(self) -> str:
        return self.target_key


class SettingDefinition(WorkspaceOwned):
    """A setting that policies of the workspace have. `choices` are the names of its values, by their ids.

    `looked_up_at` is when Graph was asked for its name; what Graph does not know keeps a name made of its key. Its
    `category_id` is null until Graph was asked, and empty where Graph gives none; `category` is the name of that one.
    """

    key = models.CharField(max_length=LONGEST_SETTING)
    label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="")
    origin = models.CharField(max_length=16, choices=Origin.choices)
    choices = models.JSONField(default=dict)
    looked_up_at = models.DateTimeField(null=True)
    # Null and not empty: SQLite adds such a column without making the table, and its triggers, anew.
    category_id = models.CharField(max_length=LONGEST_CATEGORY_ID, null=True)  # noqa: DJ001
    category = models.CharField(max_length=LONGEST_LABEL, null=True)  # noqa: DJ001

    objects: ClassVar[models.QuerySet["SettingDefinition"]] = scoped(models.QuerySet["SettingDefinition"])
    everywhere: ClassVar[models.QuerySet["SettingDefinition"]] = unscoped(models.QuerySet["SettingDefinition"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "setting_definitions"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="setting_definition_once"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="setting_origin_known"),
        ]

    def __str__(self) -> str:
        return self.label or self.key

    def words_of(self, text: str) -> str:
        """Return the name of a choice with its id, or the text itself."""
        name = self.choices.get(text) or _WORDS.get(text)
        return f"{name} ({text})" if name else text


class SettingValue(TenantOwned):
    """The value that a policy gives to a setting. A secret has neither text nor hash.

    `can_conflict` says that a device may get several such policies, so that two values contradict each other.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="setting_values")
    definition = models.ForeignKey(SettingDefinition, on_delete=models.CASCADE, related_name="values", db_index=False)
    ordinal = models.PositiveIntegerField()
    value_text = models.CharField(max_length=LONGEST_TEXT, blank=True, default="")
    value_hash = models.CharField(max_length=32, blank=True, default="")
    is_secret = models.BooleanField(default=False)
    can_conflict = models.BooleanField(default=False)

    objects: ClassVar[models.QuerySet["SettingValue"]] = scoped(models.QuerySet["SettingValue"])
    everywhere: ClassVar[models.QuerySet["SettingValue"]] = unscoped(models.QuerySet["SettingValue"])

    class Meta(TenantOwned.Meta):
        db_table = "setting_values"
        constraints = [
            models.UniqueConstraint(fields=["policy", "definition", "ordinal"], name="setting_value_once"),
            models.CheckConstraint(
                condition=Q(is_secret=False) | Q(value_text="", value_hash=""), name="setting_value_no_secret"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "definition", "value_hash"], name="setting_in_tenant_ix"),
            models.Index(fields=["definition", "tenant"], name="setting_over_tenants_ix"),
        ]

    def __str__(self) -> str:
        return f"setting {self.definition_id} of policy {self.policy_id}"

    @property
    def words(self) -> str:
        """Return the name of a choice with its id, or the value itself."""
        return self.definition.words_of(self.value_text)
