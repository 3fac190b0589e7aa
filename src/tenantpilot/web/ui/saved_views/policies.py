"""The shared views of the list of policies, for rooms below the pages."""

from tenantpilot.inventory.policy_views import StoredView
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.ui.saved_views.models import SavedView

LIST_NAME = "policies"


def shared_policy_views(tenant: Tenant) -> list[StoredView]:
    """Return the shared views of the tenant by name, whoever asks: a worker asks for no person. One query."""
    views = SavedView.everywhere.of_list(LIST_NAME).of_tenant(tenant).shared().by_name()
    return [StoredView(view.pk, view.name, view.query) for view in views]
