"""Restores: a run that a person prepares and confirms, its items, and what becomes of the references in them.

The database keeps the rules (`guards`): which moves are legal, and that nothing of what a person was shown changes
after it was confirmed.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.drill_models import DrillFinding as DrillFinding
from tenantpilot.restores.drill_models import RestoreDrill as RestoreDrill
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.second_person.models import ApprovalRequest as ApprovalRequest
from tenantpilot.restores.second_person.models import RestoreEditor as RestoreEditor
from tenantpilot.restores.second_person.models import RestoreRule as RestoreRule
from tenantpilot.restores.states import (
    COMMITTED,
    IMPORTANT,
    WRITING,
    Action,
    Choice,
    ItemState,
    MappingAction,
    MappingHow,
    Match,
    RestoreState,
    StateChoice,
)
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import Payload, PolicyVersion

MAX_REASON = 500
LONGEST_ID = 128
LONGEST_POLICY_STATE = 40


class RestoreRunQuerySet(models.QuerySet["RestoreRun"]):
    """Questions about restores."""

    def of_tenant(self, tenant: Tenant) -> "RestoreRunQuerySet":
        return self.filter(tenant=tenant)

    def kept(self) -> "RestoreRunQuerySet":
        return self.filter(trashed_at=None)

    def in_trash(self) -> "RestoreRunQuerySet":
        return self.exclude(trashed_at=None)

    def newest_first(self) -> "RestoreRunQuerySet":
        return self.order_by("-pk")

    def with_writes(self) -> "RestoreRunQuerySet":
        """Add to each restore if its preview has something to write."""
        writes = RestoreItem.everywhere.filter(restore_run=OuterRef("pk"), action__in=WRITING)
        return self.annotate(writes=Exists(writes))


class RestoreRun(TenantOwned):
    """A restore into `tenant`. `source` says in words where its items come from."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="restore_runs")
    source_tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200)
    source_digest = models.CharField(max_length=64, blank=True, default="")
    # The key of the backup set that it restores from, which may be of another tenant.
    source_set = models.BigIntegerField(null=True)
    undo_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="undone_by")
    state = models.CharField(max_length=12, choices=RestoreState.choices, default=RestoreState.DRAFT)
    options = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    # The contracts and emergency accounts that the preview was made with, see `basis`.
    basis = models.JSONField(null=True)
    reason = models.CharField(max_length=MAX_REASON, blank=True, default="")
    outcome = models.CharField(max_length=24, blank=True, default="")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    previewed_at = models.DateTimeField(null=True)
    preview_expires_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)
    preview_run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    execute_run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[RestoreRunQuerySet] = scoped(RestoreRunQuerySet)
    everywhere: ClassVar[RestoreRunQuerySet] = unscoped(RestoreRunQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "restore_runs"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RestoreState.values), name="restore_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=COMMITTED)
                | (~Q(fingerprint="") & ~Q(reason="") & Q(confirmed_by__isnull=False, confirmed_at__isnull=False)),
                name="restore_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=RestoreState.PREVIEWED)
                | (~Q(fingerprint="") & Q(previewed_at__isnull=False, preview_expires_at__isnull=False)),
                name="restore_previewed_whole",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-id"], name="restore_by_tenant_ix")]

    def __str__(self) -> str:
        return f"restore {self.pk} into tenant {self.tenant_id}"

    @property
    def chosen(self) -> RestoreOptions:
        """Return the options. Raises StoredDataUnreadable."""
        return RestoreOptions.from_json(self.options)

    @property
    def is_same_tenant(self) -> bool:
        return self.source_tenant_id == self.tenant_id


class RestoreItemQuerySet(models.QuerySet["RestoreItem"]):
    """Questions about items."""

    def of_run(self, restore_id: int) -> "RestoreItemQuerySet":
        return self.filter(restore_run=restore_id)

    def in_order(self) -> "RestoreItemQuerySet":
        return self.order_by("position")

    def in_writing_order(self) -> "RestoreItemQuerySet":
        return self.order_by("turn", "position")


