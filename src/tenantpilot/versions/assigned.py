"""Questions about assignments: the groups that a tenant's policies name."""

from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.assigning import TargetKind
from tenantpilot.versions.index_models import Assignment


def groups_in_use(tenant: Tenant) -> dict[str, str]:
    """Return the groups that assignments and Conditional Access name, by their ids."""
    rows = Assignment.everywhere.of_tenant(tenant).filter(kind=TargetKind.GROUP).exclude(group_id="")
    return dict.fromkeys(rows.values_list("group_id", flat=True).distinct(), "group")
