"""The people by whom a list can be narrowed: those that the person who looks may know of (SEC-02)."""

from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import TenantMember, User, WorkspaceMember
from tenantpilot.web.frame.access import visible_tenants

AT_MOST = 200
Choices = list[tuple[str, str | Promise]]


def initiators(request: Any) -> Choices:
    """Of a tenant's page its members, across tenants those of every tenant that the person may see. One query.

    The person too: a view that somebody shares may name them.
    """
    if request is None:
        return []
    people = User.objects.filter(_known_to(request)).order_by("display_name", "pk")
    return [(str(pk), name) for pk, name in people.values_list("pk", "display_name")[:AT_MOST]]


def _known_to(request: Any) -> Q:
    if access := getattr(request, "access", None):
        members = TenantMember.objects.filter(tenant=access.tenant)
        above = WorkspaceMember.objects.filter(workspace=access.tenant.workspace_id)
    else:
        members = TenantMember.objects.filter(tenant__in=visible_tenants(request.user, Capability.OPERATIONS_VIEW))
        above = WorkspaceMember.objects.filter(workspace__in=[result.workspace for result in request.workspaces])
    return Q(pk__in=members.values("user_id")) | Q(pk__in=above.values("user_id"))
