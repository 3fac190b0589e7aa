"""Backup sets and what they hold. A chain is the line of sets of one schedule, or one set made by hand.

A member is an interval: a version belongs to every set of its chain from `from_seq` to `to_seq`. An unchanged night
adds no member. The database keeps the rules (`guards`): states move one way, what a finished set holds never changes
but for a revision of a set made by hand, and the last good set is not trashed.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenantpilot.backups.days import BackupDay as BackupDay
from tenantpilot.backups.portable.transfer_keys import TransferKey as TransferKey
from tenantpilot.backups.retaining.models import BackupRetention
from tenantpilot.backups.states import WITH_CONTENT, ChainKind, GapKind, SetState, Verdict
from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.versions.models import PolicyVersion

__all__ = [
    "BackupChain",
    "BackupGap",
    "BackupMember",
    "BackupMemberQuerySet",
    "BackupRetention",
    "BackupSet",
    "BackupSetQuerySet",
]

LOCK = timedelta(days=7)
"""The time in which owners can see and undo a rule that keeps less."""


class BackupChain(TenantOwned):
    """The sets of one schedule, or one set made by hand. It outlives its schedule."""

    kind = models.CharField(max_length=16, choices=ChainKind.choices)
    schedule = models.OneToOneField(Schedule, on_delete=models.SET_NULL, null=True, related_name="backup_chain")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects: ClassVar[models.QuerySet["BackupChain"]] = scoped(models.QuerySet["BackupChain"])
    everywhere: ClassVar[models.QuerySet["BackupChain"]] = unscoped(models.QuerySet["BackupChain"])

    class Meta(TenantOwned.Meta):
        db_table = "backup_chains"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChainKind.values), name="backup_chain_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=ChainKind.SCHEDULED) | Q(schedule=None), name="backup_chain_of_hand_unscheduled"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BackupSetQuerySet(models.QuerySet["BackupSet"]):
    """Questions about backup sets."""

    def of_tenant(self, tenant: Tenant) -> "BackupSetQuerySet":
        return self.filter(tenant=tenant)

    def of_chain(self, chain: BackupChain) -> "BackupSetQuerySet":
        return self.filter(chain=chain)

    def good(self) -> "BackupSetQuerySet":
        """Return complete sets outside the trash, except those that verification found damaged."""
        return self.kept().filter(state=SetState.COMPLETE).exclude(verdict=Verdict.DAMAGED)

    def kept(self) -> "BackupSetQuerySet":
        return self.filter(trashed_at=None)

    def trashed(self) -> "BackupSetQuerySet":
        return self.exclude(trashed_at=None)

    def held(self) -> "BackupSetQuerySet":
        return self.exclude(held_at=None)

    def newest_first(self) -> "BackupSetQuerySet":
        return self.order_by("-created_at", "-pk")


class BackupSet(TenantOwned):
    """The policies that a backup found at one time.

    `asked` is what it was asked for, and `width` how much that is; `by_type` is what became of it: numbers
    by policy type. For a set made by hand `seq` is its revision.
    """

    chain = models.ForeignKey(BackupChain, on_delete=models.PROTECT, related_name="sets")
    seq = models.PositiveIntegerField()
    slot_at = models.DateTimeField(null=True)
    run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="backup_sets")
    state = models.CharField(max_length=16, choices=SetState.choices, default=SetState.BUILDING)
    reason_code = models.CharField(max_length=64, blank=True, default="")
    asked = models.JSONField(default=dict)
    width = models.PositiveIntegerField(null=True)
    by_type = models.JSONField(default=dict)
    items = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, null=True)  # noqa: DJ001 null is a state: it has none yet
    read_from = models.DateTimeField(null=True)
    read_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    held_until = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=200, blank=True, default="")
    trashed_at = models.DateTimeField(null=True)
    trashed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=16, choices=Verdict.choices, blank=True, default="")
    faults = models.JSONField(default=list)

    objects: ClassVar[BackupSetQuerySet] = scoped(BackupSetQuerySet)
    everywhere: ClassVar[BackupSetQuerySet] = unscoped(BackupSetQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "backup_sets"
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="backup_set_seq_once"),
            models.UniqueConstraint(
                fields=["chain", "slot_at"], condition=Q(slot_at__isnull=False), name="backup_set_slot_once"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="backup_set_seq_from_one"),
            models.CheckConstraint(condition=Q(state__in=SetState.values), name="backup_set_state_known"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="backup_set_verdict_known"),
            models.CheckConstraint(
                condition=Q(state__in=WITH_CONTENT, digest__isnull=False)
                | (~Q(state__in=WITH_CONTENT) & Q(digest=None)),
                name="backup_set_digest_with_content",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=False) | Q(held_by=None, held_until=None, hold_reason=""),
                name="backup_set_hold_whole",
            ),
            models.CheckConstraint(condition=Q(held_at=None) | Q(trashed_at=None), name="backup_set_held_not_trashed"),
            models.CheckConstraint(
                condition=Q(trashed_at__isnull=False) | Q(trashed_by=None), name="backup_set_trash_whole"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="backup_set_by_time_ix"),
            models.Index(fields=["tenant", "state", "-created_at"], name="backup_set_by_state_ix"),
        ]

    def __str__(self) -> str:
        return f"set {self.seq} of chain {self.chain_id}"

    @property
    def is_good(self) -> bool:
        return self.state == SetState.COMPLETE and self.verdict != Verdict.DAMAGED

    @property
    def has_content(self) -> bool:
        return self.state in WITH_CONTENT

    @property
    def deletable_from(self) -> datetime | None:
        """Return the time from which a trashed set can be deleted: what a person trashed is locked for a week."""
        if self.trashed_at is None or self.trashed_by_id is None:
            return self.trashed_at
        return self.trashed_at + LOCK

    @property
    def shown_state(self) -> str:
        """Return the value of the `backup_set` badge: damage outranks how the set was built."""
        return "damaged" if self.verdict == Verdict.DAMAGED else self.state


class BackupMemberQuerySet(models.QuerySet["BackupMember"]):
    """Questions about members."""

    def at(self, chain: BackupChain, seq: int) -> "BackupMemberQuerySet":
        """Return the members of the chain's set of this number."""
        is_later = Q(to_seq=None) | Q(to_seq__gte=seq)
        return self.filter(is_later, chain=chain, from_seq__lte=seq)

    def open_of(self, chain: BackupChain) -> "BackupMemberQuerySet":
        return self.filter(chain=chain, to_seq=None)


