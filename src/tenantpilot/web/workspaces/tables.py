"""The table of workspaces, with how much is in each."""

from typing import Any

import django_filters
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenantpilot.tenancy.models import Tenant, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.ui.tables.declaration import Column, Empty, Filters, Sort, Table


class WorkspaceFilters(Filters):
    """By a part of the name."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")

    class Meta:
        model = Workspace
        fields: list[str] = []


def with_contents() -> QuerySet[Workspace]:
    """Return every workspace with its number of tenants and of people, and if it has an owner who can come in."""
    members = WorkspaceMember.everywhere.filter(workspace=OuterRef("pk"))
    owners = members.filter(role=Role.OWNER, user__is_active=True)
    return Workspace.objects.annotate(
        tenant_count=_number_of(Tenant.everywhere.filter(workspace=OuterRef("pk"))),
        member_count=_number_of(members),
        has_owner=Exists(owners),
    )


def _number_of(rows: Any) -> Any:
    counted = rows.order_by().values("workspace").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _counted(count: int, figure: str) -> str:
    return ngettext("%(figure)s workspace", "%(figure)s workspaces", count) % {"figure": figure}


WORKSPACES = Table(
    name="workspaces",
    caption=_("Workspaces"),
    columns=(
        Column(_("Name"), sort="name"),
        Column(_("State")),
        Column(_("Tenants"), css="number"),
        Column(_("Members"), css="number"),
        Column(_("Added")),
    ),
    sorts={"name": Sort("name")},
    default_sort="name",
    filters=WorkspaceFilters,
    rows="web/workspaces/rows.html",
    counted=_counted,
    search_label=_("Search name"),
    empty=Empty(
        title=_("No workspaces yet"),
        text=_("A workspace is a company or team with tenants of its own. Add the first one."),
        nothing_matches=_("No workspaces match this search"),
        icon="building-2",
    ),
)
