"""The table of groups of a tenant."""

from typing import Any

import django_filters
from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.directory.models import Group, GroupQuerySet
from tenantpilot.directory.states import GroupKind
from tenantpilot.versions.index_models import Assignment
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table

PRESENCE = [("present", _("Present")), ("away", _("Deleted or gone"))]
USE = [("used", _("Named by policies")), ("unused", _("Named by no policy"))]


class GroupFilters(Filters):
    """By a part of the name, kind, use, and whether the tenant has it."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=GroupKind.choices, empty_label=_("All kinds"))
    use = django_filters.ChoiceFilter(label=_("Use"), choices=USE, empty_label=_("Any use"), method="by_use")
    presence = django_filters.ChoiceFilter(
        label=_("Presence"), choices=PRESENCE, empty_label=_("Present and deleted"), method="by_presence"
    )

    class Meta:
        model = Group
        fields: list[str] = []

    def by_name(self, rows: GroupQuerySet, name: str, value: str) -> GroupQuerySet:
        return rows.named_like(value)

    def by_use(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(is_used=value == "used")

    def by_presence(self, rows: GroupQuerySet, name: str, value: str) -> GroupQuerySet:
        return rows.present() if value == "present" else rows.away()


def with_use(rows: GroupQuerySet) -> Any:
    """Add the number of policies that name the group, and of its members with -1 for one that nobody counted."""
    assignments = Assignment.objects.present().filter(tenant=OuterRef("tenant"), group_id=OuterRef("graph_id"))
    policies = assignments.order_by().values("group_id").annotate(number=Count("policy", distinct=True))
    return rows.alias(is_used=Exists(assignments)).annotate(
        policies=Coalesce(Subquery(policies.values("number")), Value(0)),
        # Django leaves out a comparison of -1 with a positive field, so the first page would come again.
        members=Coalesce("member_count", Value(-1), output_field=IntegerField()),
    )


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s group", "%(figure)s groups", count) % {"figure": figure}


GROUPS = Table(
    name="groups",
    caption=_("Groups"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("Kind")),
        Column(_("Policies"), css="wide-only"),
        Column(_("Members"), sort="members"),
        Column(_("Presence"), css="to-end"),
    ),
    sorts={"name": Sort("name"), "members": Sort("members", int)},
    default_sort="name",
    filters=GroupFilters,
    rows="web/groups/rows.html",
    counted=_counted,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No groups yet"),
        text=_("A group sync reads the tenant's groups, so that assignments show names and you can see who gets what."),
        nothing_matches=_("No groups match these filters"),
        icon="users-round",
        action_template="web/groups/first_sync.html",
    ),
)
