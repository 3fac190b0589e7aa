"""The workspaces whose libraries a person reaches: a role in the whole workspace is needed."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Workspace
from tenantpilot.tenancy.roles import roles_with
from tenantpilot.web.frame.access import WorkspaceRequest


def workspaces_where(request: WorkspaceRequest, capability: Capability) -> list[Workspace]:
    """Return the workspaces in which the person may do it. Raises PermissionDenied where there is none."""
    able = [access.workspace for access in request.workspaces if access.may(capability)]
    if not able:
        roles = " / ".join(str(role.label) for role in roles_with(capability))
        words = _("To %(what)s you need to be %(able)s of a whole workspace.")
        raise PermissionDenied(words % {"what": capability.label, "able": roles})
    return able


def may(request: WorkspaceRequest, capability: Capability) -> bool:
    return any(access.may(capability) for access in request.workspaces)


def may_in(request: WorkspaceRequest, workspace_id: int, capability: Capability) -> bool:
    return any(access.workspace.pk == workspace_id and access.may(capability) for access in request.workspaces)