class BackupMember(TenantOwned):
    """A version that belongs to the sets `from_seq` to `to_seq` of a chain, or to all from `from_seq` on."""

    chain = models.ForeignKey(BackupChain, on_delete=models.PROTECT, related_name="members")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="backup_members")
    from_seq = models.PositiveIntegerField()
    to_seq = models.PositiveIntegerField(null=True)

    objects: ClassVar[BackupMemberQuerySet] = scoped(BackupMemberQuerySet)
    everywhere: ClassVar[BackupMemberQuerySet] = unscoped(BackupMemberQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "backup_members"
        constraints = [
            models.UniqueConstraint(fields=["chain", "policy", "from_seq"], name="backup_member_from_once"),
            models.UniqueConstraint(
                fields=["chain", "policy"], condition=Q(to_seq=None), name="backup_member_one_open"
            ),
            models.CheckConstraint(
                condition=Q(to_seq=None) | Q(to_seq__gte=models.F("from_seq")), name="backup_member_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version_id} in sets {self.from_seq} to {self.to_seq or 'now'}"


class BackupGap(TenantOwned):
    """A type or policy that a set does not hold, or that changed while the set was read; with the reason.

    A gap of a whole type has no `graph_id`. A policy that TenantPilot never kept has an id and no `policy`.
    """

    set = models.ForeignKey(BackupSet, on_delete=models.CASCADE, related_name="gaps")
    kind = models.CharField(max_length=16, choices=GapKind.choices)
    type = models.CharField(max_length=64)
    graph_id = models.CharField(max_length=128, blank=True, default="")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=512, blank=True, default="")
    reason_code = models.CharField(max_length=64)
    message = models.CharField(max_length=300, blank=True, default="")

    objects: ClassVar[models.QuerySet["BackupGap"]] = scoped(models.QuerySet["BackupGap"])
    everywhere: ClassVar[models.QuerySet["BackupGap"]] = unscoped(models.QuerySet["BackupGap"])

    class Meta(TenantOwned.Meta):
        db_table = "backup_gaps"
        constraints = [
            models.UniqueConstraint(fields=["set", "kind", "type", "graph_id"], name="backup_gap_once"),
            models.CheckConstraint(condition=Q(kind__in=GapKind.values), name="backup_gap_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.graph_id}: {self.reason_code}"
