"""Policies as last observed. What is gone from the tenant is marked missing, never deleted (DESIGN section 8)."""

from typing import ClassVar

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform

from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.inventory import search
from tenantpilot.inventory.connecting.models import PolicyTypeAccess
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import Tenant, User

STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")
"""The states of a Conditional Access policy, in Graph's words."""
_OF_GRAPH = {"true": "assigned", "1": "assigned", "false": "unassigned", "0": "unassigned"}
"""What Graph says of assignments, as each engine reads it from JSON."""
__all__ = ["STATES", "Policy", "PolicyTypeAccess", "PolicyTypeSync"]


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Questions about policies."""

    def of_tenant(self, tenant: Tenant) -> "PolicyQuerySet":
        return self.filter(tenant=tenant)

    def of_type(self, key: str) -> "PolicyQuerySet":
        return self.filter(type=key)

    def present(self) -> "PolicyQuerySet":
        return self.filter(missing_since=None)

    def missing(self) -> "PolicyQuerySet":
        return self.exclude(missing_since=None)

    def named_like(self, text: str) -> "PolicyQuerySet":
        """Return the policies whose name holds `text`, in any case. The trigram index answers from three letters on."""
        if connection.vendor != "sqlite" or len(text) < search.SHORTEST_INDEXED:
            return self.filter(name__icontains=text)
        phrase = '"' + text.replace('"', '""') + '"'
        matches = RawSQL(f"SELECT rowid FROM {search.TABLE} WHERE {search.TABLE} MATCH %s", [phrase])  # noqa: S608, S611
        return self.filter(pk__in=matches)

    def with_facts(self) -> "PolicyQuerySet":
        """Annotate the state, the scope tags and what Graph says of assignments, as texts, without the rest."""
        names = {"state_text": "state", "tags_text": "roleScopeTagIds", "assigned_text": "isAssigned"}
        return self.annotate(**{to: KeyTextTransform(name, "properties") for to, name in names.items()})

    def in_state(self, state: str) -> "PolicyQuerySet":
        return self.filter(properties__state=state)

    def tagged(self, scope_tag: str) -> "PolicyQuerySet":
        """Return those with the scope tag, by its id."""
        tags = KeyTextTransform("roleScopeTagIds", "properties")
        return self.annotate(tags_text=tags).filter(tags_text__contains=f'"{scope_tag}"')

    def assigned(self) -> "PolicyQuerySet":
        return self.filter(Q(assignment_count__gt=0) | Q(assignment_count=None, properties__isAssigned=True))

    def unassigned(self) -> "PolicyQuerySet":
        return self.filter(Q(assignment_count=0) | Q(assignment_count=None, properties__isAssigned=False))

    def ignored(self) -> "PolicyQuerySet":
        return self.exclude(ignored_at=None)

    def in_care(self) -> "PolicyQuerySet":
        return self.filter(ignored_at=None)

    def by_name(self) -> "PolicyQuerySet":
        return self.order_by("name", "pk")

    def counts_by_type(self) -> dict[str, int]:
        """Policies that are present, keyed by type."""
        rows = self.present().order_by().values_list("type").annotate(models.Count("pk"))
        return dict(rows)


class Policy(TenantOwned):
    """A configuration object of a tenant, as last observed. `properties` holds only whitelisted fields (SEC-06).

    Ignored is a mark of ours: it changes nothing in the tenant, and a sync leaves it as it is. `assignment_count` is
    known once a version was taken. `changed_run` is the run that saw the last change.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="policies")
    type = models.CharField(max_length=64)
    graph_id = models.CharField(max_length=128)
    name = models.CharField(max_length=512)
    description = models.TextField(blank=True, default="")
    platform = models.CharField(max_length=64, blank=True, default="")
    last_modified_at = models.DateTimeField(null=True)
    properties = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)
    ignored_at = models.DateTimeField(null=True)
    ignored_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ignore_reason = models.CharField(max_length=200, blank=True, default="")
    last_seen_run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    assignment_count = models.PositiveIntegerField(null=True)

    objects: ClassVar[PolicyQuerySet] = scoped(PolicyQuerySet)
    everywhere: ClassVar[PolicyQuerySet] = unscoped(PolicyQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "policies"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "type", "graph_id"], name="policy_once_per_tenant"),
            models.CheckConstraint(
                condition=Q(missing_since=None) | Q(missing_since__gte=models.F("first_seen_at")),
                name="policy_missing_after_seen",
            ),
            models.CheckConstraint(
                condition=Q(ignored_at__isnull=False) | Q(ignored_by=None, ignore_reason=""),
                name="policy_ignore_mark_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "name", "id"], name="policy_by_name_ix"),
            models.Index(fields=["tenant", "type", "name", "id"], name="policy_by_type_ix"),
            models.Index(fields=["tenant", "-last_modified_at", "-id"], name="policy_by_modified_ix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def presence(self) -> str:
        """Return the value of the `policy_presence` badge."""
        return "missing" if self.missing_since else "present"

    @property
    def state_badge(self) -> str:
        """Return the value of the `policy_state` badge; empty for a type without a state of its own."""
        state = self.state_text if hasattr(self, "state_text") else self.properties.get("state")
        return state if isinstance(state, str) and state in STATES else ""

    @property
    def assignment_badge(self) -> str:
        """Return the value of the `assignment` badge; empty where it is not known. Needs `with_facts`."""
        if self.assignment_count is not None:
            return "assigned" if self.assignment_count else "unassigned"
        return _OF_GRAPH.get(str(getattr(self, "assigned_text", "")).lower(), "")


class PolicyTypeSync(TenantOwned):
    """The last whole reading of each type of a tenant, and its result: the freshness of the inventory."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="policy_type_syncs")
    type = models.CharField(max_length=64)
    succeeded_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField()
    reason_code = models.CharField(max_length=64, blank=True, default="")

    objects: ClassVar[models.QuerySet["PolicyTypeSync"]] = scoped(models.QuerySet["PolicyTypeSync"])
    everywhere: ClassVar[models.QuerySet["PolicyTypeSync"]] = unscoped(models.QuerySet["PolicyTypeSync"])

    class Meta(TenantOwned.Meta):
        db_table = "policy_type_syncs"
        constraints = [models.UniqueConstraint(fields=["tenant", "type"], name="policy_type_sync_once")]

    def __str__(self) -> str:
        return f"{self.type} of tenant {self.tenant_id}"
