"""Groups as the last sync saw them, and names behind ids. Nothing is deleted: a group that is gone keeps its row."""

from typing import ClassVar

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.directory import search
from tenantpilot.directory.states import GroupKind, Phase
from tenantpilot.tenancy.models import Tenant

LONGEST_ID = 64
LONGEST_NAME = 256


class GroupQuerySet(models.QuerySet["Group"]):
    """Questions about groups."""

    def of_tenant(self, tenant: Tenant) -> "GroupQuerySet":
        return self.filter(tenant=tenant)

    def present(self) -> "GroupQuerySet":
        return self.filter(deleted_at=None, gone_at=None)

    def away(self) -> "GroupQuerySet":
        """Return those that are deleted or gone."""
        return self.exclude(deleted_at=None, gone_at=None)

    def named_like(self, text: str) -> "GroupQuerySet":
        """Return the groups whose name holds `text`, in any case. The trigram index answers from three letters on."""
        if connection.vendor != "sqlite" or len(text) < search.SHORTEST_INDEXED:
            return self.filter(name__icontains=text)
        phrase = '"' + text.replace('"', '""') + '"'
        matches = RawSQL(f"SELECT rowid FROM {search.TABLE} WHERE {search.TABLE} MATCH %s", [phrase])  # noqa: S608, S611
        return self.filter(pk__in=matches)

    def by_name(self) -> "GroupQuerySet":
        return self.order_by("name", "pk")


class Group(TenantOwned):
    """A group of a tenant. `graph_id` is in small letters.

    `round` is the number of the reading that saw it last: a full reading marks as gone what it did not see.
    `member_count` counts members of members too, and is known only for groups that policies name.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="groups")
    graph_id = models.CharField(max_length=LONGEST_ID)
    name = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    kind = models.CharField(max_length=16, choices=GroupKind.choices, default=GroupKind.SECURITY)
    is_dynamic = models.BooleanField(default=False)
    is_on_premises = models.BooleanField(default=False)
    member_count = models.PositiveIntegerField(null=True)
    members_counted_at = models.DateTimeField(null=True)
    members_asked_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    round = models.PositiveIntegerField()

    objects: ClassVar[GroupQuerySet] = scoped(GroupQuerySet)
    everywhere: ClassVar[GroupQuerySet] = unscoped(GroupQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "groups"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "graph_id"], name="group_once_a_tenant"),
            models.CheckConstraint(condition=Q(kind__in=GroupKind.values), name="group_kind_known"),
            models.CheckConstraint(
                condition=Q(member_count=None, members_counted_at=None)
                | Q(member_count__isnull=False, members_counted_at__isnull=False),
                name="group_count_has_time",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "name", "id"], name="group_by_name_ix")]

    def __str__(self) -> str:
        return self.name or self.graph_id

    @property
    def presence(self) -> str:
        """Return the value of the `group_presence` badge."""
        if self.gone_at:
            return "gone"
        return "deleted" if self.deleted_at else "present"


class NestedGroup(TenantOwned):
    """A group that is a member of another group, by its id: the member's own row may come later."""

    parent = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="nested")
    member_id = models.CharField(max_length=LONGEST_ID)
    round = models.PositiveIntegerField()

    objects: ClassVar[models.QuerySet["NestedGroup"]] = scoped(models.QuerySet["NestedGroup"])
    everywhere: ClassVar[models.QuerySet["NestedGroup"]] = unscoped(models.QuerySet["NestedGroup"])

    class Meta(TenantOwned.Meta):
        db_table = "group_members_nested"
        constraints = [models.UniqueConstraint(fields=["parent", "member_id"], name="nested_group_once")]
        indexes = [models.Index(fields=["tenant", "member_id"], name="nested_group_by_member_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} in group {self.parent_id}"


class DirectoryName(TenantOwned):
    """The answer of the directory for an id. Without a name it was not found at that time."""

    graph_id = models.CharField(max_length=LONGEST_ID)
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    looked_up_at = models.DateTimeField()

    objects: ClassVar[models.QuerySet["DirectoryName"]] = scoped(models.QuerySet["DirectoryName"])
    everywhere: ClassVar[models.QuerySet["DirectoryName"]] = unscoped(models.QuerySet["DirectoryName"])

    class Meta(TenantOwned.Meta):
        db_table = "directory_names"
        constraints = [models.UniqueConstraint(fields=["tenant", "graph_id"], name="directory_name_once")]

    def __str__(self) -> str:
        return self.name or self.graph_id


class GroupCursor(TenantOwned):
    """The place up to which a tenant's groups were read. It moves only with the rows of the page before it.

    `link` is the next page or, in the phase `current` after a last page, the next changes. "" begins from nothing.
    `link_at` is when Graph gave it: it is good for seven days.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.NONE)
    link = models.TextField(blank=True, default="")
    link_at = models.DateTimeField(null=True)
    round = models.PositiveIntegerField(default=0)
    synced_at = models.DateTimeField(null=True)

    objects: ClassVar[models.QuerySet["GroupCursor"]] = scoped(models.QuerySet["GroupCursor"])
    everywhere: ClassVar[models.QuerySet["GroupCursor"]] = unscoped(models.QuerySet["GroupCursor"])

    class Meta(TenantOwned.Meta):
        db_table = "group_cursors"
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="group_cursor_once_a_tenant"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="group_cursor_phase_known"),
            models.CheckConstraint(
                condition=~Q(phase=Phase.CURRENT) | (Q(synced_at__isnull=False) & ~Q(link="")),
                name="group_cursor_current_has_link",
            ),
            models.CheckConstraint(
                condition=Q(link="", link_at=None) | (~Q(link="") & Q(link_at__isnull=False)),
                name="group_cursor_link_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"groups of tenant {self.tenant_id}: {self.phase}"