class RestoreItem(TenantOwned):
    """An object to write back.

    What a person chose stands in `choice` and `picked_id`, and the warnings that were ticked in `accepted`. For the
    state of a Conditional Access policy it stands in `state_choice`, with the person. What the preview found follows:
    `live_state` and `planned_state` are the states of such a policy now and after, as Graph names them. `state` and
    what stands behind it are what came of it. `blockers` and `warnings` are lists of {"code", …} and of codes; the
    sentences are lists of {"kind", "text", "path"}.
    """

    restore_run = models.ForeignKey(RestoreRun, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    name = models.CharField(max_length=512)
    source_id = models.CharField(max_length=LONGEST_ID)
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, related_name="+")
    # Of a version in the tenant itself; one of another tenant gives its payload and its names.
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    names = models.JSONField(default=dict)
    # An undo offers to delete what the restore before it has created.
    may_delete = models.BooleanField(default=False)

    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True, default="")
    picked_id = models.CharField(max_length=LONGEST_ID, blank=True, default="")
    accepted = models.JSONField(default=list)
    state_choice = models.CharField(max_length=8, choices=StateChoice.choices, blank=True, default="")
    state_chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    action = models.CharField(max_length=8, choices=Action.choices, blank=True, default="")
    match = models.CharField(max_length=12, choices=Match.choices, blank=True, default="")
    candidates = models.JSONField(default=list)
    found_id = models.CharField(max_length=LONGEST_ID, blank=True, default="")
    found_name = models.CharField(max_length=512, blank=True, default="")
    live_hash = models.CharField(max_length=64, blank=True, default="")
    live_modified = models.CharField(max_length=64, blank=True, default="")
    seen_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    live_state = models.CharField(max_length=LONGEST_POLICY_STATE, blank=True, default="")
    planned_state = models.CharField(max_length=LONGEST_POLICY_STATE, blank=True, default="")
    turn = models.PositiveIntegerField(default=0)
    blockers = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    sentences = models.JSONField(default=list)
    difference_count = models.PositiveIntegerField(default=0)
    earlier_sentences = models.JSONField(default=list)

    state = models.CharField(max_length=28, choices=ItemState.choices, default=ItemState.PENDING)
    reason_code = models.CharField(max_length=64, blank=True, default="")
    intent = models.JSONField(default=dict)
    target_id = models.CharField(max_length=LONGEST_ID, blank=True, default="")
    left_paths = models.JSONField(default=list)
    changed_sentences = models.JSONField(default=list)
    before_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    after_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    approval_sealed = models.BinaryField(null=True)
    approval_key_id = models.CharField(max_length=64, blank=True, default="")
    waits_since = models.DateTimeField(null=True)

    objects: ClassVar[RestoreItemQuerySet] = scoped(RestoreItemQuerySet)
    everywhere: ClassVar[RestoreItemQuerySet] = unscoped(RestoreItemQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "restore_items"
        constraints = [
            models.UniqueConstraint(fields=["restore_run", "position"], name="restore_item_once_a_position"),
            models.UniqueConstraint(fields=["restore_run", "type", "source_id"], name="restore_item_once_a_source"),
            models.UniqueConstraint(
                fields=["restore_run", "type", "found_id"],
                condition=~Q(found_id=""),
                name="restore_item_once_a_target",
            ),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="restore_item_state_known"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="restore_item_action_known"),
            models.CheckConstraint(condition=Q(match__in=Match.values), name="restore_item_match_known"),
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="restore_item_choice_known"),
            models.CheckConstraint(
                condition=Q(state_choice__in=StateChoice.values), name="restore_item_state_choice_known"
            ),
            models.CheckConstraint(
                condition=~Q(state_choice=StateChoice.ENFORCE) | Q(state_chosen_by__isnull=False),
                name="restore_item_enforced_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IMPORTANT) | Q(before_version__isnull=False) | Q(action=Action.CREATE),
                name="restore_item_keeps_what_was",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ItemState.FAILED, ItemState.SKIPPED, ItemState.WAITING]) | ~Q(reason_code=""),
                name="restore_item_explained",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_target(self) -> str:
        """Return the id of the object in the target tenant; empty while there is none."""
        return self.target_id or self.found_id

    @property
    def is_begun(self) -> bool:
        """Return True for an object to delete of which only what it should have become is known."""
        return self.may_delete and self.version_id is None


class RestoreMapping(TenantOwned):
    """A reference to another object, and the object that stands for it in the target tenant."""

    restore_run = models.ForeignKey(RestoreRun, on_delete=models.CASCADE, related_name="mappings")
    kind = models.CharField(max_length=64)
    source_id = models.CharField(max_length=LONGEST_ID)
    source_name = models.CharField(max_length=200, blank=True, default="")
    action = models.CharField(max_length=12, choices=MappingAction.choices, default=MappingAction.BLOCK)
    how = models.CharField(max_length=8, choices=MappingHow.choices, blank=True, default="")
    target_id = models.CharField(max_length=LONGEST_ID, blank=True, default="")
    target_name = models.CharField(max_length=200, blank=True, default="")
    suggested_id = models.CharField(max_length=LONGEST_ID, blank=True, default="")
    suggested_name = models.CharField(max_length=200, blank=True, default="")
    used_by = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.QuerySet["RestoreMapping"]] = scoped(models.QuerySet["RestoreMapping"])
    everywhere: ClassVar[models.QuerySet["RestoreMapping"]] = unscoped(models.QuerySet["RestoreMapping"])

    class Meta(TenantOwned.Meta):
        db_table = "restore_mappings"
        constraints = [
            models.UniqueConstraint(fields=["restore_run", "kind", "source_id"], name="restore_mapping_once"),
            models.CheckConstraint(condition=Q(action__in=MappingAction.values), name="restore_mapping_action_known"),
            models.CheckConstraint(condition=Q(how__in=MappingHow.values), name="restore_mapping_how_known"),
            models.CheckConstraint(
                condition=~Q(action=MappingAction.MAP) | ~Q(target_id=""), name="restore_mapping_has_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
