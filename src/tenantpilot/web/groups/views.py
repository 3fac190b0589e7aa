"""The pages of groups: the list, a group with what it gets, and the start of a sync."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.directory.models import Group, GroupCursor
from tenantpilot.directory.nesting import groups_inside
from tenantpilot.directory.services import start_group_sync
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.who_gets import who_gets
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface
from tenantpilot.web.groups.tables import GROUPS, with_use
from tenantpilot.web.ui.tables.listing import listing

NESTED_SHOWN = 100


@require_GET
@requires(Capability.INVENTORY_VIEW)
def groups(request: TenantRequest) -> HttpResponse:
    """Return all groups that were ever seen in the tenant."""
    cursor = GroupCursor.objects.filter(tenant=request.tenant).first()
    context = {"heading": _("Groups"), "synced_at": cursor.synced_at if cursor else None, **_may(request)}
    rows = with_use(Group.objects.of_tenant(request.tenant))
    return listing(request, GROUPS, rows, "web/groups/page.html", context)


@require_GET
@requires(Capability.INVENTORY_VIEW)
def group(request: TenantRequest, group_id: int) -> HttpResponse:
    """Return a group: its facts, what it gets with the reasons, and the groups inside it, whose members get it too."""
    row = Group.objects.of_tenant(request.tenant).select_related("tenant").filter(pk=group_id).first()
    if row is None:
        raise Http404
    inside = groups_inside(row)
    context = {
        "heading": str(row),
        "group": row,
        "gets": who_gets(row),
        "inside": inside[:NESTED_SHOWN],
        "more_inside": max(len(inside) - NESTED_SHOWN, 0),
    }
    return render(request, "web/groups/group.html", context)


@require_POST
@requires(Capability.GROUP_SYNC)
@start_surface
def start_sync(request: TenantRequest) -> Started | AlreadyActive:
    """Start a sync of the tenant's groups."""
    return start_group_sync(tenant=request.tenant, initiator=request.user, now=timezone.now())


def _may(request: TenantRequest) -> dict[str, Any]:
    return {
        "may_sync": request.access.may(Capability.GROUP_SYNC),
        "why_not_sync": request.access.why_not(Capability.GROUP_SYNC),
        "may_schedule": request.access.may(Capability.SCHEDULE_MANAGE),
    }
